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
	"github.com/sigilgate/sigilform/internal/schema"
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
	in := inputOn(tb, c, n)
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
	run := func(c *etcd.Client, p *plan.Plan, id string) int {
		o := applyOptions(c, n.Name, id)
		o.Auth = c
		r, err := apply.Run(b.Context(), c, p, o)
		if err != nil {
			b.Fatal(err)
		}
		return r.Calls
	}
	fresh := func() (*etcd.Client, *plan.Plan) {
		c := connect(b, etcdtest.StartWith(b, etcdtest.Options{Fsync: true}))
		return c, planAccess(b, c, n)
	}
	var applied *etcd.Client // a cluster that has all roles
	ready := func() *etcd.Client {
		if applied == nil {
			c, p := fresh()
			run(c, p, "first")
			applied = c
		}
		return applied
	}
	b.Run("first", func(b *testing.B) {
		calls := 0
		for b.Loop() {
			b.StopTimer()
			c, p := fresh()
			b.StartTimer()
			calls, applied = run(c, p, "first"), c
		}
		b.ReportMetric(float64(calls), "calls")
	})
	b.Run("plan", func(b *testing.B) {
		c := ready()
		for b.Loop() {
			if p := planAccess(b, c, n); p.HasChanges() {
				b.Fatalf("the second plan is not empty: %d calls", p.Access.Calls())
			}
		}
	})
	b.Run("move", func(b *testing.B) {
		c, calls := ready(), 0
		for b.Loop() {
			from := n.Entries[0].BoundTo.To
			to := n.Cores[0].Addr
			if from == to {
				to = n.Cores[1].Addr
			}
			n.Entries[0].BoundTo = network.Ref{To: to, Named: true}
			if calls = run(c, planAccess(b, c, n), "move"); calls == 0 {
				b.Fatal("nothing moved")
			}
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
		set, l := acl.Compile(n, keys.NewLayout(schema.Network(), n.Prefix), acl.Own{})
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
