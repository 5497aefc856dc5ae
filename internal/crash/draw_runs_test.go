package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/state"
)

// lockPatience is how long a run waits for another's.
const lockPatience = 3 * time.Second

// recoveries is how often a recovery may be killed before one goes undisturbed.
const recoveries = 4

// applier runs one command after the other, and recovers what it finds
// interrupted.
func (w *drawn) applier(t *testing.T, r *rand.Rand, until <-chan struct{}) {
	t.Helper()
	for !ended(until) {
		var err error
		switch n := r.IntN(100); {
		case n < 35 || n < 60 && !w.gentle:
			err = w.apply(t, r, allFates())
		case n < 50 || n >= 60 && n < 75 && !w.gentle:
			err = w.applySaved(t, r)
		case n < 97:
			err = w.rollback(t, r)
		default:
			err = w.destroy(t, r)
		}
		if left(err) {
			w.await(t.Context(), r.IntN(4))
			w.recover(t, r)
		}
	}
}

func ended(until <-chan struct{}) bool {
	select {
	case <-until:
		return true
	default:
		return false
	}
}

// left reports whether a run says that there is a journal.
func left(err error) bool {
	var unknown *apply.Unknown
	return errors.Is(err, errDead) || errors.As(err, new(*apply.Interrupted)) || errors.As(err, new(*apply.Stopped)) || errors.As(err, &unknown) && unknown.Journal
}

// planOptions are those of a network that is drawn anew.
func (w *drawn) planOptions(t *testing.T, r *rand.Rand, x *run) engine.PlanOptions {
	t.Helper()
	w.mu.Lock()
	w.genome.mutate(r, x.share)
	text := w.genome.draw(access{auth: x.way, enforce: x.number > w.enforced})
	w.mu.Unlock()
	w.write(t, x.actor+"/network.hcl", text)
	return engine.PlanOptions{
		Source: engine.Source{Path: w.folder + "/" + x.actor}, Connection: w.connection(x),
		Adopt: r.IntN(6) > 0, Cascade: r.IntN(5) > 0, Allow: config.ValveNames(), Provenance: engine.Provenance{Actor: x.actor, Commit: "c0ffee"},
	}
}

func (w *drawn) apply(t *testing.T, r *rand.Rand, fates []string) error {
	t.Helper()
	x, end := w.start(t, r, "apply", fates)
	defer end()
	return w.applyBy(t, r, x)
}

func (w *drawn) applyBy(t *testing.T, r *rand.Rand, x *run) error {
	t.Helper()
	o := engine.ApplyOptions{PlanOptions: w.planOptions(t, r, x), Replan: r.IntN(2) == 0, LockTimeout: lockPatience, Review: w.contested(x, r)}
	return w.came(t, x, w.alone(x, func() error {
		_, err := x.engine.Apply(x.ctx, o)
		return err
	}))
}

// review lets others write between the plan and the apply.
func (w *drawn) review(x *run, r *rand.Rand) func(context.Context, *engine.Planned) error {
	writes := []int{0, 0, 0, 0, 0, 1, 1, 2, 3, 5}[r.IntN(10)]
	return func(ctx context.Context, p *engine.Planned) error {
		w.plannedBy(x, p.Plan)
		w.await(ctx, writes)
		x.arm()
		return nil
	}
}

// contested is a review, after some of which others at once take something that
// the run is about to give: no other writes come between, for which it would be
// refused anyway.
func (w *drawn) contested(x *run, r *rand.Rand) func(context.Context, *engine.Planned) error {
	review, seed := w.review(x, r), uint64(0)
	if !w.gentle && r.IntN(4) == 0 {
		seed = r.Uint64()
	}
	return func(ctx context.Context, p *engine.Planned) error {
		err := review(ctx, p)
		if seed > 0 {
			w.rival(ctx, rand.New(rand.NewPCG(seed, 1)), x.actor)
			seed = 0 // a plan that is made anew is let through
		}
		return err
	}
}

