package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestSequence carries out plans unit by unit: the guards of each hold when it
// comes, whoever reads after any of them sees a sound network, and in the end
// it is the network that one transaction makes.
func TestSequence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.apply(t, valid(t, drawNetwork(t)))
		for i := range rapid.IntRange(0, 2).Draw(t, "of others") {
			w.put("/sigilgate/nodes/10.0.0.1/health", strings.Repeat("x", i+1))
		}
		var options []option
		if rapid.IntRange(0, 5).Draw(t, "destroy") == 0 {
			options = append(options, destroy)
		}
		p := w.plan(t, valid(t, drawNetwork(t)), append(options, cascade)...)
		if len(p.Conflicts) > 0 {
			t.Skip("it can't be applied")
		}
		whole := &world{entries: maps.Clone(w.entries), revision: w.revision, ids: w.ids}
		if broken := whole.commit(p); len(broken) > 0 {
			t.Fatalf("guards don't hold: %v", broken)
		}
		room := rapid.SampledFrom([]int{0, 1, 3000}).Draw(t, "room")
		in := p.Sequence(room)
		checkSequence(t, p, in)
		w.carryOut(t, in, whole.faults(), room > 0)
		if diff := cmp.Diff(whole.content(), w.content()); diff != "" {
			t.Fatalf("in one transaction (-) and in steps (+):\n%s", diff)
		}
	})
}

// content is what the network's keys and records hold.
func (w *world) content() map[string]string {
	out := map[string]string{}
	for key, e := range w.entries {
		if !strings.HasSuffix(key, "/head") {
			out[key] = e.Value
		}
	}
	return out
}

// checkSequence: every write once, every guard at least once, in units.
func checkSequence(t *rapid.T, p *plan.Plan, in *state.Intent) {
	byKey := func(a, b kv.Op) int { return strings.Compare(a.Key, b.Key) }
	want := slices.SortedFunc(slices.Values(p.Txn().Ops), byKey)
	if diff := cmp.Diff(want, slices.SortedFunc(slices.Values(planned(t, in)), byKey)); diff != "" {
		t.Fatal(diff)
	}
	if len(in.Ops) > 0 && (!slices.IsSorted(in.Units) || in.Units[len(in.Units)-1] != len(in.Ops)) {
		t.Fatalf("units %v of %d writes", in.Units, len(in.Ops))
	}
	for _, g := range p.Guards {
		if len(in.Ops) > 0 && !slices.ContainsFunc(in.Guards, func(s state.IntentGuard) bool { return s.Guard == g }) {
			t.Fatalf("the guard %+v is lost", g)
		}
	}
	for _, n := range in.Needs {
		if n.Of >= n.At || in.Ops[n.Of].Kind != kv.Put && in.Ops[n.Of].Kind != kv.Delete {
			t.Fatalf("the need %+v is none: %+v", n, in.Ops[n.Of])
		}
	}
}

// planned are the writes but for the early removals of keys, each of which is
// written or removed later.
func planned(t *rapid.T, in *state.Intent) []kv.Op {
	early := map[int]bool{}
	for _, n := range in.Needs {
		if of, at := in.Ops[n.Of], in.Ops[n.At]; of.Kind == kv.Delete {
			if early[n.Of] || !at.Covers(of.Key) {
				t.Fatalf("%+v is not removed early, before %+v", of, at)
			}
			early[n.Of] = true
		}
	}
	var out []kv.Op
	for i, op := range in.Ops {
		if !early[i] {
			out = append(out, op)
		}
	}
	return out
}

// carryOut does the units one after the other. Faults that are there before, or
// that the plan means to leave (a link that one side ignores), are none of it.
// In parts of units that are too large, a name by which an object exists may be
// twice for a moment.
func (w *world) carryOut(t *rapid.T, in *state.Intent, meant map[string]bool, parted bool) {
	from := 0
	before := w.faults()
	created := map[int]int64{}
	for _, end := range in.Units {
		w.checkGuards(t, in, from, end, created)
		w.revision++
		for i, op := range in.Ops[from:end] {
			if op.Kind == kv.Put {
				w.set(op.Key, op.Value)
				created[from+i] = w.revision
				continue
			}
			maps.DeleteFunc(w.entries, func(key string, _ kv.Entry) bool { return op.Covers(key) })
		}
		for fault := range w.faults() {
			named := strings.Contains(fault, "has the username") || strings.Contains(fault, "has the device name")
			if !before[fault] && !meant[fault] && (!parted || !named) {
				t.Fatalf("after %+v a reader sees: %s", in.Ops[from:end], fault)
			}
		}
		from = end
	}
}

// checkGuards: what a unit relies on holds when it comes.
func (w *world) checkGuards(t *rapid.T, in *state.Intent, from, end int, created map[int]int64) {
	now := w.snapshot()
	relied := in.Seen().Guards(from, end, func(op int) int64 { return created[op] })
	for _, g := range relied {
		if len(now.Moved(g)) > 0 {
			t.Fatalf("the guard %+v does not hold before %+v", g, in.Ops[from:end])
		}
	}
	if moved := kv.ReferringOf(relied, in.Ops[from:end]).Moved(now); len(moved) > 0 {
		t.Fatalf("something refers to what goes, %+v, before %+v", moved, in.Ops[from:end])
	}
	for _, n := range in.Needs {
		if n.At >= from && n.At < end && n.Of < from && w.entries[in.Ops[n.Of].Key].CreateRevision != created[n.Of] {
			t.Fatalf("the need %+v does not hold before %+v", n, in.Ops[from:end])
		}
	}
}

// faults are what no reader should see.
func (w *world) faults() map[string]bool {
	values := make(map[string]string, len(w.entries))
	for key, e := range w.entries {
		values[key] = e.Value
	}
	out := map[string]bool{}
	for _, b := range laws.Check(values, "/sigilgate/") {
		out[b.String()] = true
	}
	return out
}
