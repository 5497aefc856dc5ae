package apply_test

import (
	"context"
	"errors"
	"flag"
	"strconv"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// instant is a commit of an apply at which something happens, from 1.
type instant struct {
	w  *town
	at int
	// stop and abort are the first and the second Ctrl-C.
	stop, abort func()
}

// dies makes the run's every request fail from now on, as for a process that
// is killed or cut off.
func (i *instant) dies() {
	i.w.faults.BeforeCommit = func(int, kv.Txn) error { return etcdtest.ErrLost }
	i.w.faults.BeforeRead = func(int) error { return etcdtest.ErrLost }
	i.w.faults.BeforeScan = func(int) error { return etcdtest.ErrLost }
}

// outcome is what a fault may lead to.
type outcome int

const (
	finishes   outcome = 1 << iota // the run itself, to the new network
	goesBack                       // the run itself, to the old network
	leaves                         // a journal, or nobody knows: a recovery decides
	finishesOr = finishes | goesBack
)

// faults are what happens at an instant, and what may come of it.
func faults() map[string]struct {
	set  func(t *testing.T, i *instant)
	want outcome
} {
	type row = struct {
		set  func(t *testing.T, i *instant)
		want outcome
	}
	before := func(do func(t *testing.T, i *instant) error) func(t *testing.T, i *instant) {
		return func(t *testing.T, i *instant) {
			t.Helper()
			i.w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
				if n != i.at {
					return nil
				}
				return do(t, i)
			}
		}
	}
	return map[string]row{
		"killed before the commit": {before(func(_ *testing.T, i *instant) error { i.dies(); return etcdtest.ErrLost }), leaves | goesBack},
		"killed after the commit": {func(_ *testing.T, i *instant) {
			i.w.faults.LoseReply = func(n int, _ kv.Txn, _ kv.Result) bool {
				if n == i.at {
					i.dies()
				}
				return n == i.at
			}
		}, leaves | finishes | goesBack}, // the one that learns the limits writes nothing
		"killed, the request lands never": {func(_ *testing.T, i *instant) {
			i.w.faults.LoseRequest = func(n int, _ kv.Txn) bool {
				if n == i.at {
					i.dies()
				}
				return n == i.at
			}
		}, leaves | goesBack},
		"the reply is lost": {func(_ *testing.T, i *instant) {
			i.w.faults.LoseReply = func(n int, _ kv.Txn, _ kv.Result) bool { return n == i.at }
		}, finishes},
		"the request is lost": {func(_ *testing.T, i *instant) {
			i.w.faults.LoseRequest = func(n int, _ kv.Txn) bool { return n == i.at }
		}, finishesOr},
		"refused": {before(func(*testing.T, *instant) error { return etcdtest.ErrLost }), goesBack},
		"compacted": {before(func(t *testing.T, i *instant) error {
			t.Helper()
			i.w.Compact(t, i.w.Revision(t))
			return nil
		}), finishes},
		"the lease is lost": {before(func(t *testing.T, i *instant) error { t.Helper(); i.w.unlock(t); return nil }), leaves | finishes | goesBack},
		"interrupted":       {before(func(_ *testing.T, i *instant) error { i.stop(); return nil }), finishesOr},
		"interrupted twice": {before(func(_ *testing.T, i *instant) error { i.stop(); i.abort(); return nil }), leaves | goesBack},
		"interrupted twice, and the reply is lost": {func(_ *testing.T, i *instant) {
			i.w.faults.LoseReply = func(n int, _ kv.Txn, _ kv.Result) bool {
				if n == i.at {
					i.stop()
					i.abort()
				}
				return n == i.at
			}
		}, leaves | finishes | goesBack},
		"interrupted twice, and the request is lost": {func(_ *testing.T, i *instant) {
			i.w.faults.LoseRequest = func(n int, _ kv.Txn) bool {
				if n == i.at {
					i.stop()
					i.abort()
				}
				return n == i.at
			}
		}, leaves | goesBack},
	}
}

