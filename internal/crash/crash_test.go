package crash_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/drift"
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

// What a run does; without flags it is the sample of the test suite.
var (
	applies = flag.Int("crash.applies", 30, "how many applies are tried")
	seed    = flag.Uint64("crash.seed", 1, "what is drawn by; 0 draws one, which is printed")
	size    = flag.Int("crash.keys", 4_000, "about how many keys the network has")
	last    = flag.Duration("crash.for", 0, "go on for so long, however many applies that are")
)

const (
	appliers = 3
	writers  = 2
	prefix   = "/sigilgate/"
)

// TestCrash: many apply, others write, and nearly every apply meets a fault.
// Afterwards the trace is checked, and the network is all of one plan.
func TestCrash(t *testing.T) {
	t.Parallel()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("seed %d", s)
	w := &world{Server: etcdtest.Start(t), recorder: newRecorder(), seed: s, turns: make(chan struct{}, 1000)}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	seen := w.watch(ctx, t, w.Client())
	w.first(t)
	var busy, beside sync.WaitGroup
	stop := make(chan struct{})
	for i := range writers {
		beside.Go(func() { w.write(t, rand.New(rand.NewPCG(s, uint64(100+i))), stop) })
	}
	for i := range appliers {
		busy.Go(func() { w.applier(t, i, rand.New(rand.NewPCG(s, uint64(i)))) })
	}
	busy.Wait()
	close(stop)
	beside.Wait()
	w.settle(t)
	seen(w.Revision(t))
	end()
	w.judge(t, s)
}

// world is a server with what everyone does to it.
type world struct {
	*etcdtest.Server
	*recorder
	seed uint64
	// turns are what the other writers wait for, so that they keep pace.
	turns chan struct{}
	mu    sync.Mutex
	tries int
	// pendings are the applies that are open, by id.
	pendings map[string]pending
}

// next hands out the number of the next apply; false at the end.
func (w *world) next() (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tries++
	if *last > 0 {
		return w.tries, time.Since(w.started) < *last
	}
	return w.tries, w.tries <= *applies
}

// others lets the other writers write on.
func (w *world) others() {
	for range 150 {
		select {
		case w.turns <- struct{}{}:
		default:
		}
	}
}

