package crash_test

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/sigilgate/sigilform/internal/crash"
)

// What the runs of TestDrawn do; without flags they are the sample of the suite.
var (
	drawnFor   = flag.Duration("drawn.for", 0, "draw one world after the other for so long")
	drawnWorld = flag.Int("drawn.world", -1, "only this world of the seed")
	drawnEach  = flag.Duration("drawn.each", 25*time.Second, "for how long there is each world")
)

// sampled worlds of the suite, and for how long there is each.
const (
	sampleWorlds = 0
	sampleEach   = 2 * time.Second
)

// TestDrawn draws worlds: of one server or three members, with small limits,
// with roles and authentication, in which runs apply, roll back, adopt,
// destroy, are killed and recovered, while others write, also into what is
// being deleted. Afterwards all that happened in each is checked.
func TestDrawn(t *testing.T) {
	s := *seed
	if s == 0 {
		s = rand.Uint64N(1e9)
	}
	t.Logf("seed %d", s)
	end := time.Now().Add(*drawnFor)
	for n := 0; ; n++ {
		each := sampleEach
		if *drawnFor > 0 {
			each = min(*drawnEach, time.Until(end))
		}
		if *drawnFor > 0 && each < time.Second || *drawnFor == 0 && n == sampleWorlds {
			return
		}
		if *drawnWorld >= 0 && n != *drawnWorld {
			continue
		}
		ok := t.Run("world", func(t *testing.T) { drawnWorldOf(t, s, n, each) })
		if !ok || *drawnWorld >= 0 {
			t.Logf("again: make crash PLAY=Drawn SEED=%d WORLD=%d", s, n)
			return
		}
	}
}

func drawnWorldOf(t *testing.T, s uint64, n int, each time.Duration) {
	t.Helper()
	source := func(stream int) *rand.Rand { return rand.New(rand.NewPCG(s, uint64(n*1000+stream))) } //nolint:gosec // small numbers
	d := drawWorld(source(0))
	t.Logf("world %d of seed %d: %s", n, s, d.String())
	w := newDrawn(t, d, s+uint64(n)) //nolint:gosec // a small number
	w.write(t, "root.word", rootPassword+"\n")
	ctx, end := context.WithCancel(t.Context())
	defer end()
	seen := w.watch(ctx, t, w.client)
	if err := w.apply(t, source(1), []string{lucky}); err != nil {
		t.Fatal(err)
	}
	limit, stop := context.WithTimeout(t.Context(), each)
	defer stop()
	beside, enough := context.WithCancel(t.Context())
	var busy, others sync.WaitGroup
	for i, name := range []string{"ann", "bob", "eve"} {
		others.Go(func() { w.others(beside, t, source(10+i), name) })
	}
	for i := range 2 {
		busy.Go(func() { w.applier(limit, t, source(20+i)) })
	}
	w.trouble(limit, t, source(30))
	busy.Wait()
	enough()
	others.Wait()
	w.settle(t, source(40))
	v, err := w.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen(v.revision)
	end()
	w.judge(t)
}

// trouble kills and stops members, one after the other, until the context ends;
// then all are well again.
func (w *drawn) trouble(ctx context.Context, t *testing.T, r *rand.Rand) {
	t.Helper()
	rest := func(least, more int) {
		timer := time.NewTimer(time.Duration(least+r.IntN(more)) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	for ctx.Err() == nil {
		rest(800, 3000)
		if w.three == nil || ctx.Err() != nil {
			continue
		}
		i := r.IntN(w.members)
		if leader := w.three.Leader(t); r.IntN(2) == 0 && leader >= 0 {
			i = leader
		}
		if r.IntN(2) == 0 {
			w.count("member paused")
			w.three.Pause(t, i)
			rest(100, 1500)
			w.three.Resume(t, i)
		} else {
			w.count("member killed")
			w.three.Kill(t, i)
			rest(100, 1000)
			w.three.Restart(t, i)
		}
	}
	if w.three != nil {
		w.three.AwaitHealthy(t)
	}
}

// judge checks the trace, and prints what was done.
func (w *drawn) judge(t *testing.T) {
	t.Helper()
	trace := crash.Trace{Network: drawnName, Prefix: prefix, Events: w.events, Ledger: w.ledger, Lawful: true, Plans: map[string]crash.Planned{}}
	applies := trace.Applies()
	for id, actor := range applies {
		if p := w.plans[actor]; p != nil {
			trace.Plans[id] = crash.Planned{Apply: id, Seen: p.Revision, Guards: p.Guards, Ops: p.Data, RolledBackTo: p.RolledBackTo}
		}
	}
	faults := trace.Check()
	for i, fault := range faults {
		if i < 20 {
			t.Error(fault)
		}
	}
	if got := porcupine.CheckOperationsTimeout(crash.Head(), w.honest(t, applies), time.Minute); got != porcupine.Ok {
		t.Errorf("the head is not linearizable: %v", got)
	}
	counts := w.counted()
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[what], what)
	}
	t.Logf("%d events, %d writes of others", len(w.events), len(w.ledger.Writes))
	if t.Failed() {
		w.tell(t, &trace)
	}
}