// TestEveryInstantOfBothWays lets every fault happen at every commit of an
// apply in one transaction and of one in several. Whatever the run itself makes
// of it, after a recovery the network is all old or all new, and nothing else
// was touched.
func TestEveryInstantOfBothWays(t *testing.T) {
	t.Parallel()
	for way, limits := range map[string]kv.Limits{"one": kv.DefaultLimits(), "several": narrow()} {
		commits := commitsOf(t, limits)
		for name, fault := range faults() {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				for at := 1; at <= commits; at += stride() {
					t.Run(strconv.Itoa(at), func(t *testing.T) {
						w := newTown(t)
						w.faults.Store = w.connect(t, limits)
						ctx, abort := context.WithCancel(t.Context())
						defer abort()
						stop := make(chan struct{})
						stopped := false
						i := &instant{w: w, at: at, abort: abort, stop: func() {
							if !stopped {
								stopped = true
								close(stop)
							}
						}}
						fault.set(t, i)
						o := w.options("second")
						o.Stop = stop
						_, err := apply.Run(ctx, w.faults, w.plan(t, w.client, newNetwork(t)), o)
						got := judgeRun(t, w, err)
						if got&fault.want == 0 {
							t.Errorf("it ended with %v", err)
						}
						w.recovered(t, err)
					})
				}
			})
		}
	}
}

// every makes the matrices try each instant, as .ci/run does. By itself the suite
// tries a sample of them, always the same.
var every = flag.Bool("every", false, "try every instant of the fault matrices, not a sample of them")

// stride is how far apart the instants are that are tried. -short is for servers
// that take long to start.
func stride() int {
	switch {
	case *every:
		return 1
	case testing.Short():
		return 7
	}
	return 4
}

// commitsOf is how many commits the apply has where nothing happens.
func commitsOf(t *testing.T, limits kv.Limits) int {
	t.Helper()
	w := newTown(t)
	w.faults.Store = w.connect(t, limits)
	if _, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second")); err != nil {
		t.Fatal(err)
	}
	return w.faults.Commits()
}

// judgeRun says what the run made of the fault, and checks that this is so.
func judgeRun(t *testing.T, w *town, err error) outcome {
	t.Helper()
	_, journal := w.Get(t, state.NewLayout(nettest.Name).Journal())
	switch {
	case err == nil:
		w.isNew(t)
		return finishes
	case errors.As(err, new(*apply.Stopped)) && !journal:
		if _, done := w.Get(t, layoutOf().History(2)); !done {
			t.Errorf("there is no journal, and it ended with %v", err)
		}
		return leaves
	case errors.As(err, new(*apply.Stopped)), errors.As(err, new(*apply.Unknown)):
		return leaves
	case errors.As(err, new(*apply.RolledBack)), errors.As(err, new(*apply.NotBegun)), !journal:
		w.isOld(t)
		return goesBack
	}
	return leaves
}

// recovered recovers as the next command does, and checks the result.
func (w *town) recovered(t *testing.T, cause error) {
	t.Helper()
	w.unlock(t)
	o := w.options("recovery")
	r, err := apply.Recover(t.Context(), w.client, nettest.Name, "/sigilgate/", o)
	if err != nil {
		t.Fatalf("recover: %v", err)
	}
	_, committed := w.Get(t, state.NewLayout(nettest.Name).History(2))
	t.Logf("%v; then %+v", cause, r)
	if r != nil && (r.Outcome == apply.Finished) != committed {
		t.Errorf("the recovery says %s, the history is there: %v", r.Outcome, committed)
	}
	if committed {
		w.isNew(t)
	} else {
		w.isOld(t)
	}
	if again, err := apply.Recover(t.Context(), w.client, nettest.Name, "/sigilgate/", o); again != nil || err != nil {
		t.Errorf("a second recovery found %+v, %v", again, err)
	}
}
