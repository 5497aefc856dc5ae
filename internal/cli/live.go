package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// liveFlags are those of commands that look at a network that was applied.
type liveFlags struct {
	out        outputFlags
	source     sourceFlags
	connection connectionFlags
	network    string
	// reports says that the command has all formats.
	reports bool
}

func (l *liveFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&l.network, "network", "", "`NAME` of the network, where the cluster holds several")
	if l.reports {
		l.out.addReports(c)
	} else {
		l.out.add(c)
	}
	l.source.add(c)
	l.connection.add(c)
}

func (a *app) liveOptions(c *cobra.Command, l *liveFlags, path string) (o engine.LiveOptions, err error) {
	formats := []string{formatText, formatJSON}
	if l.reports {
		formats = reportFormats()
	}
	if err := a.output(&l.out, formats...); err != nil {
		return o, err
	}
	a.reports.report.Path = path
	a.watch()
	o.Network, o.Restored, o.Places = l.network, a.tellRestored, a.reporting()
	if o.Source, err = l.source.source(path); err != nil {
		return o, err
	}
	o.Connection, err = l.connection.connection(c)
	return o, err
}

const liveExits = "1  error, or nothing was ever applied there"

func (a *app) newDrift() *cobra.Command {
	l := liveFlags{reports: true}
	c := &cobra.Command{
		Use:   "drift [PATH]",
		Short: "Has the live network left what was last applied?",
		Long: `Compare the live network with what was last applied. No configuration is needed:
PATH only tells where the cluster is, and which network is meant.` + exits("0  no drift", liveExits, "2  drift",
			"4  another process holds the embedded server"),
		Example: "  sigilform drift\n  sigilform drift --endpoints https://10.0.0.1:2379 --network example --json",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.liveOptions(c, &l, path(args))
			if err != nil {
				return err
			}
			drifted, err := a.engine.Drift(c.Context(), o)
			if err != nil {
				return err
			}
			a.clear()
			a.secrets = drifted.Secrets
			a.keepDrift(drifted)
			if err := render.Drift(a.stdout, drifted.Report, a.options()); err != nil {
				return err
			}
			if drifted.Report.Drifted() {
				return &found{what: "drift"}
			}
			return nil
		},
	}
	l.add(c)
	return c
}

func (a *app) newStatus() *cobra.Command {
	var l liveFlags
	c := &cobra.Command{
		Use:   "status [PATH]",
		Short: "Show the live network and its cluster",
		Long: `Show the nodes of the live network with their status and health, bindings, routes
and users, and the members and quorum of the etcd cluster.` + exits("0  shown", liveExits,
			"4  another process holds the embedded server"),
		Example: "  sigilform status\n  sigilform status --json",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.liveOptions(c, &l, path(args))
			if err != nil {
				return err
			}
			status, err := a.engine.Status(c.Context(), o)
			if err != nil {
				return err
			}
			a.clear()
			return render.Status(a.stdout, *status, a.options())
		},
	}
	l.add(c)
	return c
}
