package bench

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// valid is the network of a size, normalised and checked.
func valid(tb testing.TB, s nettest.Size) *network.Network {
	tb.Helper()
	n := nettest.Network(s)
	if l := n.Normalize(); l.HasErrors() {
		tb.Fatalf("normalise: %v", l.Err())
	}
	if l := n.Validate(); l.HasErrors() {
		tb.Fatalf("validate: %v", l.Err())
	}
	return n
}

// input is what a plan of the network is made from, on a cluster that holds
// the entries.
func input(tb testing.TB, n *network.Network, entries []kv.Entry) plan.Input {
	tb.Helper()
	s := &kv.Snapshot{ClusterID: "0000000000000001", Revision: 2, Entries: entries}
	st, err := state.Decode(s, n.Name)
	if err != nil {
		tb.Fatal(err)
	}
	return plan.Input{
		Network: n, Snapshot: s, State: st, Mode: plan.ModeApply, IDs: &counter{},
		Now: time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC), Tool: "bench",
	}
}

func mustPlan(tb testing.TB, in plan.Input) *plan.Plan {
	tb.Helper()
	p, l := plan.Make(in)
	if l.HasErrors() {
		tb.Fatalf("plan: %v", l.Err())
	}
	if len(p.Conflicts) > 0 {
		tb.Fatalf("plan: %v", p.Conflicts[0])
	}
	return p
}

// applied is what a cluster holds after the first apply of a plan.
func applied(tb testing.TB, p *plan.Plan) []kv.Entry {
	tb.Helper()
	head, err := state.EncodeHead(state.Head{
		Format: state.FormatVersion, Network: p.Network, Prefix: p.Prefix,
		ClusterID: p.ClusterID, Generation: p.Generation, Serial: p.Serial + 1,
	})
	if err != nil {
		tb.Fatal(err)
	}
	entries := []kv.Entry{entry(state.NewLayout(p.Network).Head(), head)}
	for _, op := range slices.Concat(p.Data, p.State) {
		entries = append(entries, entry(op.Key, op.Value))
	}
	slices.SortFunc(entries, func(a, b kv.Entry) int { return cmp.Compare(a.Key, b.Key) })
	return entries
}

func entry(key, value string) kv.Entry {
	return kv.Entry{Key: key, Value: value, CreateRevision: 2, ModRevision: 2}
}

// counter is a source of ids that never repeats and never surprises.
type counter struct{ n int }

func (c *counter) next(format string) string {
	c.n++
	return fmt.Sprintf(format, c.n)
}

func (c *counter) UUID() string        { return c.next("00000000-0000-4000-8000-%012x") }
func (c *counter) ServiceName() string { return c.next("api.v2.rpc.%016x") }
func (c *counter) Secret() string      { return c.next("%064x") }
func (c *counter) Generation() string  { return c.next("%032x") }
