package state_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

func guard(at int, kind kv.GuardKind, key string, revision int64) state.IntentGuard {
	return state.IntentGuard{At: at, Guard: kv.Guard{Kind: kind, Key: key, Revision: revision}}
}

func putting(keys ...string) []kv.Op {
	var out []kv.Op
	for _, key := range keys {
		out = append(out, kv.Op{Kind: kv.Put, Key: key, Value: "v"})
	}
	return out
}

// writtenAt is 100 and more; what is not carried out yet has no revision.
func writtenAt(t *testing.T, from int) func(int) int64 {
	t.Helper()
	return func(op int) int64 {
		if op < 0 || op >= from {
			t.Errorf("write %d is asked for before write %d", op, from)
		}
		return int64(100 + op)
	}
}

// TestGuardsOfAStep: exactly the guards of its writes, as they hold by then, and
// those of later writes that count on knowing what is below a prefix.
func TestGuardsOfAStep(t *testing.T) {
	t.Parallel()
	deletion := func(key string) kv.Op { return kv.Op{Kind: kv.Delete, Key: key} }
	unmoved := func(key string, revision int64) kv.Guard {
		return kv.Guard{Kind: kv.Unmoved, Key: key, Revision: revision}
	}
	notAfter := func(key string, revision int64) kv.Guard {
		return kv.Guard{Kind: kv.NotAfter, Key: key, Revision: revision}
	}
	for name, test := range map[string]struct {
		ops       []kv.Op
		guards    []state.IntentGuard
		from, end int
		want      []kv.Guard
	}{
		"of its writes only": {
			putting("/1", "/2", "/3", "/4"),
			[]state.IntentGuard{guard(0, kv.Unmoved, "/a", 1), guard(1, kv.Unmoved, "/b", 2), guard(2, kv.Unmoved, "/c", 3), guard(3, kv.Unmoved, "/d", 4)},
			1, 3,
			[]kv.Guard{unmoved("/b", 2), unmoved("/c", 3)},
		},
		"no guards":           {putting("/a"), nil, 0, 1, nil},
		"of a write to come":  {putting("/a", "/b"), []state.IntentGuard{guard(1, kv.Unmoved, "/b", 7)}, 0, 1, nil},
		"written by itself":   {putting("/a", "/b"), []state.IntentGuard{guard(1, kv.Unmoved, "/a", 7)}, 1, 2, []kv.Guard{unmoved("/a", 100)}},
		"written twice":       {putting("/a", "/a", "/b"), []state.IntentGuard{guard(2, kv.Unmoved, "/a", 7)}, 2, 3, []kv.Guard{unmoved("/a", 101)}},
		"in the same step":    {putting("/a", "/b"), []state.IntentGuard{guard(1, kv.Unmoved, "/a", 7)}, 0, 2, []kv.Guard{unmoved("/a", 7)}},
		"before and in it":    {putting("/a", "/a", "/b"), []state.IntentGuard{guard(2, kv.Unmoved, "/a", 7)}, 1, 3, []kv.Guard{unmoved("/a", 100)}},
		"deleted by itself":   {append([]kv.Op{deletion("/a")}, putting("/b")...), []state.IntentGuard{guard(1, kv.Unmoved, "/a", 7)}, 1, 2, []kv.Guard{unmoved("/a", 0)}},
		"of another kind":     {putting("/a", "/b"), []state.IntentGuard{guard(1, kv.Exists, "/a", 7), guard(1, kv.Unmoved, "/a", 8)}, 1, 2, []kv.Guard{{Kind: kv.Exists, Key: "/a", Revision: 7}, unmoved("/a", 100)}},
		"a prefix is deleted": {append([]kv.Op{{Kind: kv.DeletePrefix, Key: "/a/"}}, putting("/b")...), []state.IntentGuard{guard(1, kv.NotAfter, "/a/", 7), guard(1, kv.Unmoved, "/a/", 7)}, 1, 2, []kv.Guard{notAfter("/a/", 7), unmoved("/a/", 7)}},
		"added below":         {putting("/a/b/1", "/c"), []state.IntentGuard{guard(1, kv.NotAfter, "/a/", 7)}, 1, 2, []kv.Guard{notAfter("/a/", 100)}},
		"added before that":   {putting("/a/b/1", "/c"), []state.IntentGuard{guard(1, kv.NotAfter, "/a/", 700)}, 1, 2, []kv.Guard{notAfter("/a/", 700)}},
		"deleted below":       {append([]kv.Op{deletion("/a/1")}, putting("/c")...), []state.IntentGuard{guard(1, kv.NotAfter, "/a/", 7)}, 1, 2, []kv.Guard{notAfter("/a/", 7)}},
		"beside the prefix":   {putting("/ab/1", "/a", "/c"), []state.IntentGuard{guard(2, kv.NotAfter, "/a/", 7)}, 0, 1, nil},
		"of a longer name":    {putting("/ab", "/c"), []state.IntentGuard{guard(1, kv.Unmoved, "/a", 7), guard(1, kv.NotAfter, "/z/", 7)}, 1, 2, []kv.Guard{unmoved("/a", 7), notAfter("/z/", 7)}},
		"for later guards":    {putting("/a/1", "/c", "/d"), []state.IntentGuard{guard(2, kv.NotAfter, "/a/", 7)}, 0, 1, []kv.Guard{notAfter("/a/", 7)}},
		"for the very next":   {putting("/a/1", "/c"), []state.IntentGuard{guard(1, kv.NotAfter, "/a/", 7)}, 0, 1, []kv.Guard{notAfter("/a/", 7)}},
		"nothing below":       {putting("/a/1", "/b/1", "/a/2", "/c"), []state.IntentGuard{guard(3, kv.NotAfter, "/a/", 7)}, 1, 2, nil},
		"nothing more below":  {putting("/a/1", "/b/1", "/c"), []state.IntentGuard{guard(2, kv.NotAfter, "/a/", 7)}, 1, 2, nil},
		"below once more":     {putting("/a/1", "/a/2", "/c"), []state.IntentGuard{guard(2, kv.NotAfter, "/a/", 7)}, 1, 2, []kv.Guard{notAfter("/a/", 100)}},
		"once, if its own":    {putting("/a/1", "/b"), []state.IntentGuard{guard(1, kv.NotAfter, "/a/", 7)}, 0, 2, []kv.Guard{notAfter("/a/", 7)}},
		"no guard any more":   {putting("/c", "/a/1"), []state.IntentGuard{guard(0, kv.NotAfter, "/a/", 7)}, 1, 2, nil},
		"until the last of them": {
			putting("/c", "/a/1", "/d"),
			[]state.IntentGuard{guard(0, kv.NotAfter, "/a/", 7), guard(2, kv.NotAfter, "/a/", 8)},
			1, 2,
			[]kv.Guard{notAfter("/a/", 8)},
		},
		"in order": {
			putting("/a/b/c/d", "/z"),
			[]state.IntentGuard{guard(1, kv.NotAfter, "/a/b/c/", 7), guard(1, kv.NotAfter, "/a/", 7), guard(1, kv.NotAfter, "/a/b/", 7), guard(1, kv.NotAfter, "/", 7)},
			0, 1,
			[]kv.Guard{notAfter("/", 7), notAfter("/a/", 7), notAfter("/a/b/", 7), notAfter("/a/b/c/", 7)},
		},
	} {
		in := &state.Intent{Ops: test.ops, Guards: test.guards}
		// The guards of a step are found in maps: more than once, in any order.
		for range 10 {
			got := in.Seen().Guards(test.from, test.end, writtenAt(t, test.from))
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
				break
			}
		}
	}
}

