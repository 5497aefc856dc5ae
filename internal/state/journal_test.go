package state_test

import (
	"encoding/json"
	"reflect"
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
	in := &state.Intent{Apply: "a1"}
	bytes := func(label string) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, label)) }
	for range rapid.IntRange(1, 5).Draw(t, "writes") {
		in.Ops = append(in.Ops, kv.Op{
			Kind: rapid.SampledFrom([]kv.OpKind{kv.Put, kv.Delete, kv.DeletePrefix, kv.DeleteRange}).Draw(t, "op"),
			Key:  rapid.String().Draw(t, "key"), End: rapid.SampledFrom([]string{"", "/z"}).Draw(t, "end"), Value: bytes("value"),
		})
		if at := len(in.Ops) - 1; at > 0 && rapid.Bool().Draw(t, "refers") {
			in.Needs = append(in.Needs, state.IntentNeed{At: at, Of: rapid.IntRange(0, at-1).Draw(t, "to")})
		}
		in.Units = append(in.Units, len(in.Ops))
	}
	for at := range rapid.IntRange(0, len(in.Ops)).Draw(t, "guards") {
		in.Guards = append(in.Guards, state.IntentGuard{At: at, Guard: rapid.SampledFrom([]kv.Guard{
			{Kind: kv.Unmoved, Key: rapid.String().Draw(t, "guard"), Revision: 3},
			{Kind: kv.Unwritten, Key: "/a/", End: "/a0", Revision: 3},
			{Kind: kv.Unnamed, Key: "/a/", Form: "*/core", Value: "b"},
		}).Draw(t, "which guard")})
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

// TestGuardsComeBackWhole: a guard of a journal is the one that was written, with
// each of its fields.
func TestGuardsComeBackWhole(t *testing.T) {
	t.Parallel()
	g := kv.Guard{Kind: kv.Unheld, Key: "/a/", Revision: 3, End: "/b", Form: "*/number", Value: "7", Beside: "cell", Within: "ams"}
	for i, v := 0, reflect.ValueOf(g); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("%s is not tried", v.Type().Field(i).Name)
		}
	}
	want := &state.Intent{Ops: putting("/1", "/2"), Units: []int{2}, Guards: []state.IntentGuard{{At: 1, Guard: g}}}
	parts, err := state.EncodeIntent(want, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	got, err := state.DecodeIntent(parts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Guards, got.Guards); diff != "" {
		t.Error(diff)
	}
}

// TestJournalPositions: a position beyond its calls is not a journal.
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

// TestJournalStepsAddUp: a journal whose steps are not those that its position
// says is none, whatever part of them is wrong.
func TestJournalStepsAddUp(t *testing.T) {
	t.Parallel()
	whole := func() *state.Journal {
		return &state.Journal{
			Format: state.FormatVersion, Apply: "a", Owner: "o", Serial: 1, Phase: state.Applying, Parts: 1, Ops: 9, Done: 7,
			Steps: state.JournalSteps{{End: 2, Revision: 5}, {End: 4, Revision: 6}, {End: 7}},
		}
	}
	for name, spoil := range map[string]func(*state.Journal){
		"whole":                       func(*state.Journal) {},
		"whole, all revisions known":  func(j *state.Journal) { j.Steps[2].Revision = 9 },
		"a step less":                 func(j *state.Journal) { j.Steps = j.Steps[:2] },
		"a step more":                 func(j *state.Journal) { j.Done = 4 },
		"no steps":                    func(j *state.Journal) { j.Steps = nil },
		"nothing done":                func(j *state.Journal) { j.Done = 0 },
		"short by one write":          func(j *state.Journal) { j.Steps[2].End = 6 },
		"long by one write":           func(j *state.Journal) { j.Steps[2].End = 8 },
		"beyond the writes":           func(j *state.Journal) { j.Done, j.Steps[2].End = 10, 10 },
		"less than nothing":           func(j *state.Journal) { j.Done, j.Steps = -1, nil },
		"an empty step":               func(j *state.Journal) { j.Steps[1].End = 2 },
		"steps out of order":          func(j *state.Journal) { j.Steps[0], j.Steps[1] = j.Steps[1], j.Steps[0] },
		"a first step of none":        func(j *state.Journal) { j.Steps[0].End = 0 },
		"a step without its revision": func(j *state.Journal) { j.Steps[1].Revision = 0 },
		"revisions out of order":      func(j *state.Journal) { j.Steps[1].Revision = 4 },
		"a last revision too early":   func(j *state.Journal) { j.Steps[2].Revision = 5 },
		"two steps at one revision":   func(j *state.Journal) { j.Steps[1].Revision = 5 },
		"a revision below zero":       func(j *state.Journal) { j.Steps[0].Revision = -1 },
		"an unknown phase":            func(j *state.Journal) { j.Phase = "resting" },
		"a later format":              func(j *state.Journal) { j.Format = state.FormatVersion + 1 },
		"a negative number of parts":  func(j *state.Journal) { j.Parts = -1 },
		"fewer keys left than none":   func(j *state.Journal) { j.LeftMore = -1 },
	} {
		j := whole()
		spoil(j)
		text, err := state.EncodeJournal(j)
		if err != nil {
			t.Fatal(err)
		}
		got, err := state.DecodeJournal(text)
		if (err == nil) != strings.HasPrefix(name, "whole") {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(j, got); err == nil && diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for _, steps := range []string{`"2+5 x"`, `"2+5 +1"`, `"2+5+1"`, `"2?+5"`, `7`, `"99999999999"`} {
		if _, err := state.DecodeJournal(`{"format":1,"apply":"a","owner":"o","serial":1,"phase":"applying","ops":9,"done":7,"steps":` + steps + `}`); err == nil {
			t.Errorf("%s was read as steps", steps)
		}
	}
}

// TestJournalStepsAreShort: thousands of steps fit a journal, and come back; so
// does a long list that an earlier version wrote.
func TestJournalStepsAreShort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want state.JournalSteps
		var at state.JournalStep
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			at.End += rapid.IntRange(1, 300).Draw(t, "writes")
			at.Revision += rapid.SampledFrom([]int64{1, 1, 2, 1 << 40}).Draw(t, "further")
			want = append(want, at)
		}
		if n := len(want); n > 0 && rapid.Bool().Draw(t, "the last revision is not known") {
			want[n-1].Revision = 0
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		old, err := json.Marshal([]state.JournalStep(want))
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{text, old} {
			var got state.JournalSteps
			if err := json.Unmarshal(form, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s:\n%s", form, diff)
			}
		}
	})
	var many state.JournalSteps
	for i := range 1000 {
		many = append(many, state.JournalStep{End: 25 * (i + 1), Revision: int64(1_000_000 + i)})
	}
	if text, err := json.Marshal(many); err != nil || len(text) > 3100 {
		t.Errorf("%v: a thousand steps take %d bytes", err, len(text))
	}
}
