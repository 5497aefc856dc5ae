package apply

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// hundred is a write that counts as a hundred bytes.
func hundred(n int) kv.Op {
	return kv.Op{Kind: kv.Put, Key: fmt.Sprintf("/%02d", n), Value: strings.Repeat("v", 100-3-perEntry)}
}

// cutting is an apply of writes of a hundred bytes each, in units, of which some
// are done.
func cutting(t *testing.T, done int, units ...int) *journaled {
	t.Helper()
	s := etcdtest.Start(t)
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}, Limits: kv.Limits{MaxTxnOps: 128, MaxRequestBytes: 100 << 10}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	in := &state.Intent{Units: units}
	for i := range units[len(units)-1] {
		in.Ops = append(in.Ops, hundred(i))
	}
	return &journaled{store: c, intent: in, journal: &state.Journal{Done: done}}
}

// TestWhereAStepEnds: after the last unit that fits its bytes, or within one that
// no request holds; never within the last.
func TestWhereAStepEnds(t *testing.T) {
	t.Parallel()
	single := []int{1, 2, 3, 4, 5, 6}
	guards := func(at ...int) (out []state.IntentGuard) {
		for _, n := range at {
			out = append(out, state.IntentGuard{At: n, Guard: kv.Guard{Kind: kv.Unmoved, Key: strings.Repeat("g", 100-perEntry)}})
		}
		return out
	}
	removal := func(in *state.Intent) {
		in.Ops[1].Kind = kv.Delete
		in.Needs = []state.IntentNeed{{At: 2, Of: 0}, {At: 3, Of: 1}, {At: 5, Of: 1}}
	}
	for name, test := range map[string]struct {
		done   int
		units  []int
		budget int
		parts  bool
		change func(*state.Intent)
		want   int
	}{
		"as many as fit":              {0, single, 250, false, nil, 2},
		"just":                        {0, single, 300, false, nil, 3},
		"all":                         {0, single, 10000, false, nil, 6},
		"from where it is":            {2, single, 200, false, nil, 4},
		"the end of the unit":         {0, []int{2, 4, 6}, 399, false, nil, 2},
		"one unit, however large":     {0, []int{3, 6}, 250, false, nil, 3},
		"one unit that is begun":      {1, []int{3, 6}, 100, false, nil, 3},
		"a part of a unit":            {0, []int{3, 6}, 250, true, nil, 2},
		"a part of one in the middle": {3, []int{3, 5, 6}, 150, true, nil, 4},
		"one write, however large":    {2, []int{5, 6}, 50, true, nil, 3},
		"no part of the last unit":    {3, []int{3, 6}, 250, true, nil, 6},
		"no part of the only unit":    {0, []int{6}, 250, true, nil, 6},
		"a unit before the last":      {0, []int{3, 6}, 500, true, nil, 3},
		"with their guards":           {0, single, 400, false, func(in *state.Intent) { in.Guards = guards(0, 1) }, 2},
		"two guards of a write":       {0, single, 400, false, func(in *state.Intent) { in.Guards = guards(1, 1) }, 2},
		"guards of what is done":      {2, single, 200, false, func(in *state.Intent) { in.Guards = guards(0, 1, 1) }, 4},
		"a guard of the first":        {2, single, 200, false, func(in *state.Intent) { in.Guards = guards(1, 2) }, 3},
		"before what it removed":      {0, single, 10000, false, removal, 3},
		"what was removed before it":  {2, single, 10000, false, removal, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := cutting(t, test.done, test.units...)
			j.budget, j.cutUnits = test.budget, test.parts
			if test.change != nil {
				test.change(j.intent)
			}
			if got := j.cut(); got != test.want {
				t.Errorf("it ends at %d, not %d", got, test.want)
			}
		})
	}
}

