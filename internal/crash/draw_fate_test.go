package crash_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// run is one run of a command that writes, with what happens to it.
type run struct {
	actor string
	// who runs it, as what user of etcd, and way is how that proves it.
	who, way string
	// number is that of the run.
	number int
	// ctx ends at Ctrl-C, abort is closed at the second one.
	ctx   context.Context //nolint:containedctx // it is the run's own, and the run ends with it
	stop  context.CancelFunc
	abort chan struct{}
	line  *line
	fate  string
	// called is when it began, from is the serial that its plan starts from, -1
	// while it has none.
	called, from int64
	engine       *engine.Engine
	// arm lets the fate come, once; at the at-th transaction where that is not 0,
	// counted from the first step on where it is to be in the middle.
	arm    func()
	at     int
	middle bool
	// share is how much of the network is another one, in a hundred; 0 draws it.
	share int
}

// what is the command.
func (x *run) what() string {
	what, _, _ := strings.Cut(x.actor, "-")
	return what
}

// each does something to the line to each member.
func (x *run) each(do func(p *etcdtest.Proxy)) {
	for _, p := range x.line.proxies {
		do(p)
	}
}

// start makes a run with a fate. It must be ended.
func (w *drawn) start(t *testing.T, r *rand.Rand, what string, fates []string) (out *run, end func()) {
	t.Helper()
	n, actor := w.next(what)
	ctx, stop := context.WithCancel(t.Context())
	out = &run{actor: actor, number: n, who: w.somebody(r), way: w.way(n), ctx: ctx, stop: stop, abort: make(chan struct{}), line: w.line(t), fate: fates[r.IntN(len(fates))], called: w.now(), from: -1}
	out.engine = &engine.Engine{
		Catalogue: schema.Network(),
		Version:   "crash", Command: "sigilform " + what, Clock: time.Now, Random: rand.NewChaCha8([32]byte(fmt.Appendf(nil, "%032d", w.seed%1e15*1e6+uint64(n)))),
		Env: passwords(), Abort: out.abort,
	}
	w.unlockDead(t)
	w.census(t, out)
	loud := func() {}
	if what != "recover" && what != "abandon" && r.IntN(100) < 15 {
		loud = w.hush(actor)
	}
	forget := func() {}
	out.arm = sync.OnceFunc(func() { forget = w.meet(t, r, out) })
	return out, func() {
		loud()
		forget()
		stop()
		out.line.close()
	}
}

// kill cuts a run off from the cluster for good, as its death does.
func (w *drawn) kill(x *run) {
	x.line.close()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.dead[x.actor] {
		w.dead[x.actor] = true
		close(x.abort)
		x.stop()
	}
}

// The fates of a run.
const (
	lucky         = "none"
	killedAtTime  = "killed after some time"
	killedAtEvent = "killed at a write of ours"
	killedAtBytes = "killed within a request"
	interrupted   = "interrupted"
	cutOff        = "connections cut"
	unanswered    = "killed unanswered"
	lockLost      = "lock broken"
	stalled       = "stopped for longer than its lock lasts, then continued"
	stranded      = "a request arrives when it was given up"
)

func allFates() []string {
	return []string{
		lucky, lucky, lucky, lucky, killedAtTime, killedAtEvent, killedAtEvent, killedAtEvent, killedAtEvent, killedAtBytes, interrupted, interrupted, cutOff, unanswered,
		lockLost, stalled, stalled, stranded, stranded,
	}
}

