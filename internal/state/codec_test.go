package state_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

func text(t *rapid.T, name string) string { return rapid.String().Draw(t, name) }

func drawRecord(t *rapid.T) *state.Record {
	values := rapid.MapOfN(rapid.StringN(1, 20, 20), rapid.String(), 0, 5)
	r := &state.Record{
		Address: text(t, "address"), Parent: text(t, "parent"),
		Protected: rapid.Bool().Draw(t, "protected"),
		Ignore:    rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "ignore"),
		Declared:  values.Draw(t, "declared"),
		Secret:    values.Draw(t, "secret"),
		Initial:   values.Draw(t, "initial"),
		Sets:      rapid.MapOfN(rapid.StringN(1, 9, 9), rapid.SliceOfN(rapid.String(), 0, 3), 0, 2).Draw(t, "sets"),
	}
	return r
}

func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first, err := state.EncodeRecord(drawRecord(t))
		if err != nil {
			t.Fatal(err)
		}
		r, err := state.DecodeRecord(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := state.EncodeRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		if first != second {
			t.Fatalf("encode(decode(x)) differs:\n%s\n%s", first, second)
		}
	})
}

func TestHistoryRoundTripIsDeterministic(t *testing.T) {
	t.Parallel()
	h := state.History{
		Format: state.FormatVersion, Serial: 7, Apply: "a1", Actor: "olga@ops", Mode: "apply",
		Time: time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC),
		Changes: []state.HistoryChange{{
			Address: "core.ams", Kind: "core", ID: "192.0.2.1", Action: "update",
			Fields: []state.HistoryField{{
				Name: "domain", Action: "update",
				Old: &state.HistoryValue{Text: "a<b>"}, New: &state.HistoryValue{Sensitive: true, Fingerprint: "01ab"},
			}},
		}},
	}
	one, parts, err := state.EncodeHistory(h, state.HistoryPartBytes)
	if err != nil || len(parts) > 0 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	two, _, err := state.EncodeHistory(h, state.HistoryPartBytes)
	if err != nil || one != two {
		t.Fatalf("the same history is not the same bytes (%v)", err)
	}
	got, err := state.DecodeHistory(one, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.Bytes = len(one)
	if diff := cmp.Diff(h, got); diff != "" {
		t.Fatal(diff)
	}
}

// TestLargeHistoryIsInParts: the record of a large apply stays small, and its
// parts hold the rest.
func TestLargeHistoryIsInParts(t *testing.T) {
	t.Parallel()
	h := state.History{Format: state.FormatVersion, Serial: 7, Apply: "a1", Mode: "apply", Before: map[string]string{"k": "old"}}
	for i := range 50_000 {
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		h.Changes = append(h.Changes, state.HistoryChange{Address: hex.EncodeToString(sum[:]), Kind: "core", Action: "create"})
	}
	text, parts, err := state.EncodeHistory(h, state.HistoryPartBytes)
	if err != nil || len(parts) < 2 || len(text) > 4096 {
		t.Fatalf("%d bytes and %d parts, %v", len(text), len(parts), err)
	}
	brief, err := state.DecodeHistory(text, nil)
	if err != nil || brief.Apply != "a1" || len(brief.Changes) > 0 || brief.Parts != len(parts) {
		t.Errorf("got %+v, %v", brief, err)
	}
	whole, err := state.DecodeHistory(text, func(n int) (string, bool) { return parts[n], true })
	if err != nil || !cmp.Equal(whole.Changes, h.Changes) || !cmp.Equal(whole.Before, h.Before) {
		t.Errorf("%d changes, %v", len(whole.Changes), err)
	}
	if _, err := state.DecodeHistory(text, func(n int) (string, bool) { return parts[n], n > 0 }); err == nil {
		t.Error("a missing part goes unnoticed")
	}
}