// applySaved applies a plan that was saved some time ago.
func (w *drawn) applySaved(t *testing.T, r *rand.Rand) error {
	t.Helper()
	x, end := w.start(t, r, "saved", allFates())
	defer end()
	o := w.planOptions(t, r, x)
	p, err := x.engine.Plan(x.ctx, o)
	if err != nil {
		return w.came(t, x, err)
	}
	file := w.folder + "/" + x.actor + "/saved.plan"
	if _, err := x.engine.SavePlan(p, file, seal.Recipients{}); err != nil {
		return w.came(t, x, err)
	}
	saved := engine.ApplyFileOptions{File: file, Connection: o.Connection, Actor: x.actor, LockTimeout: lockPatience, Review: w.contested(x, r)}
	return w.came(t, x, w.alone(x, func() error {
		_, err := x.engine.ApplyFile(x.ctx, saved)
		return err
	}))
}

func (w *drawn) live(x *run) engine.LiveOptions {
	return engine.LiveOptions{Source: engine.Source{Path: w.folder}, Connection: w.connection(x), Network: drawnName}
}

// rollback goes back to any serial.
func (w *drawn) rollback(t *testing.T, r *rand.Rand) error {
	t.Helper()
	x, end := w.start(t, r, "rollback", allFates())
	defer end()
	serial := 1 + r.Int64N(max(w.serial(), 1))
	if r.IntN(2) == 0 {
		serial = max(1, w.serial()-r.Int64N(4))
	}
	o := engine.RollbackOptions{
		LiveOptions: w.live(x), Provenance: engine.Provenance{Actor: x.actor, Commit: "c0ffee"}, Serial: serial, Cascade: r.IntN(4) > 0,
		Moved: []plan.Moved{"", plan.MovedKeep, plan.MovedRestore}[r.IntN(3)], Adopt: r.IntN(2) == 0,
		Allow: config.ValveNames(), LockTimeout: lockPatience, DisableAuth: r.IntN(4) == 0, Review: w.contested(x, r),
	}
	return w.came(t, x, w.alone(x, func() error {
		_, err := x.engine.Rollback(x.ctx, o)
		return err
	}))
}

// serial is the newest one that was seen.
func (w *drawn) serial() int64 {
	w.recorder.mu.Lock()
	defer w.recorder.mu.Unlock()
	return w.newest
}

func (w *drawn) destroy(t *testing.T, r *rand.Rand) error {
	t.Helper()
	x, end := w.start(t, r, "destroy", allFates())
	defer end()
	o := w.planOptions(t, r, x)
	o.Destroy, o.DisableAuth = true, r.IntN(2) == 0
	whole := engine.ApplyOptions{PlanOptions: o, LockTimeout: lockPatience, Review: w.review(x, r)}
	return w.came(t, x, w.alone(x, func() error {
		_, err := x.engine.Apply(x.ctx, whole)
		return err
	}))
}

// alone carries a run out until it comes to its end, or to its death: nobody
// waits for what the dead does on its cut line.
func (w *drawn) alone(x *run, do func() error) error {
	came := make(chan error, 1)
	w.ghosts.Go(func() { came <- do() })
	select {
	case err := <-came:
		return err
	case <-x.abort:
		return errDead
	}
}

// recover ends what is interrupted, by recoveries that may be killed in turn.
func (w *drawn) recover(t *testing.T, r *rand.Rand) {
	t.Helper()
	for n := 0; t.Context().Err() == nil; n++ {
		fates := []string{killedAtTime, killedAtEvent, killedAtEvent, killedAtEvent, killedAtBytes, cutOff, unanswered, lockLost, stalled, stranded, lucky, lucky}
		if n >= recoveries {
			fates = []string{lucky}
		}
		err := w.recoverOnce(t, r, fates)
		if err == nil || n > recoveries+2 {
			return
		}
	}
}

func (w *drawn) recoverOnce(t *testing.T, r *rand.Rand, fates []string) error {
	t.Helper()
	what := "recover"
	if r.IntN(4) == 0 {
		what = "abandon"
	}
	x, end := w.start(t, r, what, fates)
	defer end()
	return w.recoverBy(t, x)
}

