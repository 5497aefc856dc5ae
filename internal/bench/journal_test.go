package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// large is a network that fits no single request.
const large = 100_000

func applyOptions(c *etcd.Client, name, id string) apply.Options {
	return apply.Options{
		Catalogue: schema.Network(),
		Actor:     "bench", Apply: id, Owner: id, Now: time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC),
		Lock: func(ctx context.Context) (apply.Held, error) {
			return c.Lock(ctx, state.NewLayout(name).Lock(), `{"id":"`+id+`"}`, 30*time.Second)
		},
	}
}

// TestLargeNetworkIsKilledAndRecovers: 100,000 keys are applied, the apply dies
// at a random step, and the recovery makes the network the desired one.
func TestLargeNetworkIsKilledAndRecovers(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	client := connect(t, server)
	n := valid(t, nettest.OfKeys(large))
	p := planOn(t, client, n)
	if len(p.Data) < large*9/10 {
		t.Fatalf("only %d keys", len(p.Data))
	}
	// Counted in writes of the network itself: what comes before is the journal.
	at, written, dead := 4+rand.IntN(12), 0, errors.New("the process is dead")
	faults := &etcdtest.Faults{Store: client}
	faults.BeforeCommit = func(_ int, txn kv.Txn) error {
		if slices.ContainsFunc(txn.Ops, func(op kv.Op) bool { return strings.HasPrefix(op.Key, n.Prefix) }) {
			written++
		}
		if written >= at {
			faults.BeforeRead = func(int) error { return dead }
			return dead
		}
		return nil
	}
	_, err := apply.Run(t.Context(), faults, p, applyOptions(client, n.Name, "first"))
	if !errors.As(err, new(*apply.Stopped)) {
		t.Fatalf("killed at commit %d: %v", at, err)
	}
	part := len(server.Keys(t, n.Prefix))
	if e, ok := server.Get(t, state.NewLayout(n.Name).Lock()); ok {
		if _, err := client.BreakLock(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	r, err := apply.Recover(t.Context(), client, n.Name, n.Prefix, applyOptions(client, n.Name, "second"))
	if err != nil || r == nil || r.Outcome != apply.Finished || r.Serial != 1 {
		t.Fatalf("killed at commit %d: %+v, %v", at, r, err)
	}
	if second := planOn(t, client, n); second.HasChanges() {
		t.Errorf("something is left to do: %+v", second.Changes[0])
	}
	if len(server.Keys(t, state.NewLayout(n.Name).JournalPrefix())) > 0 {
		t.Error("the journal is there")
	}
	t.Logf("killed at commit %d with %d keys written; %d keys in the end", at, part, len(server.Keys(t, n.Prefix)))
}

// BenchmarkJournaled measures a journaled apply of 100,000 keys, from the made
// plan to the confirmed end, beside a bare client that writes the same keys,
// each guarded, in transactions of 128 in turn.
func BenchmarkJournaled(b *testing.B) { compared(b, nettest.OfKeys(large)) }

// BenchmarkOneTransaction is the same of a network of 1,000 nodes, which one
// transaction holds.
func BenchmarkOneTransaction(b *testing.B) { compared(b, nettest.Thousand()) }

func compared(b *testing.B, size nettest.Size) {
	b.Helper()
	n := valid(b, size)
	fresh := func() (*etcd.Client, *etcdtest.Server, *plan.Plan) {
		server := etcdtest.StartWith(b, etcdtest.Options{Fsync: true})
		c := connect(b, server)
		return c, server, planOn(b, c, n)
	}
	b.Run("apply", func(b *testing.B) {
		var r *apply.Result
		for b.Loop() {
			b.StopTimer()
			c, _, p := fresh()
			o := applyOptions(c, n.Name, "bench")
			b.StartTimer()
			var err error
			if r, err = apply.Run(b.Context(), c, p, o); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(r.Writes), "keys")
		b.ReportMetric(float64(max(r.Steps, 1)), "transactions")
	})
	b.Run("bare", func(b *testing.B) {
		keys := 0
		for b.Loop() {
			b.StopTimer()
			_, server, p := fresh()
			ops := slices.Concat(p.Data, p.State)
			keys = len(ops)
			bare, err := clientv3.New(clientv3.Config{Endpoints: []string{server.Endpoint()}, Context: b.Context()})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			writeBare(b, bare, ops)
			b.StopTimer()
			_ = bare.Close()
			b.StartTimer()
		}
		b.ReportMetric(float64(keys), "keys")
		b.ReportMetric(float64((keys+127)/128), "transactions")
	})
}

// writeBare writes keys that must not exist, as a simple program does.
func writeBare(b *testing.B, c *clientv3.Client, ops []kv.Op) {
	b.Helper()
	for some := range slices.Chunk(ops, kv.DefaultLimits().MaxTxnOps) {
		guards := make([]clientv3.Cmp, 0, len(some))
		puts := make([]clientv3.Op, 0, len(some))
		for _, op := range some {
			guards = append(guards, clientv3.Compare(clientv3.ModRevision(op.Key), "=", 0))
			puts = append(puts, clientv3.OpPut(op.Key, op.Value))
		}
		if r, err := c.Txn(b.Context()).If(guards...).Then(puts...).Commit(); err != nil || !r.Succeeded {
			b.Fatal(err)
		}
	}
}