func TestSecretsAreByteExact(t *testing.T) {
	t.Parallel()
	want := map[string]string{"/a": "text", "/b": "no \xff text \x00", "/c": ""}
	for i := range 3_000 {
		want[fmt.Sprint("/many/", i)] = strings.Repeat("x", 200)
	}
	texts, err := state.EncodeSecrets(want, state.HistoryPartBytes)
	if err != nil || len(texts) < 2 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	got := map[string]string{}
	for _, text := range texts {
		some, err := state.DecodeSecrets(text)
		if err != nil || len(text) > 300<<10 {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		maps.Copy(got, some)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if old, err := state.DecodeSecrets(`{"/a":"plain"}`); err != nil || old["/a"] != "plain" {
		t.Errorf("got %v, %v", old, err)
	}
}

func head(t *testing.T, change func(*state.Head)) string {
	t.Helper()
	h := state.Head{Format: state.FormatVersion, Network: "prod", Prefix: "/sigilgate/", Generation: "g", Serial: 3}
	change(&h)
	value, err := state.EncodeHead(h)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestDecode(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("prod")
	s := &kv.Snapshot{Revision: 9, Entries: []kv.Entry{
		{Key: state.NetworksPrefix + "other", Value: "/other/"},
		{Key: state.NetworksPrefix + "prod", Value: "/sigilgate/"},
		{Key: l.DigestKey(), Value: "k"},
		{Key: l.Head(), Value: head(t, func(*state.Head) {}), ModRevision: 8},
		{Key: l.Record(addr.Core, "192.0.2.1"), Value: `{"address":"core.ams","later":1}`},
		{Key: l.Record(addr.Route, "192.0.2.7/192.0.2.1"), Value: `{"address":"route.a"}`},
		{Key: l.ObjectsPrefix() + "hologram/1", Value: `{}`},
	}}
	st, err := state.Decode(s, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if st.Head == nil || st.Head.Serial != 3 || st.HeadRevision != 8 || st.DigestKey != "k" {
		t.Errorf("head or digest key not read: %+v", st)
	}
	want := []state.ID{{Kind: addr.Core, ID: "192.0.2.1"}, {Kind: addr.Route, ID: "192.0.2.7/192.0.2.1"}}
	if diff := cmp.Diff(want, st.IDs()); diff != "" {
		t.Error(diff)
	}
	if st.ByAddress()["core.ams"].ID != "192.0.2.1" {
		t.Error("the record is not found by its address")
	}
}

func TestDecodeDamage(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("prod")
	cases := map[string]struct {
		key, value, want string
		tooNew           bool
	}{
		"no JSON":          {key: l.Head(), value: "{", want: l.Head()},
		"a head of nobody": {key: l.Head(), value: "{}", want: "missing"},
		"a newer format":   {key: l.Head(), value: head(t, func(h *state.Head) { h.Format = 99 }), want: "99", tooNew: true},
		"a broken record":  {key: l.Record(addr.User, "4"), value: "[]", want: "user/4"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := state.Decode(&kv.Snapshot{Entries: []kv.Entry{{Key: c.key, Value: c.value}}}, "prod")
			var damaged *state.Damaged
			if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want a *Damaged with %q", err, c.want)
			}
			var tooNew *state.TooNew
			if errors.As(err, &tooNew) != c.tooNew {
				t.Errorf("TooNew: %v", err)
			}
		})
	}
}

func TestOverlapping(t *testing.T) {
	t.Parallel()
	st := state.Empty("prod")
	st.Networks = map[string]string{"prod": "/a/", "lab": "/lab/", "sub": "/deep/er/"}
	for prefix, want := range map[string]string{"/a/": "", "/lab/": "lab", "/lab/x/": "lab", "/deep/": "sub", "/labs/": ""} {
		other, _, ok := st.Overlapping("prod", prefix)
		if other != want || ok != (want != "") {
			t.Errorf("%s overlaps with %q, want %q", prefix, other, want)
		}
	}
}

func TestDigestDependsOnFieldAndKey(t *testing.T) {
	t.Parallel()
	base := state.Digest("k", "user/1/credential", "v")
	for _, other := range []string{
		state.Digest("l", "user/1/credential", "v"),
		state.Digest("k", "user/2/credential", "v"),
		state.Digest("k", "user/1/credential", "w"),
	} {
		if other == base {
			t.Error("two different inputs have the same digest")
		}
	}
	if len(state.Fingerprint(base)) != 8 || state.Fingerprint("") != "" {
		t.Error("a fingerprint shows eight digits")
	}
}

func FuzzDecodeHistory(f *testing.F) {
	good, _, err := state.EncodeHistory(state.History{Format: 1, Serial: 1}, state.HistoryPartBytes)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(good))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, value []byte) {
		if h, err := state.DecodeHistory(string(value), nil); err == nil {
			if _, _, err := state.EncodeHistory(h, state.HistoryPartBytes); err != nil {
				t.Fatalf("a history that was read can't be written: %v", err)
			}
		}
	})
}
