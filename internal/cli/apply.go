package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// applyFlags are those of apply and destroy.
type applyFlags struct {
	planFlags
	autoApprove bool
	expect      expectFlag
	lock        lockFlag
	identity    identityFlag
}

func (p *applyFlags) add(c *cobra.Command) {
	p.planFlags.add(c)
	c.Flags().BoolVar(&p.autoApprove, "auto-approve", false, "do not ask")
	p.provenance.addActor(c)
	p.expect.add(c)
	p.lock.add(c, 0)
}

func applyExits() string {
	return exits("0  applied, or nothing to do", "1  error, or not approved", "2  drift, and nothing was applied (--fail-on-drift)",
		"3  a conflict: the network moved since the plan, the plan is for another network or is not the expected one, or an object of others is in the way",
		"4  locked by another apply, or another process holds the embedded server",
		"5  an interrupted apply must be recovered first, or this one stopped midway",
		"6  denied by a policy or a safety valve; nothing was written", "7  the outcome of a commit is unknown")
}

func (a *app) newApply() *cobra.Command {
	var p applyFlags
	c := &cobra.Command{
		Use:   "apply [PATH|PLANFILE [PATH]]",
		Short: "Change the network as the configuration says",
		Long: `Plan, ask, and apply the plan in one transaction: all of it is written, or
nothing. What is too large for one request is written in several, with a journal
by which it is finished or undone whatever happens (sigilform recover).

Given a file that ` + "`sigilform plan --out`" + ` made, apply exactly that plan without
asking. PATH behind it says where the cluster is, instead of the file.

PATH is a .hcl file or a folder, the current folder by default.` + applyExits(),
		Example: `  sigilform apply
  sigilform apply --auto-approve examples/network.hcl
  sigilform apply change.sigilplan`,
		Args: atMost(2),
		RunE: func(c *cobra.Command, args []string) error {
			saved, err := engine.IsPlanFile(path(args))
			switch {
			case err != nil:
				return err
			case saved:
				return a.applyFile(c, &p, args)
			case len(args) > 1:
				return usage("Two paths are given, and the first is not a saved plan", "usage: sigilform apply [PATH|PLANFILE [PATH]]")
			}
			return a.applyPath(c, &p, args, "Apply these changes?")
		},
	}
	p.add(c)
	p.identity.add(c)
	c.Flags().BoolVar(&p.destroy, "destroy", false, "remove everything that was applied, as the command destroy does")
	return c
}

func (a *app) newDestroy() *cobra.Command {
	p := applyFlags{planFlags: planFlags{destroy: true}}
	c := &cobra.Command{
		Use:   "destroy [PATH]",
		Short: "Remove everything that was applied",
		Long: `Delete every object that was applied, and nothing else. Of the configuration only
the blocks network and etcd are read.

PATH is a .hcl file or a folder, the current folder by default.` + applyExits(),
		Example: "  sigilform plan --destroy\n  sigilform destroy",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.applyPath(c, &p, args, "Delete all of this?")
		},
	}
	p.add(c)
	_ = c.Flags().MarkHidden("adopt")
	return c
}

// applyPath plans and applies.
func (a *app) applyPath(c *cobra.Command, p *applyFlags, args []string, question string) error {
	if err := p.identity.unused(); err != nil {
		return err
	}
	o, err := a.planOptions(c, &p.planFlags, args)
	if err != nil {
		return err
	}
	expected, err := p.expect.digest(c)
	if err != nil {
		return err
	}
	wait, err := p.lock.timeout()
	if err != nil {
		return err
	}
	seen := &review{app: a, flags: p, question: question, saves: "`sigilform plan --out FILE`"}
	if p.destroy {
		seen.saves = "`sigilform plan --destroy --out FILE`"
	}
	applied, err := a.engine.Apply(c.Context(), engine.ApplyOptions{
		PlanOptions: o, Replan: p.autoApprove, Expect: expected, LockTimeout: wait, Review: seen.review,
	})
	if err != nil {
		return seen.fail(err)
	}
	return a.showApplied(applied)
}

