package crash_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// What the runs of TestDrawn do; without flags they are the sample of the suite.
var (
	drawnFor   = flag.Duration("drawn.for", 0, "draw one world after the other for so long")
	drawnWorld = flag.Int("drawn.world", -1, "only this world of the seed")
	drawnOpen  = flag.Bool("drawn.open", false, "without roles and users, for servers that have no revision of those")
	drawnTell  = flag.Bool("drawn.tell", false, "write down the story of each world, also of those that were clean")
	drawnEach  = flag.Duration("drawn.each", 20*time.Second, "for how long there is each world")
)

// The sample of the suite: always the same draws, one of each kind, and for how
// long there is each.
const (
	sampleSeed = 1
	sampleEach = 2 * time.Second
)

// samples are the worlds of the sample.
func samples() []draws {
	return []draws{
		{members: 1, options: etcdtest.Options{MaxRequestBytes: small}, pause: 40 * time.Millisecond},
		{members: 1, options: etcdtest.Options{MaxTxnOps: 40}, auth: byPassword, enforced: 1, pause: 40 * time.Millisecond},
		{members: 3, auth: byCertificate, enforced: 1, pause: 40 * time.Millisecond},
	}
}

// TestDrawn draws worlds: of one server or three members, with small limits,
// with roles and authentication, in which runs apply, roll back, adopt,
// destroy, are killed and recovered, while others write, also into what is
// being deleted. Afterwards all that happened in each is checked.
func TestDrawn(t *testing.T) {
	if *drawnFor == 0 {
		t.Parallel()
		for n, d := range samples() {
			t.Run(fmt.Sprint("world ", n), func(t *testing.T) {
				t.Parallel()
				drawnWorldOf(t, d, sampleSeed, n, sampleEach)
			})
		}
		return
	}
	s := *seed
	if s == 0 {
		s = rand.Uint64N(1e9)
	}
	t.Logf("seed %d", s)
	if n := *drawnWorld; n >= 0 {
		t.Run(fmt.Sprint("world ", n), func(t *testing.T) { drawnWorldOf(t, drawWorld(s, n), s, n, *drawnEach) })
		return
	}
	met := tally{}
	defer func() { met.report(t, s) }()
	for n, end := 0, time.Now().Add(*drawnFor); ; n++ {
		each := min(*drawnEach, time.Until(end))
		if each < time.Second {
			return
		}
		if !t.Run(fmt.Sprint("world ", n), func(t *testing.T) { met.add(drawnWorldOf(t, drawWorld(s, n), s, n, each)) }) {
			t.Logf("again: make crash PLAY=Drawn SEED=%d WORLD=%d", s, n)
			return
		}
	}
}

// source is one of the streams that all of a world is drawn from.
func source(seed uint64, world, stream int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(world*1000+stream)))
}

func drawnWorldOf(t *testing.T, d draws, s uint64, n int, each time.Duration) tally {
	t.Helper()
	from := func(stream int) *rand.Rand { return source(s, n, stream) }
	t.Logf("world %d of seed %d: %s", n, s, d.String())
	w := newDrawn(t, d, s+uint64(n))
	w.write(t, "root.word", rootPassword+"\n")
	ctx, end := context.WithCancel(t.Context())
	defer end()
	seen := w.watch(ctx, t, w.client)
	w.engage(t)
	w.first(t, from(1))
	beside, enough := context.WithCancel(t.Context())
	var busy, others sync.WaitGroup
	for i, name := range []string{"ann", "bob", "eve"} {
		others.Go(func() { w.others(beside, t, from(10+i), name) })
	}
	until := make(chan struct{})
	busy.Go(func() {
		if *drawnFor > 0 {
			w.sharp(t, from(50))
		}
		time.AfterFunc(each, func() { close(until) })
		for i := range 2 {
			busy.Go(func() { w.applier(t, from(20+i), until) })
		}
	})
	w.trouble(t, from(30), until)
	busy.Wait()
	enough()
	others.Wait()
	w.ghosts.Wait()
	w.settle(t, from(40))
	v, err := w.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen(v.revision)
	end()
	return w.judge(t)
}

// trouble kills and stops members, one after the other, until the end; then all
// are well again.
func (w *drawn) trouble(t *testing.T, r *rand.Rand, until <-chan struct{}) {
	t.Helper()
	rest := func(least, more int) {
		timer := time.NewTimer(time.Duration(least+r.IntN(more)) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-until:
		}
	}
	for !ended(until) {
		rest(800, 3000)
		if w.three == nil || ended(until) {
			continue
		}
		i := r.IntN(w.members)
		if leader := w.leader(t); r.IntN(2) == 0 && leader >= 0 {
			i = leader
		}
		w.count(metMembers)
		switch r.IntN(6) {
		case 0, 1:
			w.three.Pause(t, i)
			rest(100, []int{1500, 1500, 8000}[r.IntN(3)])
			w.three.Resume(t, i)
		case 2, 3:
			w.three.Kill(t, i)
			rest(100, 1000)
			w.three.Restart(t, i)
		case 4:
			w.three.Fill(t, i)
			w.count(metFull)
			rest(100, 1000)
			w.three.Restart(t, i)
		case 5:
			w.moveLeader(t, r)
		}
	}
	for limit := time.Now().Add(time.Minute); w.three != nil && w.leader(t) < 0; {
		if time.Now().After(limit) {
			t.Fatal("no member leads")
		}
	}
}

// moveLeader lets the member that leads give that to another one.
func (w *drawn) moveLeader(t *testing.T, r *rand.Rand) {
	t.Helper()
	leads := w.leader(t)
	if leads < 0 {
		return
	}
	limit, stop := context.WithTimeout(t.Context(), othersPatience)
	defer stop()
	s, err := w.client.Status(limit, w.ends[(leads+1+r.IntN(w.members-1))%w.members])
	if err != nil {
		return
	}
	api := w.dial(t, w.ends[leads])
	if _, err := api.MoveLeader(limit, s.Header.GetMemberId()); err == nil {
		w.count(metMoved)
	}
}

// leader is the index of the member that all members follow, -1 for none. It
// asks as root: with authentication on others are told nothing.
func (w *drawn) leader(t *testing.T) int {
	t.Helper()
	limit, stop := context.WithTimeout(t.Context(), othersPatience)
	defer stop()
	leads, followers := -1, map[uint64]int{}
	for i, endpoint := range w.ends {
		s, err := w.client.Status(limit, endpoint)
		if err != nil {
			continue
		}
		if followers[s.Leader]++; s.Leader == s.Header.GetMemberId() {
			leads = i
		}
	}
	if len(followers) > 1 {
		return -1
	}
	return leads
}

// judge checks the trace, and prints what was done.
func (w *drawn) judge(t *testing.T) tally {
	t.Helper()
	trace := crash.Trace{Network: drawnName, Prefix: prefix, Events: w.events, Ledger: w.ledger, Lawful: true, Fenced: true, Plans: map[string]crash.Planned{}}
	applies := trace.Applies()
	for id, a := range applies {
		if p := w.planOf(a); p != nil {
			trace.Plans[id] = crash.Planned{Apply: id, Seen: p.Revision, Guards: p.Guards, Ops: p.Data, RolledBackTo: p.RolledBackTo}
		}
	}
	verdict := trace.Check()
	for i, fault := range verdict.Faults {
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
	if t.Failed() || *drawnTell {
		w.tell(t, &trace)
	}
	return w.tally(applies, verdict)
}
