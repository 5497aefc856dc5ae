package state_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestHeadNeedsItsParts: a head that lacks what an apply is guarded by is none.
func TestHeadNeedsItsParts(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*state.Head){
		"whole": func(*state.Head) {}, "the first": func(h *state.Head) { h.Serial = 1 },
		"no network": func(h *state.Head) { h.Network = "" }, "no serial": func(h *state.Head) { h.Serial = 0 },
		"no generation": func(h *state.Head) { h.Generation = "" },
	} {
		_, err := state.DecodeHead(head(t, change))
		if whole := name == "whole" || name == "the first"; (err == nil) != whole {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text := head(t, func(h *state.Head) { h.Actor = "<a&b>" }); !strings.Contains(text, "<a&b>") {
		t.Errorf("a head is not spelled as it is: %s", text)
	}
}

// TestWhatIsWrongWithAKey: a damaged key, one of a later version, and a history
// that does not reach back are told apart by their codes.
func TestWhatIsWrongWithAKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  failure.Teller
		code failure.Code
	}{
		{&state.Damaged{Key: "/k", Cause: errors.New("no end")}, failure.DamagedState},
		{&state.TooNew{Format: 99}, failure.NewerState},
		{&state.Damaged{Key: "/k", Cause: fmt.Errorf("read: %w", &state.TooNew{Format: 99})}, failure.NewerState},
		{&state.Unremembered{Serial: 3, Address: "core.ams"}, failure.Pruned},
	} {
		if got := test.err.Failure().Code; got != test.code {
			t.Errorf("%v is %q, not %q", test.err, got, test.code)
		}
	}
}

// TestJournalNeedsItsParts: a journal of nobody, of no apply or of no serial is
// none; each phase is known.
func TestJournalNeedsItsParts(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*state.Journal){
		"whole: preparing": func(*state.Journal) {}, "whole: applying": func(j *state.Journal) { j.Phase = state.Applying },
		"whole: rolling back": func(j *state.Journal) { j.Phase = state.RollingBack }, "whole: abandoning": func(j *state.Journal) { j.Phase = state.Abandoning },
		"no apply": func(j *state.Journal) { j.Apply = "" }, "no owner": func(j *state.Journal) { j.Owner = "" },
		"no serial": func(j *state.Journal) { j.Serial = 0 }, "less than none revoked": func(j *state.Journal) { j.Revoked = -1 },
		"done before anything": func(j *state.Journal) { j.Done = -1 },
		"no phase":             func(j *state.Journal) { j.Phase = "" },
	} {
		j := &state.Journal{Format: state.FormatVersion, Apply: "a", Owner: "o", Serial: 1, Phase: state.Preparing}
		spoil(j)
		text, err := state.EncodeJournal(j)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := state.DecodeJournal(text); (err == nil) != strings.HasPrefix(name, "whole") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := state.DecodeJournal(`{"format":99,"apply":"a","owner":"o","serial":1,"phase":"applying"}`)
	if tooNew := new(state.TooNew); !errors.As(err, &tooNew) || tooNew.Format != 99 {
		t.Errorf("a later format: %v", err)
	}
}

