package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// planFlags are what plan and apply have in common.
type planFlags struct {
	out        outputFlags
	source     sourceFlags
	connection connectionFlags

	provenance  provenanceFlags
	destroy     bool
	adopt       bool
	cascade     bool
	restored    bool
	disableAuth bool
	allow       []string
	summary     bool
	failOnDrift bool
}

func (p *planFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&p.adopt, "adopt", false, "take over objects of others that differ from what is wanted")
	f.BoolVar(&p.cascade, "cascade", false, "delete what others made and a deletion would leave dangling")
	f.BoolVar(&p.restored, "accept-restored", false, "go on in a cluster that was restored from a snapshot")
	f.BoolVar(&p.disableAuth, "disable-auth", false, "allow to turn the cluster's authentication off")
	f.StringArrayVar(&p.allow, "allow", nil, "let this run break the policy or safety valve `NAME`; may be repeated")
	f.BoolVar(&p.summary, "summary", false, "show counts and addresses, not fields")
	f.BoolVar(&p.failOnDrift, "fail-on-drift", false, "end with exit code 2 if something was changed outside")
	p.out.addReports(c)
	p.source.add(c)
	p.provenance.add(c)
	p.connection.add(c)
}

// options settles the flags into what is to be planned.
func (a *app) planOptions(c *cobra.Command, p *planFlags, args []string) (o engine.PlanOptions, err error) {
	if err := a.output(&p.out, reportFormats()...); err != nil {
		return o, err
	}
	a.reports.report.Path = path(args)
	a.watch()
	o = engine.PlanOptions{Destroy: p.destroy, Adopt: p.adopt, Cascade: p.cascade, AcceptRestored: p.restored, DisableAuth: p.disableAuth, Allow: p.allow}
	if o.Source, err = p.source.source(path(args)); err != nil {
		return o, err
	}
	if o.Provenance, err = p.provenance.provenance(c); err != nil {
		return o, err
	}
	o.Connection, err = p.connection.connection(c)
	return o, err
}

func (a *app) newPlan() *cobra.Command {
	var p planFlags
	var save string
	var encrypt encryptFlag
	var snapshot snapshotFlags
	var detailed bool
	c := &cobra.Command{
		Use:   "plan [PATH]",
		Short: "Show what would change",
		Long: `Compare the configuration, what was last applied and the live network, and show
what an apply would change and why. Nothing is written.

PATH is a .hcl file or a folder, the current folder by default.` + exits(
			"0  planned", "1  error", "2  there are changes (--detailed-exitcode), or drift (--fail-on-drift)",
			"3  a conflict: the plan is shown but can't be applied", "4  another process holds the embedded server",
			"5  an interrupted apply must be recovered before a plan can be saved (--out)",
			"6  denied by a policy or a safety valve: the plan is shown but can't be applied"),
		Example: `  sigilform plan
  sigilform plan --out change.sigilplan examples/network.hcl
  sigilform plan --snapshot network.sigilsnap
  sigilform plan --detailed-exitcode --json >plan.json`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.planOptions(c, &p, args)
			if err != nil {
				return err
			}
			to, err := encrypt.recipients(c.Context(), a.engine, save != "")
			if err != nil {
				return err
			}
			planned, err := snapshot.plan(c, a, o, save)
			if err != nil {
				return err
			}
			return a.endPlan(c.Context(), &p, planned, saving{save, to}, detailed)
		},
	}
	p.add(c)
	c.Flags().BoolVar(&p.destroy, "destroy", false, "plan the removal of everything that was applied")
	c.Flags().StringVar(&save, "out", "", "save the plan to `FILE`, for `sigilform apply FILE`")
	encrypt.add(c)
	snapshot.add(c)
	c.Flags().BoolVar(&detailed, "detailed-exitcode", false, "end with exit code 2 if there are changes")
	return c
}

// endPlan saves and shows a plan. One that could never be applied is only shown.
func (a *app) endPlan(ctx context.Context, p *planFlags, planned *engine.Planned, save saving, detailed bool) error {
	if save.file != "" {
		err := planned.Savable()
		if err == nil {
			_, err = a.engine.SavePlan(planned, save.file, save.to)
		}
		if err != nil && !isObstacle(err) {
			return err
		}
	}
	if err := a.showPlan(planned, p.summary); err != nil {
		return err
	}
	if err := planned.Obstacle(); err != nil {
		return &shown{cause: err}
	}
	if save.file != "" {
		path := ""
		if a.engine.OnlyFileLeads(ctx, p.connection.Connection, planned) {
			path = cmp.Or(a.reports.report.Path, ".")
		}
		a.note("", save.said(path))
	}
	return p.verdict(planned, detailed)
}

// isObstacle reports whether an error is about a plan that can be shown.
func isObstacle(err error) bool {
	return errors.As(err, new(*engine.Conflicted)) || errors.As(err, new(*engine.Unexpected)) || errors.As(err, new(*engine.Denied))
}

// verdict is exit code 2 where changes or drift were asked for and are there.
func (p *planFlags) verdict(planned *engine.Planned, detailed bool) error {
	switch {
	case p.failOnDrift && planned.Plan.Counts().Drift > 0:
		return &found{what: "drift"}
	case detailed && planned.Plan.HasChanges():
		return &found{what: "changes"}
	}
	return nil
}

// showPlan prints a plan.
func (a *app) showPlan(planned *engine.Planned, summary bool) error {
	a.clear()
	a.secrets = planned.Secrets
	a.keepPlan(planned)
	o := a.options()
	o.Summary, o.File = summary, fileOf(planned)
	return render.Plan(a.stdout, planned.Plan, o)
}

// fileOf is what is known of the file that a plan was read from.
func fileOf(planned *engine.Planned) *render.PlanFileDocument {
	f := planned.File
	if f == nil {
		return nil
	}
	return &render.PlanFileDocument{Coded: f.Coded, Verified: f.VerifiedBy != "", VerifiedBy: f.VerifiedBy}
}