// TestStepsBecomeSmaller: what is too large is tried in half; a unit is parted only
// where it is all there is, and neither the last one nor a single write.
func TestStepsBecomeSmaller(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, end    int
		again, parts bool
	}{
		"several units": {0, 4, true, false}, "one unit": {0, 2, true, true}, "a part of one": {2, 4, true, true},
		"the second unit": {2, 5, true, true}, "one write": {4, 5, false, false}, "the last": {5, 8, false, false}, "beyond it": {6, 8, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := cutting(t, test.from, 2, 5, 8)
			j.budget = 401
			want := 401
			if test.again {
				want = 200
			}
			if again := j.shrink(test.from, test.end); again != test.again || j.cutUnits != test.parts || j.budget != want {
				t.Errorf("again %v, in parts %v, by %d bytes", again, j.cutUnits, j.budget)
			}
			if j.cutUnits = true; j.shrink(0, 4) && !j.cutUnits {
				t.Error("a part became a whole")
			}
		})
	}
	j := cutting(t, 0, 2, 5)
	if j.budget = 1; !j.shrink(0, 2) || j.budget != 1 {
		t.Errorf("there are %d bytes left", j.budget)
	}
}

// TestRoomBesideTheJournal: of a request three quarters, and not what the journal's
// head takes.
func TestRoomBesideTheJournal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ limit, head, want int }{
		{100_000, 0, 75_000}, {100_000, 20_000, 75_000}, {100_000, 40_000, 59_488}, {1000, 0, 488}, {1000, 1000, -512},
	} {
		if got := roomOf(kv.Limits{MaxRequestBytes: test.limit}, test.head); got != test.want {
			t.Errorf("%d bytes beside a head of %d in %d, not %d", got, test.head, test.limit, test.want)
		}
	}
	j := cutting(t, 0, 1)
	for budget, want := range map[int]int{1000: 1000, stepBytes: 75 << 10, 0: 1} {
		if j.budget = budget; j.room() != want {
			t.Errorf("by %d bytes there is room for %d, not %d", budget, j.room(), want)
		}
	}
	j.budget, j.value = stepBytes, strings.Repeat("v", 1<<20)
	if j.room() != 1 {
		t.Errorf("beside a large head there is room for %d", j.room())
	}
}

// TestBytesOfWritesAndGuards: each text that goes over the line counts.
func TestBytesOfWritesAndGuards(t *testing.T) {
	t.Parallel()
	if got := opBytes(kv.Op{Key: "1", Value: "22", End: "4444"}); got != 7+perEntry {
		t.Errorf("a write has %d bytes", got)
	}
	if got := guardBytes(kv.Guard{Key: "1", End: "22", Form: "4444", Value: "88888888"}); got != 15+perEntry {
		t.Errorf("a guard has %d bytes", got)
	}
}

// TestWhenAWriteWasDone: at the revision of its step.
func TestWhenAWriteWasDone(t *testing.T) {
	t.Parallel()
	at := written([]state.JournalStep{{End: 2, Revision: 50}, {End: 3, Revision: 60}, {End: 6, Revision: 70}})
	for op, want := range []int64{50, 50, 60, 70, 70, 70} {
		if got := at(op); got != want {
			t.Errorf("write %d was done at %d, not %d", op, got, want)
		}
	}
}

// TestGuardsOfNeeds: what a write refers to must be there as an earlier step made
// it, or gone as one removed it; each guard is there once.
func TestGuardsOfNeeds(t *testing.T) {
	t.Parallel()
	j := cutting(t, 3, 1, 2, 3, 4, 5, 6)
	j.journal.Steps = state.JournalSteps{{End: 1, Revision: 50}, {End: 2, Revision: 60}, {End: 3}}
	j.fence = 70
	j.intent.Ops[1].Kind = kv.Delete
	j.intent.Needs = []state.IntentNeed{{At: 2, Of: 0}, {At: 3, Of: 0}, {At: 3, Of: 1}, {At: 4, Of: 0}, {At: 4, Of: 2}, {At: 4, Of: 3}, {At: 5, Of: 2}}
	own := kv.Guard{Kind: kv.Unmoved, Key: "/z", Revision: 7}
	j.intent.Guards = []state.IntentGuard{{At: 3, Guard: own}, {At: 4, Guard: own}}
	want := []kv.Guard{
		own,
		{Kind: kv.Exists, Key: "/00", Revision: 50},
		{Kind: kv.Unmoved, Key: "/01"},
		{Kind: kv.Exists, Key: "/02", Revision: 70},
	}
	if diff := cmp.Diff(want, j.guards(3, 5)); diff != "" {
		t.Error(diff)
	}
}

