package crash_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// first applies for the first time.
func (w *drawn) first(t *testing.T, r *rand.Rand) {
	t.Helper()
	for n := 0; ; n++ {
		err := w.apply(t, r, []string{lucky})
		if err == nil {
			return
		}
		if n == settlings {
			t.Fatal(err)
		}
		if left(err) {
			_ = w.recoverOnce(t, r, []string{lucky}) // what it could not do the next one says
		}
	}
}

// settlings is how often the first and the last apply are tried: on a machine with much to do
// a lock may be lost without anybody's doing.
const settlings = 6

// settle ends what is interrupted, with nobody in the way, and applies once
// more: then nothing is left to do, and nothing of anybody's trouble is left.
func (w *drawn) settle(t *testing.T, r *rand.Rand) {
	t.Helper()
	w.settling = true
	for n := 0; ; n++ {
		w.mu.Lock()
		w.genome.fresh = 100 // a conflict moves it
		w.mu.Unlock()
		w.unlock(t, func(state.Lock) bool { return true })
		err := w.recoverOnce(t, r, []string{lucky})
		if err == nil {
			err = w.last(t, r)
		}
		if err == nil {
			return
		}
		if errors.As(err, new(*engine.Conflicted)) {
			w.genome.bare = true // others may have the UUID of a device of ours that is gone
		}
		if n == settlings {
			t.Errorf("after all the network can't be applied: %+v", failure.Of(err))
			return
		}
	}
}

// last applies once more, and looks at what there is then.
func (w *drawn) last(t *testing.T, r *rand.Rand) error {
	t.Helper()
	x, end := w.start(t, r, "apply", []string{lucky})
	defer end()
	o := w.planOptions(t, r, x)
	o.Adopt, o.Cascade, o.DisableAuth = true, true, true
	_, err := x.engine.Apply(x.ctx, engine.ApplyOptions{PlanOptions: o, LockTimeout: lockPatience, Review: w.review(x, r)})
	if err = w.came(t, x, err); err != nil {
		return err
	}
	w.settled(t, x, o)
	return nil
}

// settled checks that nothing is left to do, and nothing that was only for a while.
func (w *drawn) settled(t *testing.T, x *run, o engine.PlanOptions) {
	t.Helper()
	p, err := x.engine.Plan(x.ctx, o)
	if err != nil {
		t.Errorf("the last plan: %v", err)
		return
	}
	if p.Plan.HasChanges() {
		t.Errorf("after the last apply there is something to do: %+v", p.Plan.Changes)
	}
	d, err := x.engine.Drift(x.ctx, engine.DriftOptions{LiveOptions: w.live(x)})
	if err != nil {
		t.Errorf("the last look for drift: %v", err)
		return
	}
	if d.Report.Drifted() {
		t.Errorf("after the last apply there is drift: %+v", d.Report.Objects)
	}
	if *drawnOpen {
		return // the server does not tell of roles and users
	}
	w.nobodyIsLockedOut(t)
	c, err := etcd.Connect(t.Context(), w.config(root))
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close() //nolint:errcheck // a connection that only asked
	a, err := c.Auth(t.Context())
	if err != nil {
		t.Errorf("the last look at roles and users: %v", err)
		return
	}
	if _, left := a.Users[kv.RescueUser]; left {
		t.Error("the rescue user is left")
	}
	if want := w.auth != "" && x.number > w.enforced; a.Enabled != want {
		t.Errorf("authentication is on: %v", a.Enabled)
	}
}
