package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/fault"

	"github.com/sigilgate/sigilform/internal/failure"
)

// maxReplans is how often a direct apply plans anew.
const maxReplans = 3

// ApplyOptions say what to plan and apply at once.
type ApplyOptions struct {
	PlanOptions
	// Replan allows to plan anew when only the counter of user ids moved
	// meanwhile: where nobody was asked, nobody approved of the old ids.
	Replan bool
	// Expect is the change that was reviewed; any other is refused.
	Expect Expected
	// LockTimeout is how long to wait for another's lock.
	LockTimeout time.Duration
	// Review is given each plan before it is applied, also one with nothing to
	// do or with conflicts. Its error stops the apply. Where others wrote
	// meanwhile to what a plan deletes, it is given another one.
	Review func(ctx context.Context, p *Planned) error
}

// Applied is what an apply did.
type Applied struct {
	Planned
	Result *apply.Result
	// Took is from the approval to the confirmed commit.
	Took time.Duration
}

// Apply plans, has the plan reviewed, and applies it.
func (e *Engine) Apply(ctx context.Context, o ApplyOptions) (out *Applied, err error) {
	w, err := e.prepare(ctx, o.PlanOptions)
	if err != nil {
		return nil, err
	}
	defer w.close(&err)
	return e.settle(ctx, w.session, w.network.Name, w.plan, &course{
		expect: o.Expect, replan: o.Replan, wait: o.LockTimeout, review: o.Review, folder: w.folder.folder, actor: o.Provenance.Actor,
	})
}

// course is what an apply and a rollback have in common.
type course struct {
	expect Expected
	// replan allows to plan anew when only the counter of user ids moved.
	replan        bool
	wait          time.Duration
	review        func(ctx context.Context, p *Planned) error
	folder, actor string
}

// settle plans, has the plan reviewed, and applies it; again, and no more often
// than [maxReplans], where others meanwhile did what asks for another plan.
func (e *Engine) settle(ctx context.Context, s *session, network string, plan func(context.Context) (*Planned, error), c *course) (*Applied, error) {
	var why Replanned
	for try := 0; ; try++ {
		p, err := e.propose(ctx, s, network, plan, c)
		if err != nil {
			return nil, err
		}
		p.Replanned = why
		if err := c.review(ctx, p); err != nil {
			return nil, err
		}
		out, err := e.run(ctx, s, p, e.applicant(ctx, c.folder, c.actor), c.wait)
		if err == nil || try == maxReplans {
			return out, err
		}
		if why = replans(err, p.Plan, c.replan); why == "" {
			return out, err
		}
	}
}

// propose plans once it is nobody else's turn, and compares the plan with what is
// expected.
func (e *Engine) propose(ctx context.Context, s *session, network string, plan func(context.Context) (*Planned, error), c *course) (*Planned, error) {
	if err := e.awaitTurn(ctx, s, network, c.wait); err != nil {
		return nil, err
	}
	p, err := plan(ctx)
	if err != nil {
		return nil, err
	}
	return p, e.expect(ctx, s, c.expect, p)
}

// run applies a reviewed plan.
func (e *Engine) run(ctx context.Context, s *session, p *Planned, who applicant, wait time.Duration) (*Applied, error) {
	if err := unlessCanceled(ctx, p.Obstacle()); err != nil {
		return nil, err
	}
	options, err := e.runOptions(ctx, s, p.Plan.Network, who, wait)
	if err != nil {
		return nil, err
	}
	hard, cancel := e.hard(ctx)
	defer cancel()
	e.progress("applying")
	from := e.Clock()
	result, err := e.carryOut(hard, s, p.Plan, options)
	if result == nil {
		return nil, err
	}
	return &Applied{Planned: *p, Result: result, Took: e.Clock().Sub(from)}, err
}

// runOptions are those of an apply or a recovery.
func (e *Engine) runOptions(ctx context.Context, s *session, network string, who applicant, wait time.Duration) (apply.Options, error) {
	ids := e.ids()
	out := apply.Options{
		Catalogue: e.Catalogue, Actor: who.actor, Apply: ids.Apply(), Owner: ids.Apply(), Command: e.Command, Now: e.now(), PlanKey: ids.Secret(),
		Lock: e.locker(s, network, who.actor, wait), Stop: ctx.Done(), Auth: e.observe(s), Passwords: e.passwords(ctx, who.folder),
		Progress: func(done, all int) { e.progress(fmt.Sprintf("%d of %d writes", done, all)) },
	}
	return out, ids.err
}

// hard is a context that outlives the first interrupt, after which a run comes
// to an end by itself, and that the second one ends.
func (e *Engine) hard(ctx context.Context) (context.Context, context.CancelFunc) {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	fault.Go(func() {
		select {
		case <-e.Abort:
			cancel()
		case <-hard.Done():
		}
	}, func(error) { cancel() })
	return hard, cancel
}

// Canceled is the error for an apply that was given up before anything was sent.
type Canceled struct{ Cause error }

// unlessCanceled is an error, or where there is none that the caller gave it up.
func unlessCanceled(ctx context.Context, err error) error {
	if err == nil && ctx.Err() != nil {
		return &Canceled{Cause: ctx.Err()}
	}
	return err
}

// Error says that nothing was written.
func (e *Canceled) Error() string { return failure.Text(e) }

// Failure says that nothing was written.
func (e *Canceled) Failure() *failure.Failure {
	return &failure.Failure{Code: failure.Canceled, Summary: "Interrupted before anything was sent; nothing was written", Cause: e.Cause}
}

// Unwrap returns the cause.
func (e *Canceled) Unwrap() error { return e.Cause }