// TestIntentThatLeadsAstray: what a recovery would follow blindly is refused
// where it does not add up.
func TestIntentThatLeadsAstray(t *testing.T) {
	t.Parallel()
	whole := func() *state.Intent {
		return &state.Intent{
			Apply:  "a<b>",
			Ops:    []kv.Op{{Kind: kv.Put, Key: "/a"}, {Kind: kv.Put, Key: "/b"}, {Kind: kv.DeletePrefix, Key: "/c/"}},
			Units:  []int{1, 3},
			Guards: []state.IntentGuard{{At: 0, Guard: kv.Guard{Kind: kv.Unmoved, Key: "/a"}}, {At: 2, Guard: kv.Guard{Kind: kv.Unmoved, Key: "/c"}}},
			Needs:  []state.IntentNeed{{At: 1, Of: 0}, {At: 2, Of: 1}},
			Before: []kv.Entry{{Key: "/a"}, {Key: "/b"}},
		}
	}
	for name, spoil := range map[string]func(*state.Intent){
		"whole":                      func(*state.Intent) {},
		"no units":                   func(in *state.Intent) { in.Units = nil },
		"units that end early":       func(in *state.Intent) { in.Units = []int{1, 2} },
		"units that end late":        func(in *state.Intent) { in.Units = []int{1, 4} },
		"units out of order":         func(in *state.Intent) { in.Units = []int{2, 1, 3} },
		"a unit of nothing":          func(in *state.Intent) { in.Units = []int{0, 3} },
		"a guard before all":         func(in *state.Intent) { in.Guards[0].At = -1 },
		"a guard after all":          func(in *state.Intent) { in.Guards[1].At = 3 },
		"guards out of order":        func(in *state.Intent) { slices.Reverse(in.Guards) },
		"a need of what comes":       func(in *state.Intent) { in.Needs[0].Of = 1 },
		"a need of nothing":          func(in *state.Intent) { in.Needs[0].Of = -1 },
		"a need of no write":         func(in *state.Intent) { in.Needs[1].At = 3 },
		"needs out of order":         func(in *state.Intent) { slices.Reverse(in.Needs) },
		"former values not in order": func(in *state.Intent) { slices.Reverse(in.Before) },
	} {
		in := whole()
		spoil(in)
		parts, err := state.EncodeIntent(in, 50)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := state.DecodeIntent(parts); (err == nil) != (name == "whole") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if one, err := state.EncodeIntent(whole(), 1<<20); err != nil || len(one) != 1 {
		t.Errorf("a small intent is in %d parts, %v", len(one), err)
	}
	parts, err := state.EncodeIntent(whole(), 0)
	if got, decoded := state.DecodeIntent(parts); err != nil || decoded != nil || got.Apply != "a<b>" {
		t.Errorf("parts of no size: %v, %v", err, decoded)
	}
	if text := unpacked(t, strings.Join(parts, "")); !strings.Contains(text, `"a<b>"`) {
		t.Errorf("an intent is not spelled as it is: %s", text)
	}
	var tooNew *state.TooNew
	newer := packed(t, strings.Replace(unpacked(t, strings.Join(parts, "")), `"format":1`, `"format":99`, 1))
	if _, err := state.DecodeIntent([]string{newer}); !errors.As(err, &tooNew) || tooNew.Format != 99 {
		t.Errorf("a later format: %v", err)
	}
}

func unpacked(t *testing.T, text string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// random is a text that nothing packs.
func random(bytes, salt int) string {
	var b strings.Builder
	for i := 0; b.Len() < bytes; i++ {
		sum := sha256.Sum256(fmt.Append(nil, salt, " ", i))
		b.WriteString(hex.EncodeToString(sum[:]))
	}
	return b.String()[:bytes]
}

// TestHistoryPartsAreWithinTheirSize: no value of the history is larger than
// asked for, nor than 256 KiB, and a record of just that size is one value.
func TestHistoryPartsAreWithinTheirSize(t *testing.T) {
	t.Parallel()
	h := state.History{Format: state.FormatVersion, Serial: 7, Apply: "a1", Before: map[string]string{"k": random(1<<20, 1)}}
	for _, size := range []int{1 << 30, state.HistoryPartBytes, 10 << 10} {
		text, parts, err := state.EncodeHistory(h, size)
		if err != nil || len(parts) < 2 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		bytes := len(text)
		for _, part := range append(parts, text) {
			if len(part) > min(size, state.HistoryPartBytes) {
				t.Errorf("a value of %d bytes, where %d were asked for", len(part), size)
			}
		}
		for _, part := range parts {
			bytes += len(part)
		}
		got, err := state.DecodeHistory(text, func(n int) (string, bool) { return parts[n], true })
		if err != nil || got.Before["k"] != h.Before["k"] || got.Bytes != bytes || got.Parts != len(parts) {
			t.Errorf("%d bytes of %d in %d parts, %v", got.Bytes, bytes, got.Parts, err)
		}
	}
}

// TestHistoryOfJustTheSize: a record that just fits is one value, and one that
// does not by a byte is in parts.
func TestHistoryOfJustTheSize(t *testing.T) {
	t.Parallel()
	h := state.History{Format: state.FormatVersion, Serial: 7, Apply: "a1", Before: map[string]string{"k": random(1000, 1)}}
	whole, _, err := state.EncodeHistory(h, state.HistoryPartBytes)
	if err != nil {
		t.Fatal(err)
	}
	for size, few := range map[int]bool{len(whole): true, len(whole) - 1: false} {
		if _, parts, err := state.EncodeHistory(h, size); err != nil || (len(parts) == 0) != few {
			t.Errorf("a record of %d bytes in %d parts of %d, %v", len(whole), len(parts), size, err)
		}
	}
	// What is left out of an earlier encoding is not kept: its parts are counted anew.
	h.Parts = 9
	if again, _, err := state.EncodeHistory(h, state.HistoryPartBytes); err != nil || again != whole {
		t.Errorf("another record than before: %v", err)
	}
	if got, err := state.DecodeHistory(whole, func(int) (string, bool) { return "", false }); err != nil || len(got.Before) != 1 {
		t.Errorf("a record without parts asks for some: %v", err)
	}
	var tooNew *state.TooNew
	if _, err := state.DecodeHistory(packed(t, `{"format":99}`), nil); !errors.As(err, &tooNew) || tooNew.Format != 99 {
		t.Errorf("a later format: %v", err)
	}
}

// TestLargeHistoryIsPackedFast: beyond 4 MiB a record goes in parts, however
// small it packs.
func TestLargeHistoryIsPackedFast(t *testing.T) {
	t.Parallel()
	text := func(bytes int) int {
		h := state.History{Format: state.FormatVersion, Serial: 7, Before: map[string]string{"k": strings.Repeat("x", bytes)}}
		_, parts, err := state.EncodeHistory(h, state.HistoryPartBytes)
		if err != nil {
			t.Fatal(err)
		}
		return len(parts)
	}
	if text(3<<20) != 0 || text(5<<20) == 0 {
		t.Errorf("3 MiB make %d parts, 5 MiB %d", text(3<<20), text(5<<20))
	}
}

// TestSecretsAreWithinTheirSize: old sensitive values go together as long as
// they fit, and none is left out.
func TestSecretsAreWithinTheirSize(t *testing.T) {
	t.Parallel()
	value := func(n int) string { return strings.Repeat("x", n-1) } // its key has one byte
	for _, test := range []struct {
		values map[string]string
		size   int
		want   []int
	}{
		{map[string]string{}, 100, []int{0}},
		{map[string]string{"a": value(50), "b": value(50)}, 100, []int{2}},
		{map[string]string{"a": value(50), "b": value(51)}, 100, []int{1, 1}},
		{map[string]string{"a": value(40), "b": value(70), "c": value(30), "d": value(1)}, 100, []int{1, 2, 1}},
		{map[string]string{"a": value(300), "b": value(10)}, 100, []int{1, 1}},
		{map[string]string{"a": value(200 << 10), "b": value(100 << 10)}, 1 << 30, []int{1, 1}},
	} {
		texts, err := state.EncodeSecrets(test.values, test.size)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, text := range texts {
			some, err := state.DecodeSecrets(text)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, len(some))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("by %d bytes: %v values in each, not %v", test.size, got, test.want)
		}
	}
}

// TestDigestKnowsWhereTheFieldEnds: what moves from a field's name to its value
// makes another digest.
func TestDigestKnowsWhereTheFieldEnds(t *testing.T) {
	t.Parallel()
	if state.Digest("k", "user/1/a", "bc") == state.Digest("k", "user/1/ab", "c") {
		t.Error("two fields have the same digest")
	}
}

// TestStepsAreSpelledByTheirNumber: few steps as every version reads them, many as
// short as it goes, and what is neither is refused.
func TestStepsAreSpelledByTheirNumber(t *testing.T) {
	t.Parallel()
	var steps state.JournalSteps
	for i := range 33 {
		steps = append(steps, state.JournalStep{End: i + 1, Revision: int64(i + 1)})
	}
	steps[32].Revision = 0
	for n, list := range map[int]bool{0: true, 32: true, 33: false} {
		text, err := json.Marshal(steps[:n])
		if err != nil || strings.HasPrefix(string(text), "[") != list {
			t.Errorf("%d steps: %s, %v", n, text, err)
		}
	}
	text, err := json.Marshal(steps)
	if err != nil || !strings.HasSuffix(string(text), ` 1?"`) {
		t.Errorf("the last step's revision is known: %s, %v", text, err)
	}
	var read state.JournalSteps
	if err := json.Unmarshal(text, &read); err != nil || !slices.Equal(read, steps) {
		t.Errorf("%s is read as %v, %v", text, read, err)
	}
	for _, bad := range []string{`"x"`, `"1+x"`, `"1+1?"`, `"1?+1"`, `7`, `{}`} {
		var got state.JournalSteps
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s is read as %v", bad, got)
		}
	}
}
