package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// connect reaches a real server over its socket, as a user's does.
func connect(tb testing.TB, s *etcdtest.Server) *etcd.Client {
	tb.Helper()
	c, err := etcd.Connect(tb.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}, Timeout: 30 * time.Second})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// snapshot reads what a plan is made from.
func snapshot(tb testing.TB, c *etcd.Client, n *network.Network) *kv.Snapshot {
	tb.Helper()
	layout := keys.NewLayout(schema.Network(), n.Prefix)
	s, err := c.Snapshot(tb.Context(), etcd.SnapshotRequest{
		Prefixes: append(layout.ReadPrefixes(), state.Prefixes(n.Name)...),
		Keys:     append([]string{layout.UserIDCounter()}, state.Keys(n.Name)...),
		Optional: state.OptionalKeys(n.Name),
		Count:    layout.ForeignPrefixes(),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// planOn plans the network on what a server holds.
func planOn(tb testing.TB, c *etcd.Client, n *network.Network) *plan.Plan {
	tb.Helper()
	return mustPlan(tb, inputOn(tb, c, n))
}

// inputOn is what a plan of the network is made from, on what a server holds.
func inputOn(tb testing.TB, c *etcd.Client, n *network.Network) plan.Input {
	tb.Helper()
	in := input(tb, n, nil)
	in.Snapshot = snapshot(tb, c, n)
	st, err := state.Decode(in.Snapshot, n.Name)
	if err != nil {
		tb.Fatal(err)
	}
	in.State = st
	return in
}

func run(tb testing.TB, c *etcd.Client, p *plan.Plan) *apply.Result {
	tb.Helper()
	r, err := apply.Run(tb.Context(), c, p, apply.Options{Catalogue: schema.Network(), Actor: "bench", Apply: "1", Now: time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// TestThousandNodes applies 40 Cores in a full mesh, 960 Entries and 1,200
// routes to a server with stock limits: one transaction, one revision, and the
// second plan is empty.
func TestThousandNodes(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	client := connect(t, server)
	n := valid(t, nettest.Thousand())
	before := server.Revision(t)

	p := planOn(t, client, n)
	if got := p.Counts().Create; got < 2200 {
		t.Fatalf("the plan creates %d objects, fewer than the network has", got)
	}
	r := run(t, client, p)
	t.Logf("%d writes, %d guards, %d bytes in one request", r.Writes, r.Guards, r.Bytes)
	if r.Revision != before+1 || server.Revision(t) != before+1 {
		t.Errorf("the cluster went from revision %d to %d, want one transaction", before, server.Revision(t))
	}
	mesh := 0
	for _, key := range server.Keys(t, keys.NewLayout(schema.Network(), n.Prefix).Prefix()+"topology/links/") {
		if key != "" {
			mesh++
		}
	}
	if mesh != 40*39 {
		t.Errorf("the full mesh has %d links, want %d", mesh, 40*39)
	}

	second := planOn(t, client, n)
	if second.HasChanges() || len(second.Changes) > 0 {
		t.Errorf("the second plan has %d changes: %+v", len(second.Changes), second.Changes[0])
	}
	run(t, client, second)
	if got := server.Revision(t); got != before+1 {
		t.Errorf("applying the empty plan moved the cluster to revision %d", got)
	}
}

// BenchmarkApply measures the apply of the network of 1,000 nodes, from the
// made plan to the confirmed commit.
func BenchmarkApply(b *testing.B) {
	n := valid(b, nettest.Thousand())
	var r *apply.Result
	for b.Loop() {
		b.StopTimer()
		c := connect(b, etcdtest.Start(b))
		p := planOn(b, c, n)
		b.StartTimer()
		r = run(b, c, p)
	}
	b.ReportMetric(float64(r.Writes), "keys")
	b.ReportMetric(float64(r.Bytes), "request-bytes")
}

// BenchmarkSnapshot measures the read of a network at one revision.
func BenchmarkSnapshot(b *testing.B) {
	for _, size := range sizes() {
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			server := etcdtest.Start(b)
			n, total := fill(b, server, size)
			c := connect(b, server)
			for b.Loop() {
				snapshot(b, c, n)
			}
			perKey(b, total)
		})
	}
}

// BenchmarkPlanEndToEnd measures what a plan without changes costs from a
// loaded configuration to the decision: the read of the snapshot and the
// comparison.
func BenchmarkPlanEndToEnd(b *testing.B) {
	for _, size := range sizes() {
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			server := etcdtest.Start(b)
			n, total := fill(b, server, size)
			c := connect(b, server)
			for b.Loop() {
				if p := planOn(b, c, n); p.HasChanges() {
					b.Fatal("the plan is not empty")
				}
			}
			perKey(b, total)
		})
	}
}

// fill puts a network of a size on a server, as if it had been applied, and
// returns how many keys of the network that is.
func fill(tb testing.TB, s *etcdtest.Server, size int) (*network.Network, int) {
	tb.Helper()
	n := valid(tb, nettest.OfKeys(size))
	p := mustPlan(tb, input(tb, n, nil))
	p.ClusterID = connect(tb, s).ClusterID()
	for some := range slices.Chunk(applied(tb, p), kv.DefaultLimits().MaxTxnOps) {
		puts := make([]clientv3.Op, 0, len(some))
		for _, e := range some {
			puts = append(puts, clientv3.OpPut(e.Key, e.Value))
		}
		if _, err := s.Client().Txn(tb.Context()).Then(puts...).Commit(); err != nil {
			tb.Fatal(err)
		}
	}
	return n, len(p.Data)
}
