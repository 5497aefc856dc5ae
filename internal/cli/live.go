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
	o.Network, o.Places = l.network, a.reporting()
	if o.Source, err = l.source.source(path); err != nil {
		return o, err
	}
	o.Connection, err = l.connection.connection(c)
	return o, err
}

const liveExits = "1  error, or nothing was ever applied there"

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