// contents are keys by name, with what a commit means for data.
type contents struct {
	entries  map[string]kv.Entry
	revision int64
}

func (c *contents) do(ops ...kv.Op) {
	c.revision++
	for _, op := range ops {
		e, there := c.entries[op.Key]
		switch {
		case op.Kind != kv.Put:
			maps.DeleteFunc(c.entries, func(key string, _ kv.Entry) bool { return op.Covers(key) })
			continue
		case !there:
			e = kv.Entry{Key: op.Key, CreateRevision: c.revision}
		}
		e.Value, e.ModRevision = op.Value, c.revision
		c.entries[op.Key] = e
	}
}

func (c *contents) hold(guards []kv.Guard) bool {
	s := &kv.Snapshot{Revision: c.revision}
	for _, key := range slices.Sorted(maps.Keys(c.entries)) {
		s.Entries = append(s.Entries, c.entries[key])
	}
	return !slices.ContainsFunc(guards, func(g kv.Guard) bool { return len(s.Moved(g)) > 0 })
}

// run carries an intent out unit by unit, with what comes before each, until the
// guards of one do not hold: it tells which.
func (c *contents) run(in *state.Intent, before func(unit int)) (refused int) {
	seen, at, from := in.Seen(), map[int]int64{}, 0
	for n, end := range in.Units {
		before(n)
		if !c.hold(seen.Guards(from, end, func(op int) int64 { return at[op] })) {
			return n
		}
		c.do(in.Ops[from:end]...)
		for i := from; i < end; i++ {
			at[i] = c.revision
		}
		from = end
	}
	return len(in.Units)
}