func (w *world) connect(t *testing.T, l kv.Limits) *etcd.Client {
	t.Helper()
	c, err := etcd.Connect(context.WithoutCancel(t.Context()), etcd.Config{Endpoints: []string{w.Endpoint()}, Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// first applies the network for the first time.
func (w *world) first(t *testing.T) {
	t.Helper()
	c := w.connect(t, kv.DefaultLimits())
	defer c.Close() //nolint:errcheck // a connection that is not needed any more
	p := w.plan(t, c, w.variation(rand.New(rand.NewPCG(w.seed, 7))), 0)
	w.run(t, 0, c, c, p, "first")
}

// variation is the network with some other values, and some users fewer.
func (w *world) variation(r *rand.Rand) *network.Network {
	n := nettest.Network(nettest.OfKeys(*size))
	for range 1 + r.IntN(20) {
		e := &n.Entries[r.IntN(len(n.Entries))]
		e.Region = network.Text{Value: fmt.Sprint("r", r.IntN(1000)), Named: true}
	}
	for i := range n.Cores {
		n.Cores[i].Region = network.Text{Value: fmt.Sprint("r", r.IntN(1000)), Named: true}
	}
	n.Users = n.Users[:len(n.Users)-r.IntN(min(15, len(n.Users)))]
	return n
}

// plan plans a network on what the server holds; nil where that can't be.
func (w *world) plan(t *testing.T, s apply.Store, n *network.Network, try int) *plan.Plan {
	t.Helper()
	if l := append(n.Normalize(), n.Validate()...); l.HasErrors() {
		t.Error(l.Err())
		return nil
	}
	snapshot, st := w.view(t, s)
	if snapshot == nil {
		return nil
	}
	p, l := plan.Make(plan.Input{
		Network: n, Snapshot: snapshot, State: st, Mode: plan.ModeApply, Cascade: true, IDs: &numbers{n: try * 1_000_000},
		Now: time.Date(2026, 11, 23, 12, 0, try, 0, time.UTC), Tool: "crash",
	})
	if l.HasErrors() || len(p.Conflicts) > 0 {
		t.Errorf("%v %+v", l.Err(), p.Conflicts)
		return nil
	}
	return p
}

func (w *world) view(t *testing.T, s apply.Store) (*kv.Snapshot, *state.State) {
	t.Helper()
	layout := keys.NewLayout(schema.Network(), prefix)
	own := state.NewLayout(nettest.Name)
	prefixes := append(layout.ReadPrefixes(), layout.UserIDCounter(), state.NetworksPrefix, own.ObjectsPrefix(), own.Head(), own.DigestKey(), own.Journal())
	snapshot, err := s.Scan(t.Context(), 0, prefixes...)
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	st, err := state.Decode(snapshot, nettest.Name)
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	return snapshot, st
}

// applier applies one network after the other, each with a fault of its own,
// and recovers what it finds interrupted.
func (w *world) applier(t *testing.T, client int, r *rand.Rand) {
	t.Helper()
	for {
		try, more := w.next()
		if !more {
			return
		}
		w.others()
		limits := kv.DefaultLimits()
		if r.IntN(2) == 0 {
			limits.MaxRequestBytes = 16 << 10
		}
		c := w.connect(t, limits)
		w.read(t, client, c)
		p := w.plan(t, c, w.variation(r), try)
		if p != nil {
			store, name := w.fault(t, r, c)
			w.count("fault: " + name)
			w.run(t, client, store, c, p, fmt.Sprint("apply-", try))
		}
		_ = c.Close()
	}
}

// run applies a plan and records what came of it.
func (w *world) run(t *testing.T, client int, s apply.Store, c *etcd.Client, p *plan.Plan, id string) {
	t.Helper()
	w.planned(id, p)
	call := w.now()
	_, err := apply.Run(t.Context(), s, p, w.options(c, id))
	switch {
	case err == nil:
		w.count("committed")
		w.operation(client, call, crash.HeadInput{From: p.Serial, Apply: id}, crash.HeadOutput{Committed: true})
		return
	case errors.As(err, new(*apply.Unknown)), errors.As(err, new(*apply.Stopped)):
		w.count("open") // who recovers it, or the history, tells
		w.mu.Lock()
		w.open(id, client, call, p.Serial)
		w.mu.Unlock()
		return
	case errors.As(err, new(*apply.RolledBack)):
		w.count("rolled back")
	case errors.As(err, new(*apply.Interrupted)):
		w.count("interrupted by another")
		w.recover(t, c, id)
	default:
		w.count(fmt.Sprintf("not applied: %T", err))
	}
	w.operation(client, call, crash.HeadInput{From: p.Serial, Apply: id}, crash.HeadOutput{})
}

func (w *world) options(c *etcd.Client, id string) apply.Options {
	return apply.Options{
		Catalogue: schema.Network(),
		Actor:     "crash", Apply: id, Owner: id, Command: "crash", Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		Patience: 2 * time.Second,
		Lock: func(ctx context.Context) (apply.Held, error) {
			held, err := c.Lock(ctx, state.NewLayout(nettest.Name).Lock(), fmt.Sprintf(`{"id":%q}`, id), 5*time.Second)
			if errors.As(err, new(*etcd.Taken)) {
				return nil, &apply.Locked{Network: nettest.Name}
			}
			return held, err
		},
	}
}

// recover ends an interrupted apply, unless its owner still goes.
func (w *world) recover(t *testing.T, c *etcd.Client, id string) {
	t.Helper()
	r, err := apply.Recover(t.Context(), c, nettest.Name, prefix, w.options(c, "recovery of "+id))
	switch {
	case err != nil:
		w.count(fmt.Sprintf("recovery: %T", err))
	case r != nil:
		w.count("recovery: " + string(r.Outcome))
	}
}

// read records what a linearizable read of the head finds.
func (w *world) read(t *testing.T, client int, c *etcd.Client) {
	t.Helper()
	call := w.now()
	found, err := c.Read(t.Context(), state.NewLayout(nettest.Name).Head())
	if err != nil || len(found) == 0 {
		t.Errorf("read the head: %v", err)
		return
	}
	h, err := state.DecodeHead(found[0].Value)
	if err != nil {
		t.Error(err)
		return
	}
	w.operation(client, call, crash.HeadInput{}, crash.HeadOutput{Serial: h.Serial, Apply: h.Apply})
}

// settle recovers what is left, with nobody in the way.
func (w *world) settle(t *testing.T) {
	t.Helper()
	c := w.connect(t, kv.DefaultLimits())
	defer c.Close() //nolint:errcheck // a connection that is not needed any more
	if e, ok := w.Get(t, state.NewLayout(nettest.Name).Lock()); ok {
		if _, err := c.BreakLock(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	w.recover(t, c, "the end")
	if left := w.Keys(t, state.NewLayout(nettest.Name).JournalPrefix()); len(left) > 0 {
		t.Errorf("the journal is there: %q", left)
	}
	if p := w.plan(t, c, w.variation(rand.New(rand.NewPCG(w.seed, 8))), w.tries+1); p != nil {
		w.run(t, 0, c, c, p, "last")
	}
	snapshot, st := w.view(t, c)
	if d := drift.Detect(schema.Network(), snapshot, st, nil); d.Drifted() {
		t.Errorf("state and data disagree: %+v", d.Objects)
	}
}

// judge checks the trace, and prints what was done.
func (w *world) judge(t *testing.T, seed uint64) {
	t.Helper()
	w.close()
	trace := crash.Trace{Network: nettest.Name, Prefix: prefix, Plans: w.plans, Events: w.events, Fenced: true}
	for _, fault := range trace.Check().Faults {
		t.Error(fault)
	}
	if got := porcupine.CheckOperationsTimeout(crash.Head(), w.ops, time.Minute); got != porcupine.Ok {
		t.Errorf("the head is not linearizable: %v", got)
	}
	counts := w.counted()
	faults := 0
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[what], what)
		if what != "fault: none" && len(what) > 6 && what[:6] == "fault:" {
			faults += counts[what]
		}
	}
	t.Logf("seed %d: %d applies with %d faults, %d events of %d keys, %d operations, in %s", seed, len(w.plans), faults, len(w.events), len(w.Keys(t, prefix)), len(w.ops), time.Since(w.started).Round(time.Millisecond))
	if *applies >= 30 && faults < *applies/2 {
		t.Errorf("only %d faults in %d applies", faults, *applies)
	}
}
