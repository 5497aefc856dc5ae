package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/render"
)

func (a *app) newLock() *cobra.Command {
	c := &cobra.Command{
		Use:   "lock",
		Short: "Look at the lock of a network, or break it",
		Long: `An apply of several transactions holds the network's lock under a lease, so that
others need not try. A plan, a drift report, and an apply that fits one
transaction take no lock: what protects the network are guards, not locks.` + exits("0  done", liveExits),
		Example: "  sigilform lock show\n  sigilform lock break 3fa9c1d2",
		Args:    unknownCommand,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	for _, sub := range []*cobra.Command{a.newLockShow(), a.newLockBreak()} {
		a.prepare(sub)
		c.AddCommand(sub)
	}
	return c
}

func (a *app) newLockShow() *cobra.Command {
	var l liveFlags
	c := &cobra.Command{
		Use:     "show [PATH]",
		Short:   "Show who holds the lock",
		Long:    "Show who holds the lock of the network, since when, and what for." + exits("0  shown, also where nobody holds it", liveExits),
		Example: "  sigilform lock show\n  sigilform lock show --json",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.liveOptions(c, &l, path(args))
			if err != nil {
				return err
			}
			shown, err := a.engine.Lock(c.Context(), o)
			if err != nil {
				return err
			}
			a.clear()
			return render.Lock(a.stdout, render.LockDocument{
				Network: shown.Network, Held: shown.Lock != nil, Lock: shown.Lock, Journal: render.NewJournal(shown.Journal),
			}, a.options())
		},
	}
	l.add(c)
	return c
}

func (a *app) newLockBreak() *cobra.Command {
	var l liveFlags
	c := &cobra.Command{
		Use:   "break ID [PATH]",
		Short: "Take the lock from its holder",
		Long: `Take the lock from whoever holds it, by the id that ` + "`sigilform lock show`" + ` prints.
A run that still goes stops at its next step and leaves its journal: nothing is
lost by it. Only needed where one can't wait for the lease to end.` + exits("0  broken", "1  error, or the lock has another id"),
		Example: "  sigilform lock break 3fa9c1d2",
		Args:    between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.liveOptions(c, &l, path(args[1:]))
			if err != nil {
				return err
			}
			broken, err := a.engine.BreakLock(c.Context(), o, args[0])
			if err != nil {
				return err
			}
			a.clear()
			return render.Lock(a.stdout, render.LockDocument{
				Network: broken.Network, Broken: true, Lock: broken.Lock, Journal: render.NewJournal(broken.Journal),
			}, a.options())
		},
	}
	l.add(c)
	return c
}
