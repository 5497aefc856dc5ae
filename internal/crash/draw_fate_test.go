package crash_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/state"
)

// run is one run of a command that writes, with what happens to it.
type run struct {
	actor string
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
}

// start makes a run with a fate. It must be ended.
func (w *drawn) start(t *testing.T, r *rand.Rand, what string, fates []string) (out *run, end func()) {
	t.Helper()
	n, actor := w.next(what)
	ctx, stop := context.WithCancel(t.Context())
	out = &run{actor: actor, ctx: ctx, stop: stop, abort: make(chan struct{}), line: w.line(t), fate: fates[r.IntN(len(fates))], called: w.now(), from: -1}
	out.engine = &engine.Engine{
		Version: "crash", Command: "sigilform " + what, Clock: time.Now, Random: rand.NewChaCha8([32]byte(fmt.Appendf(nil, "%032d", w.seed%1e15*1e6+uint64(n)))),
		Env: passwords(), Abort: out.abort,
	}
	forget := w.meet(t, r, out)
	return out, func() {
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
)

func allFates() []string {
	return []string{lucky, lucky, lucky, lucky, killedAtTime, killedAtEvent, killedAtEvent, killedAtEvent, killedAtBytes, interrupted, cutOff, unanswered, lockLost}
}

// meet makes a fate come true some time after the plan: at a moment, or at one
// of the next transactions of ours. It returns what calls it off.
func (w *drawn) meet(t *testing.T, r *rand.Rand, x *run) (forget func()) {
	t.Helper()
	w.count("fate: " + x.fate)
	wait, events, bytes := time.Duration(r.IntN(500))*time.Millisecond, 1+r.IntN(14), r.IntN(120<<10)
	soon := func(do func()) func() {
		timer := time.AfterFunc(wait, do)
		return func() { timer.Stop() }
	}
	atEvent := func(do func()) func() {
		left := events
		return w.listen(func(e crash.Event) {
			if !journalOrHead(e.Key) {
				return
			}
			if left--; left == 0 {
				go do()
			}
		})
	}
	all := func(do func(i int)) {
		for i := range x.line.proxies {
			do(i)
		}
	}
	switch x.fate {
	case killedAtTime:
		return soon(func() { w.kill(x) })
	case killedAtEvent:
		return atEvent(func() { w.kill(x) })
	case killedAtBytes:
		all(func(i int) { x.line.proxies[i].CutAfter(bytes) })
		timer := time.AfterFunc(2*time.Second, func() { w.kill(x) })
		return func() { timer.Stop() }
	case interrupted:
		return atEvent(x.stop)
	case cutOff:
		return atEvent(func() { all(func(i int) { x.line.proxies[i].CutAll() }) })
	case unanswered:
		return atEvent(func() {
			all(func(i int) { x.line.proxies[i].SwallowReplies() })
			time.AfterFunc(300*time.Millisecond, func() { w.kill(x) })
		})
	case lockLost:
		return atEvent(func() { w.unlock(t, func(state.Lock) bool { return true }) })
	}
	return func() {}
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
	out := engine.Environment{"SIGILFORM_ACL_PASSWORD_ROOT=" + rootPassword}
	for i := range poolEntries {
		for _, kind := range []string{"C", "E", "P"} {
			out = append(out, fmt.Sprintf("SIGILFORM_ACL_PASSWORD_%s%d=%s", kind, i, rootPassword))
		}
	}
	return out
}
