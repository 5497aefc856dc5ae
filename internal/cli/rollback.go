package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

// rollbackFlags are those of rollback: of apply, without what a configuration
// would say.
type rollbackFlags struct {
	applyFlags
	network string
	moved   string
	save    string
	encrypt encryptFlag
}

func (a *app) newRollback() *cobra.Command {
	var r rollbackFlags
	c := &cobra.Command{
		Use:   "rollback SERIAL [PATH]",
		Short: "Bring back what was applied as of an earlier serial",
		Long: `Plan, ask, and apply what brings everything that sigilform owns back to the state
after an earlier apply. It is a plan like any: reviewed, guarded, and written to
the history. What later applies wrote is taken back, what they adopted is left to
others again; what is gone comes back as it last was. What the network writes by
itself (rotated paths, health, a status that no file names) is left alone. Where it
has changed what a later apply wrote, --moved says which value is right.

PATH only tells where the cluster is. The configuration stays as it is: revert it
too, or the next apply makes the change again.` + applyExits(),
		Example: "  sigilform rollback 12\n  sigilform rollback 12 --out back.sigilplan",
		Args:    between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			serial, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || serial < 1 {
				return usage(fmt.Sprintf("%q is not a serial", args[0]), "`sigilform history` lists them")
			}
			return a.rollback(c, &r, serial, path(args[1:]))
		},
	}
	r.add(c)
	f := c.Flags()
	f.StringVar(&r.moved, "moved", "", "what becomes of values that later applies wrote and the network has changed since: `keep` them, or restore what was there before")
	f.StringVar(&r.network, "network", "", "`NAME` of the network, where the cluster holds several")
	f.StringVar(&r.save, "out", "", "save the plan to `FILE`, for `sigilform apply FILE`, and apply nothing")
	r.encrypt.add(c)
	return c
}

func (a *app) rollback(c *cobra.Command, r *rollbackFlags, serial int64, path string) error {
	planned, err := a.planOptions(c, &r.planFlags, nil)
	if err != nil {
		return err
	}
	moved, ok := engine.ParseMoved(r.moved)
	if !ok {
		return usage(fmt.Sprintf("--moved is %q", r.moved), "it is keep or restore")
	}
	o := engine.RollbackOptions{
		LiveOptions: engine.LiveOptions{Source: planned.Source, Connection: planned.Connection, Network: r.network},
		Provenance:  planned.Provenance, Serial: serial, Moved: moved, Adopt: planned.Adopt, Cascade: planned.Cascade, AcceptRestored: planned.AcceptRestored, DisableAuth: planned.DisableAuth, Allow: planned.Allow, Replan: r.autoApprove,
	}
	o.Source.Path, a.reports.report.Path = path, path
	if o.Expect, err = r.expect.digest(c); err != nil {
		return err
	}
	to, err := r.encrypt.recipients(c.Context(), a.engine, r.save != "")
	if err != nil {
		return err
	}
	if o.LockTimeout, err = r.lock.timeout(); err != nil {
		return err
	}
	seen := &review{app: a, flags: &r.applyFlags, question: fmt.Sprintf("Bring back the state after serial %d?", serial), saves: "--out FILE"}
	o.Review = seen.review
	if r.save != "" {
		planned, err := a.engine.PlanRollback(c.Context(), o)
		if err != nil {
			return err
		}
		return a.endPlan(c.Context(), &r.planFlags, planned, saving{r.save, to}, false)
	}
	applied, err := a.engine.Rollback(c.Context(), o)
	if err != nil {
		return seen.fail(err)
	}
	return a.showApplied(applied)
}
