package crash_test

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// sharp is what each world goes through before it is left to its luck: what is
// found out only where two things meet is brought together. Each run changes
// much, and something happens to it at a transaction of its own, while others
// write.
func (w *drawn) sharp(t *testing.T, r *rand.Rand) {
	t.Helper()
	early, middle := func() run { return run{at: 1 + r.IntN(4)} }, func() run { return run{at: 1 + r.IntN(2), middle: true} }
	for _, way := range []struct {
		fate string
		when run
		then []string
	}{
		{stranded, early(), nil},
		{stalled, middle(), nil},
		{killedAtEvent, middle(), []string{"recover", "recover"}},
		{stranded, middle(), nil},
		{killedAtEvent, middle(), []string{"abandon", "abandon"}},
		{stranded, early(), nil},
		{interrupted, middle(), nil},
		{stalled, early(), nil},
		{killedAtEvent, middle(), []string{"recover", "abandon", "recover"}},
	} {
		w.meeting(t, r, way.fate, way.when, way.then)
	}
	for range 3 {
		if err := w.rollback(t, r); left(err) {
			w.recover(t, r)
		}
	}
}

// meeting lets a fate come over an apply, and others end what it left: each but
// the last of them dies over it.
func (w *drawn) meeting(t *testing.T, r *rand.Rand, fate string, when run, then []string) {
	t.Helper()
	x, end := w.start(t, r, "apply", []string{fate})
	defer end()
	defer w.hush(x.actor)()
	x.at, x.middle, x.share = when.at, when.middle, 30
	if w.options.MaxRequestBytes == small {
		x.share = 70 // so that it is more than one request
	}
	var beside sync.WaitGroup
	if fate == stalled {
		r := rand.New(rand.NewPCG(r.Uint64(), 1)) // it recovers while the other goes on
		forget := w.atEvent(x.at, x.middle, func() {
			beside.Go(func() { _ = w.recoverOnce(t, r, []string{lucky}) })
		})
		defer forget()
	}
	err := w.applyBy(t, r, x)
	beside.Wait()
	for i, what := range then {
		if !left(err) {
			return
		}
		w.await(t.Context(), r.IntN(3))
		err = w.endedBy(t, r, what, i == len(then)-1)
	}
	if left(err) {
		w.recover(t, r)
	}
}

// endedBy is one recovery or abandoning, which dies unless it is the last.
func (w *drawn) endedBy(t *testing.T, r *rand.Rand, what string, last bool) error {
	t.Helper()
	fate := killedAtEvent
	if last {
		fate = lucky
	}
	x, end := w.start(t, r, what, []string{fate})
	defer end()
	x.at = 1 + r.IntN(3)
	return w.recoverBy(t, x)
}