// applyFile applies a saved plan. It was reviewed when it was made. The configuration
// of a path behind it says no more than where the cluster is.
func (a *app) applyFile(c *cobra.Command, p *applyFlags, args []string) error {
	if err := a.output(&p.out, reportFormats()...); err != nil {
		return err
	}
	a.watch()
	if p.plans(c) || p.source.given() && len(args) == 1 {
		return usage("A saved plan is applied exactly as it is", "leave --var, --var-file, --commit, --destroy, --adopt, --cascade, --accept-restored, --disable-auth and --allow out, or plan again with them")
	}
	source, err := p.source.source(path(args[1:]))
	if err != nil {
		return err
	}
	connection, err := p.connection.connection(c)
	if err != nil {
		return err
	}
	expected, err := p.expect.digest(c)
	if err != nil {
		return err
	}
	said, err := p.provenance.provenance(c)
	if err != nil {
		return err
	}
	wait, err := p.lock.timeout()
	if err != nil {
		return err
	}
	p.autoApprove = true
	seen := &review{app: a, flags: p}
	applied, err := a.engine.ApplyFile(c.Context(), engine.ApplyFileOptions{
		File: args[0], Identities: p.identity.files, Connection: connection, Source: source, Actor: said.Actor, Expect: expected, LockTimeout: wait, Review: seen.review,
	})
	if err != nil {
		return seen.fail(err)
	}
	return a.showApplied(applied)
}

// plans reports whether a flag says how to plan.
func (p *applyFlags) plans(c *cobra.Command) bool {
	return p.destroy || p.adopt || p.cascade || p.restored || p.disableAuth || len(p.allow) > 0 || c.Flags().Changed("commit")
}

// review shows each plan of an apply, and asks.
type review struct {
	app      *app
	flags    *applyFlags
	question string
	// saves is what saves the plan instead of applying it.
	saves string
	// last is the plan that was shown last.
	last *engine.Planned
}

func (r *review) review(ctx context.Context, planned *engine.Planned) error {
	a := r.app
	a.clear()
	a.secrets = planned.Secrets
	switch planned.Replanned {
	case engine.UserCreated:
		a.note("", "Another user was created meanwhile, so the ids of the new users moved. Planned again:", "")
	case engine.DeletedWritten:
		a.note("", "Others wrote meanwhile to what the plan deletes, or referred to it. Planned again:", "")
	case engine.BesideWritten:
		a.note("", "Others changed meanwhile what the plan builds on. Planned again:", "")
	}
	r.last = planned
	if a.isJSON() {
		a.keepPlan(planned)
	} else if err := a.showPlan(planned, r.flags.summary); err != nil {
		return err
	}
	switch err := planned.Obstacle(); {
	case err != nil:
		return err
	case r.flags.failOnDrift && planned.Plan.Counts().Drift > 0:
		return &found{what: "drift"}
	case !planned.Plan.HasChanges() || r.flags.autoApprove:
		return nil
	}
	return a.confirm(ctx, r.question, r.saves)
}

// fail ends an apply that did not come to its end. As JSON a plan that was
// not applied is the result, where it says why.
func (r *review) fail(err error) error {
	a := r.app
	if r.last == nil || !a.isJSON() || !isObstacle(err) && !isFound(err) {
		return err
	}
	if failed := a.showPlan(r.last, r.flags.summary); failed != nil {
		return failed
	}
	if isFound(err) {
		return err
	}
	return &shown{cause: err}
}

// showApplied prints what an apply did.
func (a *app) showApplied(applied *engine.Applied) error {
	a.clear()
	if !applied.Plan.HasChanges() && applied.Already == nil && !a.isJSON() {
		return nil // the plan has said so
	}
	a.secrets = applied.Secrets
	d := render.NewApplied(applied.Plan)
	d.File = fileOf(&applied.Planned)
	d.After(applied.Already)
	r := applied.Result
	d.Serial, d.Revision, d.Resolved = r.Serial, r.Revision, r.Resolved
	d.Bytes, d.Writes, d.Guards, d.Steps, d.Calls = r.Bytes, r.Writes, r.Guards, r.Steps, r.Calls
	d.DurationMS = float64(applied.Took.Microseconds()) / microsPerMilli
	a.reports.report.Applied = &d
	return render.Applied(a.stdout, d, a.options())
}

const microsPerMilli = 1000
