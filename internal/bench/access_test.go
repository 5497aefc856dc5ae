package bench

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// guarded is the network of 1,000 nodes, each with a user and a role.
func guarded(tb testing.TB, s nettest.Size) *network.Network {
	tb.Helper()
	n := nettest.Guard(nettest.Network(s))
	if l := append(n.Normalize(), n.Validate()...); l.HasErrors() {
		tb.Fatal(l.Err())
	}
	return n
}

// planAccess plans a network on what the server holds, roles and users too.
func planAccess(tb testing.TB, c *etcd.Client, n *network.Network) *plan.Plan {
	tb.Helper()
	in := input(tb, n, nil)
	in.Snapshot = snapshot(tb, c, n)
	st, err := state.Decode(in.Snapshot, n.Name)
	if err != nil {
		tb.Fatal(err)
	}
	in.State = st
	live, err := c.Auth(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	in.Access.Live = live
	return mustPlan(tb, in)
}

// BenchmarkACL measures, at 1,000 nodes with a role each on a server that waits
// for its disk: the first apply of all roles and users, a plan that finds
// nothing to do, and the move of one binding.
func BenchmarkACL(b *testing.B) {
	n := guarded(b, nettest.Thousand())
	server := etcdtest.StartWith(b, etcdtest.Options{Fsync: true})
	c := connect(b, server)
	run := func(p *plan.Plan, id string) *apply.Result {
		o := applyOptions(c, n.Name, id)
		o.Auth = c
		r, err := apply.Run(b.Context(), c, p, o)
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	b.Run("first", func(b *testing.B) {
		if b.N > 1 {
			b.Skip("there is only one first time")
		}
		p := planAccess(b, c, n)
		b.ResetTimer()
		b.ReportMetric(float64(run(p, "first").Calls), "calls")
	})
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			if p := planAccess(b, c, n); p.HasChanges() {
				b.Fatalf("the second plan is not empty: %d calls", p.Access.Calls())
			}
		}
	})
	b.Run("move", func(b *testing.B) {
		calls := 0
		for i := 0; b.Loop(); i++ {
			n.Entries[0].BoundTo = network.Ref{To: n.Cores[(i+1)%2].Addr, Named: true}
			calls = run(planAccess(b, c, n), "move").Calls
		}
		b.ReportMetric(float64(calls), "calls")
	})
}

// TestSixtyNodesWithRoles gives 60 nodes their roles for real: all of it the
// first time, nothing the second, and what changed when a binding moves.
func TestSixtyNodesWithRoles(t *testing.T) {
	t.Parallel()
	n := guarded(t, nettest.Size{Cores: 8, Entries: 52, Routes: 70})
	server := etcdtest.Start(t)
	c := connect(t, server)
	run := func(id string) *apply.Result {
		t.Helper()
		p := planAccess(t, c, n)
		before, err := c.Auth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o := applyOptions(c, n.Name, id)
		o.Auth = c
		r, err := apply.Run(t.Context(), c, p, o)
		if err != nil {
			t.Fatal(err)
		}
		after, err := c.Auth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if sent := after.Revision - before.Revision; sent != uint64(r.Calls) || r.Calls != p.Access.Calls() {
			t.Errorf("%d calls were planned, %d made, and the revision moved by %d", p.Access.Calls(), r.Calls, sent)
		}
		set, l := acl.Compile(n, keys.NewLayout(n.Prefix), acl.Own{})
		if l.HasErrors() {
			t.Fatal(l.Err())
		}
		if diff := cmp.Diff(set.Auth().Roles, after.Roles); diff != "" {
			t.Errorf("the roles are not those that were compiled:\n%s", diff)
		}
		return r
	}
	first := run("first")
	if p := planAccess(t, c, n); p.HasChanges() {
		t.Errorf("the second plan is not empty: %+v", p.Access)
	}
	n.Entries[0].BoundTo = n.Entries[1].BoundTo
	moved := run("second")
	if moved.Calls == 0 || moved.Calls > 16 {
		t.Errorf("the move of one binding took %d calls", moved.Calls)
	}
	t.Logf("%d calls at first, %d for a moved binding", first.Calls, moved.Calls)
}
