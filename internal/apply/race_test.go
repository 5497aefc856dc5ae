package apply_test

import (
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestOfTwoPlansOneIsApplied: two different plans from one snapshot, at once,
// each in one transaction or in several: never both are carried out, and the
// network is as one of them says.
func TestOfTwoPlansOneIsApplied(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	stock := w.connect(t, kv.DefaultLimits())
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		var plans [2]*plan.Plan
		var errs [2]error
		var both sync.WaitGroup
		for i := range plans {
			n := nettest.Network(nettest.Size{Cores: 4, Entries: 6, Routes: 6, Users: rapid.IntRange(1, 9).Draw(r, "users")})
			for j := range n.Cores {
				n.Cores[j].Region = model.Text{Value: strconv.Itoa(2*round + i), Named: true}
			}
			plans[i] = w.plan(t, stock, normal(t, n))
		}
		for i := range plans {
			client := stock
			if rapid.Bool().Draw(r, "in several") {
				client = w.client
			}
			id := "round " + strconv.Itoa(round) + "." + strconv.Itoa(i)
			both.Go(func() { _, errs[i] = apply.Run(t.Context(), client, plans[i], w.options(id)) })
		}
		both.Wait()
		if errs[0] == nil && errs[1] == nil {
			t.Fatal("both were applied")
		}
		for i := range plans {
			if e, _ := w.Get(t, "/sigilgate/nodes/10.0.0.1/region"); errs[i] == nil && e.Value != strconv.Itoa(2*round+i) {
				t.Fatalf("the region is %q after plan %d", e.Value, i)
			}
		}
		_, st := w.view(t, stock)
		w.sound(t, st.Head.Serial)
	})
}
