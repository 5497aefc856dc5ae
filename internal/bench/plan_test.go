package bench

import (
	"fmt"
	"testing"

	"github.com/sigilgate/sigilform/internal/nettest"
)

// sizes are the numbers of keys that are measured.
func sizes() []int { return []int{1_000, 3_000, 10_000, 30_000, 100_000} }

// BenchmarkPlan measures the comparison alone, without a store: the first plan
// of a network, which creates everything, and the plan that finds nothing to do.
func BenchmarkPlan(b *testing.B) {
	for _, keys := range sizes() {
		n := valid(b, nettest.OfKeys(keys))
		first := mustPlan(b, input(b, n, nil))
		entries := applied(b, first)
		b.Run(fmt.Sprintf("create/keys=%d", keys), func(b *testing.B) {
			for b.Loop() {
				mustPlan(b, input(b, n, nil))
			}
			perKey(b, len(first.Data))
		})
		b.Run(fmt.Sprintf("nothing/keys=%d", keys), func(b *testing.B) {
			for b.Loop() {
				if p := mustPlan(b, input(b, n, entries)); p.HasChanges() {
					b.Fatal("the second plan is not empty")
				}
			}
			perKey(b, len(first.Data))
		})
	}
}

// perKey reports the cost of one key: where that stays the same from size to
// size, the whole grows linearly.
func perKey(b *testing.B, keys int) {
	b.Helper()
	b.ReportMetric(float64(keys), "keys")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(keys), "ns/key")
}

// TestPlanIsLinear compares the work of two plans, ten times apart in keys, by
// what they allocate: unlike time, that does not depend on the machine.
func TestPlanIsLinear(t *testing.T) {
	small, large := allocations(t, 2_000), allocations(t, 20_000)
	if large > 1.3*small {
		t.Errorf("a key costs %.1f allocations at 20,000 keys and %.1f at 2,000: a plan grows faster than its keys", large, small)
	}
}

// allocations is how many allocations a plan without changes makes for each key.
func allocations(t *testing.T, keys int) float64 {
	t.Helper()
	n := valid(t, nettest.OfKeys(keys))
	first := mustPlan(t, input(t, n, nil))
	entries := applied(t, first)
	all := testing.AllocsPerRun(1, func() { mustPlan(t, input(t, n, entries)) })
	return all / float64(len(first.Data))
}