// TestKeysLeftAreNamedAsLongAsThereIsRoom: the rest is counted, none is named after
// one that was not, and what was left before takes room, too.
func TestKeysLeftAreNamedAsLongAsThereIsRoom(t *testing.T) {
	t.Parallel()
	left := func(keys ...string) (out []state.Left) {
		for _, key := range keys {
			out = append(out, state.Left{Key: key, Why: "why"})
		}
		return out
	}
	each := len("1why") + perLeft
	for name, test := range map[string]struct {
		before, left, want []state.Left
		room, more, rest   int
	}{
		"all":                {nil, left("1", "2"), left("1", "2"), 2 * each, 0, 0},
		"one":                {nil, left("1", "2", "3"), left("1"), 2*each - 1, 0, 2},
		"beside those known": {left("1"), left("2", "3"), left("1", "2"), 2 * each, 0, 1},
		"none after another": {nil, left("1", "a longer one", "3"), left("1"), 2*each + 5, 0, 2},
		"none after earlier": {left("1"), left("2"), left("1"), 9 * each, 3, 4},
		"nothing":            {left("1"), nil, left("1"), 0, 2, 2},
	} {
		next := &state.Journal{Left: test.before, LeftMore: test.more}
		keepLeft(next, test.left, test.room)
		if diff := cmp.Diff(test.want, next.Left, cmpopts.EquateEmpty()); diff != "" || next.LeftMore != test.rest {
			t.Errorf("%s: %d more\n%s", name, next.LeftMore, diff)
		}
	}
	before := make([]state.Left, 1, 9)
	keepLeft(&state.Journal{Left: before}, left("1"), 9*each)
	if before[:2][1].Key != "" {
		t.Error("the journal as it was is written to")
	}
}

// TestHowMuchARestoreHolds: whole units as long as one fits, each write with the
// guard of its key, and one in any case.
func TestHowMuchARestoreHolds(t *testing.T) {
	t.Parallel()
	each := 100 + 3 + perEntry
	b := &back{units: []int{5, 5, 4, 4, 4, 3}}
	for i := range 6 {
		b.ops = append(b.ops, hundred(i))
	}
	j := cutting(t, 0, 1)
	for _, test := range []struct{ room, size, ops, units int }{
		{100 * each, 6, 6, 6},
		{100 * each, 5, 5, 5},
		{100 * each, 4, 4, 2},
		{100 * each, 1, 1, 1},
		{5 * each, 6, 5, 5},
		{5*each - 1, 6, 4, 2},
		{2 * each, 6, 2, 2},
		{1, 6, 1, 1},
		{6 * each, 6, 6, 6},
	} {
		j.budget = test.room
		if ops, units := j.fittingOps(b.ops, test.size), j.fittingUnits(b, test.size); ops != test.ops || units != test.units {
			t.Errorf("%d bytes, at most %d writes: %d, in units %d, not %d and %d", test.room, test.size, ops, units, test.ops, test.units)
		}
	}
	if n := j.fittingUnits(&back{}, 0); n != 0 {
		t.Errorf("of nothing %d", n)
	}
}

// TestGuardsOnce keeps the first of each.
func TestGuardsOnce(t *testing.T) {
	t.Parallel()
	a, b := kv.Guard{Kind: kv.Unmoved, Key: "a"}, kv.Guard{Kind: kv.Unmoved, Key: "b"}
	if got := once([]kv.Guard{b, a, b, a}); !slices.Equal(got, []kv.Guard{b, a}) {
		t.Errorf("got %v", got)
	}
}

// TestWhatKeepsAKeyFromBeingRestored: what others did to it.
func TestWhatKeepsAKeyFromBeingRestored(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		put, there bool
		want       string
	}{{true, true, "wrote it after"}, {true, false, "removed it after"}, {false, true, "created it after"}} {
		if got := why(formerKey{put: test.put}, test.there); !strings.Contains(got, test.want) {
			t.Errorf("%+v: %s", test, got)
		}
	}
}
