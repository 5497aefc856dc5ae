package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// outlastsLease is above the time after which the lock of a killed process goes.
const outlastsLease = 20 * time.Second

// recoverFlags are those of recover.
type recoverFlags struct {
	liveFlags
	provenance  provenanceFlags
	lock        lockFlag
	abandon     bool
	rescue      bool
	autoApprove bool
}

func (a *app) newRecover() *cobra.Command {
	var r recoverFlags
	c := &cobra.Command{
		Use:   "recover [PATH]",
		Short: "Finish or undo an interrupted apply",
		Long: `Finish an apply of several transactions that was interrupted, where the network
has not moved; else undo it. What others wrote since is not touched. PATH only
tells where the cluster is.

With --abandon what was written stays, and the apply ends there: the head moves,
and the history lists the changes that were carried out. The next plan shows the
rest.

With --rescue authentication is turned off again, where an apply was killed right
after it had turned it on and these credentials do not work any more.

A user sigilform-rescue that an apply has left in etcd, an administrator, goes in
any case. Where it can't be removed, the command fails.` + exits("0  recovered, or nothing to recover", "1  error, or not approved (--abandon), or a rescue user is left",
			"4  another apply holds the lock", "5  stopped again in the middle", "7  the outcome of a commit is unknown"),
		Example: "  sigilform recover\n  sigilform recover --abandon --auto-approve",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.recoverOptions(c, &r, path(args))
			if err != nil {
				return err
			}
			if r.rescue {
				return a.rescue(c.Context(), o)
			}
			return a.recover(c.Context(), o)
		},
	}
	r.add(c)
	r.provenance.addActor(c)
	r.lock.add(c, outlastsLease)
	c.Flags().BoolVar(&r.abandon, "abandon", false, "keep what was written, and end the apply there")
	c.Flags().BoolVar(&r.rescue, "rescue", false, "turn authentication off, where an apply was killed in turning it on")
	c.Flags().BoolVar(&r.autoApprove, "auto-approve", false, "do not ask before abandoning")
	return c
}

func (a *app) recoverOptions(c *cobra.Command, r *recoverFlags, path string) (o engine.RecoverOptions, err error) {
	if o.LiveOptions, err = a.liveOptions(c, &r.liveFlags, path); err != nil {
		return o, err
	}
	if o.Provenance, err = r.provenance.provenance(c); err != nil {
		return o, err
	}
	if o.LockTimeout, err = r.lock.timeout(); err != nil {
		return o, err
	}
	o.Abandon = r.abandon
	o.Review = func(ctx context.Context, j *state.Journal) error {
		a.clear()
		a.note(render.JournalFound(j)...)
		if !r.abandon || r.autoApprove {
			return nil
		}
		return a.confirm(ctx, "Keep what was written, and end the apply there?", "")
	}
	return o, nil
}

// recover ends an interrupted apply. A rescue user that could not be removed is
// told after what was recovered.
func (a *app) recover(ctx context.Context, o engine.RecoverOptions) error {
	done, err := a.engine.Recover(ctx, o)
	if done == nil || err != nil && (done.Recovery == nil || a.isJSON()) {
		return err
	}
	a.clear()
	d := render.NewRecovered(done.Network, done.Recovery, done.Took)
	d.RescueRemoved = done.RescueRemoved
	if printed := render.Recovered(a.stdout, d, a.options()); err == nil {
		err = printed
	}
	return err
}

// rescue turns authentication off.
func (a *app) rescue(ctx context.Context, o engine.RecoverOptions) error {
	done, network, err := a.engine.Rescue(ctx, o.LiveOptions)
	if err != nil {
		return err
	}
	a.clear()
	if !done.TurnedOff && !done.Removed {
		a.note("There is nothing to rescue: no apply has left a rescue user.")
	}
	return render.Recovered(a.stdout, render.NewRescued(network, done.TurnedOff, done.Removed), a.options())
}
