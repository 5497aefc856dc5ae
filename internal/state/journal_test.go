package state_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// anyIntent has values of any bytes, and calls of every kind.
func anyIntent(t *rapid.T) *state.Intent {
	in := &state.Intent{}
	bytes := func(label string) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, label)) }
	for range rapid.IntRange(1, 5).Draw(t, "writes") {
		in.Ops = append(in.Ops, kv.Op{
			Kind: rapid.SampledFrom([]kv.OpKind{kv.Put, kv.Delete, kv.DeletePrefix}).Draw(t, "op"),
			Key:  rapid.String().Draw(t, "key"), Value: bytes("value"),
		})
		in.Units = append(in.Units, len(in.Ops))
	}
	for at := range rapid.IntRange(0, len(in.Ops)).Draw(t, "guards") {
		in.Guards = append(in.Guards, state.IntentGuard{At: at, Guard: kv.Guard{Kind: kv.Unmoved, Key: rapid.String().Draw(t, "guard"), Revision: 3}})
	}
	for range rapid.IntRange(0, 3).Draw(t, "former") {
		in.Before = append(in.Before, kv.Entry{Key: bytes("former key"), Value: bytes("former value"), CreateRevision: 1, ModRevision: 2})
	}
	slices.SortFunc(in.Before, func(a, b kv.Entry) int { return strings.Compare(a.Key, b.Key) })
	calls := func(label string) []kv.AuthOp {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) kv.AuthOp {
			op := kv.AuthOp{
				Kind: rapid.SampledFrom([]kv.AuthOpKind{kv.AddRole, kv.GrantPermission, kv.SetPassword, kv.EnableAuth}).Draw(t, "call"),
				Role: rapid.String().Draw(t, "role"), User: rapid.String().Draw(t, "user"), Key: rapid.String().Draw(t, "from"),
				End: rapid.SampledFrom([]string{"", kv.Beyond, "/b"}).Draw(t, "end"), Access: kv.Access(rapid.IntRange(0, 3).Draw(t, "access")), Was: kv.Read,
			}
			if rapid.Bool().Draw(t, "with a password") {
				op.Password = &kv.PasswordSource{Env: rapid.String().Draw(t, "variable")}
			}
			return op
		}), 0, 3).Draw(t, label)
	}
	in.Grants, in.Revokes = calls("grants"), calls("revokes")
	return in
}

// TestIntentRoundTrip: what a journal holds comes back as it was, in parts of
// whatever size.
func TestIntentRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := anyIntent(t)
		parts, err := state.EncodeIntent(want, rapid.IntRange(1, 200).Draw(t, "size"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := state.DecodeIntent(parts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestJournalPositions: a position beyond its calls is no journal.
func TestJournalPositions(t *testing.T) {
	t.Parallel()
	whole := state.Journal{
		Format: state.FormatVersion, Apply: "a", Owner: "o", Serial: 1, Phase: state.Applying,
		Grants: 2, Revokes: 1, Granted: 2, Revoked: 1, AuthRevision: 7,
	}
	for name, spoil := range map[string]func(*state.Journal){
		"whole": func(*state.Journal) {}, "too many granted": func(j *state.Journal) { j.Granted = 3 },
		"too many revoked": func(j *state.Journal) { j.Revoked = 2 }, "less than none": func(j *state.Journal) { j.Granted = -1 },
	} {
		j := whole
		spoil(&j)
		text, err := state.EncodeJournal(&j)
		if err != nil {
			t.Fatal(err)
		}
		got, err := state.DecodeJournal(text)
		if (err == nil) != (name == "whole") {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (got.AuthRevision != 7 || got.Granted != 2) {
			t.Errorf("got %+v", got)
		}
	}
}