// guarded are the keys of [anyGuarded], some of which are there.
var guarded = []string{"/a/1", "/a/2", "/a/b/1", "/ab/1", "/c"}

// anyGuarded is an intent with guards of what is there, in steps of any size.
func anyGuarded(t *rapid.T, now *contents) *state.Intent {
	in := &state.Intent{}
	for at := range rapid.IntRange(1, 6).Draw(t, "writes") {
		in.Ops = append(in.Ops, kv.Op{Kind: rapid.SampledFrom([]kv.OpKind{kv.Put, kv.Put, kv.Delete}).Draw(t, "op"), Key: rapid.SampledFrom(guarded).Draw(t, "key")})
		if rapid.Bool().Draw(t, "key guard") {
			key := rapid.SampledFrom(guarded).Draw(t, "guarded")
			in.Guards = append(in.Guards, guard(at, kv.Unmoved, key, now.entries[key].ModRevision))
		}
		if rapid.Bool().Draw(t, "prefix guard") {
			in.Guards = append(in.Guards, guard(at, kv.NotAfter, rapid.SampledFrom([]string{"/", "/a/", "/a/b/"}).Draw(t, "prefix"), now.revision))
		}
		if rapid.Bool().Draw(t, "a step ends") {
			in.Units = append(in.Units, at+1)
		}
	}
	if n := len(in.Ops); len(in.Units) == 0 || in.Units[len(in.Units)-1] != n {
		in.Units = append(in.Units, n)
	}
	return in
}

// TestOwnWritesAreNoNews: whatever an intent writes, and in whatever steps, its
// guards hold where nobody interferes; and what others write to a guarded key, or
// add below a guarded prefix, is noticed no later than the guard.
func TestOwnWritesAreNoNews(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := &contents{entries: map[string]kv.Entry{}, revision: 10}
		for _, key := range guarded {
			if rapid.Bool().Draw(t, key+" is there") {
				start.do(putting(key)...)
			}
		}
		in := anyGuarded(t, start)
		undisturbed := &contents{maps.Clone(start.entries), start.revision}
		if n := undisturbed.run(in, func(int) {}); n != len(in.Units) {
			t.Fatalf("the step up to %d is refused", in.Units[n])
		}
		o := others{key: rapid.SampledFrom(guarded).Draw(t, "others write"), step: rapid.IntRange(0, len(in.Units)-1).Draw(t, "before step")}
		refused := start.run(in, func(n int) {
			if n == o.step {
				_, there := start.entries[o.key]
				o.added = !there
				start.do(putting(o.key)...)
			}
		})
		if refused < o.step {
			t.Fatal("refused before others wrote")
		}
		for _, g := range in.Guards {
			if step, ok := o.noticed(in, g); ok && refused > step {
				t.Fatalf("%+v does not notice that others wrote %s before step %d: refused at %d", g, o.key, o.step, refused)
			}
		}
	})
}

// others write a key before a step; added says that it was not there.
type others struct {
	key   string
	step  int
	added bool
}

// noticed tells the step of a guard, and whether what others wrote must be known
// by then: not what the intent itself wrote over, or removed, meanwhile.
func (o others) noticed(in *state.Intent, g state.IntentGuard) (step int, ok bool) {
	step = slices.IndexFunc(in.Units, func(end int) bool { return g.At < end })
	if step < o.step {
		return step, false
	}
	starts := append([]int{0}, in.Units...)
	own := func(kinds ...kv.OpKind) bool {
		return slices.ContainsFunc(in.Ops[starts[o.step]:starts[step]], func(op kv.Op) bool {
			return op.Key == o.key && slices.Contains(kinds, op.Kind)
		})
	}
	if g.Kind == kv.Unmoved {
		return step, g.Key == o.key && !own(kv.Put, kv.Delete)
	}
	return step, o.added && strings.HasPrefix(o.key, g.Key) && !own(kv.Delete)
}
