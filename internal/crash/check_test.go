package crash_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestHeadModel: good histories pass, bad ones are found.
func TestHeadModel(t *testing.T) {
	t.Parallel()
	op := func(call, back int64, in crash.HeadInput, out crash.HeadOutput) porcupine.Operation {
		return porcupine.Operation{Call: call, Return: back, Input: in, Output: out}
	}
	first := op(1, 4, crash.HeadInput{Apply: "a"}, crash.HeadOutput{Committed: true})
	rows := map[string]struct {
		history []porcupine.Operation
		good    bool
	}{
		"one after the other": {[]porcupine.Operation{first, op(5, 6, crash.HeadInput{From: 1, Apply: "b"}, crash.HeadOutput{Committed: true})}, true},
		"one is refused":      {[]porcupine.Operation{first, op(2, 3, crash.HeadInput{Apply: "b"}, crash.HeadOutput{})}, true},
		"both from one":       {[]porcupine.Operation{first, op(2, 3, crash.HeadInput{Apply: "b"}, crash.HeadOutput{Committed: true})}, false},
		"a serial is skipped": {[]porcupine.Operation{first, op(5, 6, crash.HeadInput{From: 2, Apply: "b"}, crash.HeadOutput{Committed: true})}, false},
		"a stale read":        {[]porcupine.Operation{first, op(5, 6, crash.HeadInput{}, crash.HeadOutput{})}, false},
		"a fresh read":        {[]porcupine.Operation{first, op(5, 6, crash.HeadInput{}, crash.HeadOutput{Serial: 1, Apply: "a"})}, true},
	}
	for name, row := range rows {
		if got := porcupine.CheckOperationsTimeout(crash.Head(), row.history, time.Minute) == porcupine.Ok; got != row.good {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func head(t *testing.T, serial int64, apply string) string {
	t.Helper()
	text, err := state.EncodeHead(state.Head{Format: 1, Network: "n", Prefix: "/net/", Serial: serial, Generation: "g", Apply: apply})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func journal(t *testing.T) string {
	t.Helper()
	text, err := state.EncodeJournal(&state.Journal{Format: 1, Apply: "a", Owner: "o", Serial: 1, Phase: state.Applying})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func record(t *testing.T, serial int64, apply string) string {
	t.Helper()
	text, _, err := state.EncodeHistory(state.History{Format: 1, Serial: serial, Apply: apply}, state.HistoryPartBytes)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestCheck: a sound trace passes, each unsound one is found.
func TestCheck(t *testing.T) {
	t.Parallel()
	l, key := state.NewLayout("n"), "/net/nodes/1/region"
	put := func(revision int64, key, value string) crash.Event {
		return crash.Event{Revision: revision, Key: key, Value: value}
	}
	del := func(revision int64, key string) crash.Event {
		return crash.Event{Revision: revision, Key: key, Deleted: true}
	}
	applied := func(revision, serial int64, apply string, more ...crash.Event) []crash.Event {
		return append(more, put(revision, l.Head(), head(t, serial, apply)), put(revision, l.History(serial), record(t, serial, apply)))
	}
	other, gone := "/net/nodes/1/domain", "/net/nodes/2/"
	plans := map[string]crash.Planned{
		"a": {Apply: "a", Guards: []kv.Guard{{Kind: kv.Unmoved, Key: key}}, Ops: []kv.Op{{Kind: kv.Put, Key: key, Value: "x"}}},
		"b": {Apply: "b", Seen: 2, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: key, Revision: 2}}, Ops: []kv.Op{{Kind: kv.Put, Key: key, Value: "y"}}},
		"two": {Apply: "two", Guards: []kv.Guard{{Kind: kv.Unmoved, Key: key}, {Kind: kv.Unmoved, Key: other}}, Ops: []kv.Op{
			{Kind: kv.Put, Key: key, Value: "x"}, {Kind: kv.Put, Key: other, Value: "y"},
		}},
		"removes": {Apply: "removes", Seen: 2, Ops: []kv.Op{{Kind: kv.DeletePrefix, Key: gone}}},
	}
	first := applied(2, 1, "a", put(2, key, "x"))
	rows := map[string]struct {
		events []crash.Event
		want   string
	}{
		"sound":               {slices.Concat(first, applied(3, 2, "b", put(3, key, "y"))), ""},
		"a serial is skipped": {applied(2, 2, "a", put(2, key, "x")), "the serial went from 0 to 2"},
		"no history":          {[]crash.Event{put(2, key, "x"), put(2, l.Head(), head(t, 1, "a"))}, "no record of the history"},
		"an update is lost":   {slices.Concat(first, []crash.Event{put(3, key, "others'")}, applied(4, 2, "b", put(4, key, "y"))), "overwrote " + key},
		"done twice":          {slices.Concat(first, applied(3, 1, "a", put(3, key, "x"))), "the serial went from 1 to 1"},
		"a step is left":      {[]crash.Event{put(2, l.Journal(), journal(t)), put(2, key, "x"), del(3, l.Journal())}, "left " + key},
		"a step is undone":    {[]crash.Event{put(2, l.Journal(), journal(t)), put(2, key, "x"), put(3, l.Journal(), journal(t)), del(3, key)}, ""},
		"nobody knows":        {applied(2, 1, "c", put(2, key, "x")), "nobody knows the apply c"},
		"left, but rewritten": {[]crash.Event{put(2, l.Journal(), journal(t)), put(2, key, "x"), put(3, key, "others'")}, ""},
		"nothing is written":  {applied(2, 1, "two"), "without its write of " + key},
		"half is written":     {applied(2, 1, "two", put(2, key, "x")), "without its write of " + other},
		"another value":       {applied(2, 1, "a", put(2, key, "z")), "wrote another value to " + key},
		"others wrote since":  {slices.Concat([]crash.Event{put(2, l.Journal(), journal(t)), put(2, key, "x"), put(3, key, "others'")}, applied(4, 1, "a")), ""},
		"not removed":         {slices.Concat([]crash.Event{put(2, gone+"role", "core")}, applied(3, 1, "removes")), "which it was to remove"},
		"removed":             {slices.Concat([]crash.Event{put(2, gone+"role", "core")}, applied(3, 1, "removes", del(3, gone+"role"))), ""},
		"a record is changed": {slices.Concat(first, []crash.Event{put(3, l.History(1), record(t, 1, "b"))}), "was written again"},
		"a record too many":   {slices.Concat(first, []crash.Event{put(3, l.History(2), record(t, 2, "b"))}), "serial 2 is not that of the head"},
		"a record of another": {[]crash.Event{put(2, key, "x"), put(2, l.Head(), head(t, 1, "a")), put(2, l.History(1), record(t, 1, "b"))}, "serial 1 is not that of the head"},
		"the head is removed": {slices.Concat(first, []crash.Event{del(3, l.Head())}), "the head was removed"},
	}
	for name, row := range rows {
		trace := crash.Trace{Network: "n", Prefix: "/net/", Plans: plans, Events: row.events}
		got := strings.Join(trace.Check().Faults, "\n")
		if !strings.Contains(got, row.want) || (got == "") != (row.want == "") {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}