// recoverBy is a recovery, or an abandoning, by one run.
func (w *drawn) recoverBy(t *testing.T, x *run) error {
	t.Helper()
	what := x.what()
	x.arm()
	o := engine.RecoverOptions{LiveOptions: w.live(x), Provenance: engine.Provenance{Actor: x.actor}, Abandon: what == "abandon", LockTimeout: lockPatience}
	came := make(chan *apply.Recovery, 1)
	err := w.alone(x, func() error {
		out, err := x.engine.Recover(x.ctx, o)
		if out != nil {
			came <- out.Recovery
		}
		return err
	})
	var out *apply.Recovery
	if err == nil {
		out = <-came
	}
	if out != nil {
		w.count(fmt.Sprintf("%s: %s", what, out.Outcome))
		switch out.Outcome {
		case apply.Abandoned:
			x.from = out.Serial - 1
			w.count(metAbandoned)
		case apply.Undone:
			w.count(metUndone)
		case apply.Finished, apply.Dropped:
		}
	}
	if err == nil && w.alive(x) {
		w.unrescued(t, x)
	}
	return w.came(t, x, err)
}

// came counts what came of a run, and says what must not come of one that
// nothing happened to.
func (w *drawn) came(t *testing.T, x *run, err error) error {
	t.Helper()
	what := x.what()
	w.over(x, err)
	w.log.note(x, err)
	w.say(x, err)
	if err == nil {
		w.count(what + ": done")
		return nil
	}
	if errors.As(err, new(*apply.RolledBack)) {
		w.count(metUndone)
	}
	w.count(fmt.Sprintf("%s: %s", what, kindOf(err)))
	return err
}

// kindOf names an error.
func kindOf(err error) string {
	for _, k := range []struct {
		is   func() bool
		name string
	}{
		{func() bool { return errors.Is(err, errDead) }, "dead"},
		{func() bool { return errors.As(err, new(*apply.Stopped)) }, "stopped, a journal is left"},
		{func() bool { return errors.As(err, new(*apply.Unknown)) }, "outcome unknown"},
		{func() bool { return errors.As(err, new(*apply.RolledBack)) }, "undone"},
		{func() bool { return errors.As(err, new(*apply.Interrupted)) }, "another is interrupted"},
		{func() bool { return errors.As(err, new(*apply.Rejected)) }, "rejected"},
		{func() bool { return errors.As(err, new(*apply.NotWritten)) }, "certainly not written"},
		{func() bool { return errors.As(err, new(*apply.NotBegun)) }, "not begun"},
		{func() bool { return errors.As(err, new(*apply.Locked)) }, "locked"},
		{func() bool { return errors.As(err, new(*engine.Denied)) }, "denied"},
		{func() bool { return errors.As(err, new(*engine.Canceled)) }, "interrupted before"},
		{func() bool { return errors.As(err, new(*engine.NeverApplied)) }, "never applied"},
		{func() bool { return errors.As(err, new(*engine.Pruned)) }, "history does not reach back"},
		{func() bool { return errors.As(err, new(*state.Damaged)) }, "damaged"},
	} {
		if k.is() {
			return k.name
		}
	}
	if c, ok := errors.AsType[*engine.Conflicted](err); ok {
		return "conflict: " + kindOfConflict(c.Plan.Conflicts[0].Summary)
	}
	if none, ok := errors.AsType[*etcd.ConnectError](err); ok {
		return "no connection: " + string(none.Code)
	}
	if found, ok := errors.AsType[*diag.Failure](err); ok {
		return "found: " + found.Diagnostics[0].Summary
	}
	var refused *apply.Refused
	if errors.As(err, &refused) {
		return "refused: " + string(refused.Reason)
	}
	return fmt.Sprintf("%T", err)
}

// kindOfConflict is what a conflict says, without the names of what it is about.
func kindOfConflict(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if strings.ContainsAny(w, "\"._/0123456789") {
			words[i] = "…"
		}
	}
	return strings.Join(words, " ")
}