// meet makes a fate come true: after some time, or at one of the next
// transactions of ours. It returns what calls it off. Many runs have
// a long line, so that others get in between their steps.
func (w *drawn) meet(t *testing.T, r *rand.Rand, x *run) (forget func()) {
	t.Helper()
	w.count("fate: " + x.fate)
	wait, bytes := time.Duration(r.IntN(400))*time.Millisecond, r.IntN(80<<10)
	if slow := time.Duration(r.IntN(25)) * time.Millisecond; r.IntN(100) < 40 {
		x.each(func(p *etcdtest.Proxy) { p.Delay(slow) })
	}
	atEvent := func(do func()) func() { return w.atEvent(cmp.Or(x.at, 1+r.IntN(10)), x.middle, do) }
	switch x.fate {
	case killedAtTime:
		return after(wait, func() { w.kill(x) })
	case killedAtEvent:
		return atEvent(func() { w.kill(x) })
	case killedAtBytes:
		x.each(func(p *etcdtest.Proxy) { p.CutAfter(bytes) })
		return after(2*time.Second, func() { w.kill(x) })
	case interrupted:
		return atEvent(x.stop)
	case cutOff:
		return atEvent(func() { x.each((*etcdtest.Proxy).CutAll) })
	case unanswered:
		return atEvent(func() {
			x.each((*etcdtest.Proxy).SwallowReplies)
			time.AfterFunc(300*time.Millisecond, func() { w.kill(x) })
		})
	case lockLost:
		return atEvent(func() { w.unlock(t, func(state.Lock) bool { return true }) })
	case stalled:
		pause := time.Duration(100+r.IntN(1200)) * time.Millisecond
		return atEvent(func() { w.stall(t, x, pause) })
	case stranded:
		late, slow := time.Duration(400+r.IntN(800))*time.Millisecond, time.Duration(10+r.IntN(50))*time.Millisecond
		return atEvent(func() { w.strand(x, late, slow) })
	}
	return func() {}
}

func after(wait time.Duration, do func()) (forget func()) {
	timer := time.AfterFunc(wait, do)
	return func() { timer.Stop() }
}

// atEvent does something at the n-th transaction of ours from now on, or from the
// first step of an apply on.
func (w *drawn) atEvent(n int, middle bool, do func()) (forget func()) {
	return w.listen(func(e crash.Event) {
		if !journalOrHead(e.Key) {
			return
		}
		if j, err := state.DecodeJournal(e.Value); middle && (err != nil || j.Done == 0) {
			return
		}
		middle = false
		if n--; n == 0 {
			go do()
		}
	})
}

// stall is to the cluster what it is to stop a run's process and to continue it:
// nothing of it is heard, its lock ends, another takes over what it left; then it
// says what it was about to say.
func (w *drawn) stall(t *testing.T, x *run, pause time.Duration) {
	t.Helper()
	x.each(func(p *etcdtest.Proxy) { p.Delay(pause) })
	time.AfterFunc(pause, func() { x.each(func(p *etcdtest.Proxy) { p.Delay(0) }) })
	stopped := false
	w.unlock(t, func(l state.Lock) bool {
		stopped = l.Actor == x.actor
		return stopped
	})
	if stopped {
		w.count(metStalled)
	}
}

// strand cuts a run off from its requests: they arrive, but late, while the run
// finds out what became of them, and goes on over a line that is slow.
func (w *drawn) strand(x *run, late, slow time.Duration) {
	w.count(metStranded)
	x.each(func(p *etcdtest.Proxy) {
		p.Strand(50*time.Millisecond, late)
		p.Delay(slow)
	})
}

// unlock breaks the lock, if its holder is one of those.
func (w *drawn) unlock(t *testing.T, of func(state.Lock) bool) {
	t.Helper()
	key := state.NewLayout(drawnName).Lock()
	limit, stop := context.WithTimeout(t.Context(), othersPatience)
	defer stop()
	r, err := w.client.Get(limit, key)
	if err != nil || len(r.Kvs) == 0 {
		return
	}
	held, err := state.DecodeLock(string(r.Kvs[0].Value))
	if err == nil && of(held) {
		_, _ = w.client.Delete(limit, key)
	}
}

// unlockDead breaks the lock of a run that is dead: its lease would outlive it.
func (w *drawn) unlockDead(t *testing.T) {
	t.Helper()
	w.unlock(t, func(l state.Lock) bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.dead[l.Actor]
	})
}

// passwords are those of all users that the files may declare.
func passwords() engine.Environment {
	var out engine.Environment
	for i := range poolEntries {
		for _, kind := range []string{"C", "E", "P"} {
			out = append(out, fmt.Sprintf("SIGILFORM_ACL_PASSWORD_%s%d=%s", kind, i, rootPassword))
		}
	}
	for _, name := range people() {
		out = append(out, fmt.Sprintf("SIGILFORM_ACL_PASSWORD_%s=%s", strings.ToUpper(name), rootPassword))
	}
	return out
}
