package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// driftFlags say how often, and what of it is printed.
type driftFlags struct {
	live        liveFlags
	watch       bool
	interval    time.Duration
	transitions bool
}

func (d *driftFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&d.watch, "watch", false, "keep looking, and report drift when it happens, until Ctrl-C")
	f.DurationVar(&d.interval, "interval", 0, "keep looking, and compare the whole network every `TIME`; with --watch as a safety net")
	f.BoolVar(&d.transitions, "only-transitions", false, "with --watch or --interval: print only what begins, changes or ends")
	d.live.add(c)
}

// repeated reports whether the command keeps looking.
func (d *driftFlags) repeated(c *cobra.Command) (bool, error) {
	switch again := d.watch || d.interval > 0; {
	case c.Flags().Changed("interval") && d.interval <= 0:
		return false, usage("--interval must be more than nothing", "write it as 30s or 5m")
	case d.transitions && !again:
		return false, usage("--only-transitions needs --watch or --interval", "a single comparison has no transitions")
	default:
		return again, nil
	}
}

func (a *app) newDrift() *cobra.Command {
	d := driftFlags{live: liveFlags{reports: true}}
	c := &cobra.Command{
		Use:   "drift [PATH]",
		Short: "Has the live network left what was last applied?",
		Long: `Compare the live network with what was last applied. No configuration is needed:
PATH only tells where the cluster is, and which network is meant.

With --watch it listens to the cluster and tells of drift when it happens: a line
for each field that leaves what was applied, that differs in another way, or that
is as applied again. With --interval the whole network is compared again and
again. Both end with Ctrl-C or SIGTERM only; while the cluster does not answer,
they say so and keep trying. With --json each line is a document.` + exits("0  no drift; of --watch and --interval: none at the end", liveExits, "2  drift",
			"4  another process holds the embedded server"),
		Example: "  sigilform drift\n  sigilform drift --endpoints https://10.0.0.1:2379 --network example --json\n" +
			"  sigilform drift --watch --interval 10m --only-transitions",
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			again, err := d.repeated(c)
			if err != nil {
				return err
			}
			o, err := a.liveOptions(c, &d.live, path(args))
			if err != nil {
				return err
			}
			if again {
				return a.watchDrift(c, &d, o)
			}
			return a.drift(c, o)
		},
	}
	d.add(c)
	return c
}

// drift compares once.
func (a *app) drift(c *cobra.Command, o engine.LiveOptions) error {
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
	return foundDrift(drifted.Report.Drifted())
}

func foundDrift(drifted bool) error {
	if drifted {
		return &found{what: "drift"}
	}
	return nil
}

// watchDrift compares until it is ended.
func (a *app) watchDrift(c *cobra.Command, d *driftFlags, o engine.LiveOptions) error {
	if a.machine {
		return usage("--format "+a.out.format+" is for one comparison", "leave --watch and --interval out; or use --json, which prints a line for each event")
	}
	shown := &driftStream{app: a, flags: d}
	drifted, err := a.engine.Watch(c.Context(), engine.WatchOptions{
		LiveOptions: o, Follow: d.watch, Interval: d.interval, Sinks: []func(engine.WatchUpdate) error{shown.update},
	})
	if err != nil {
		return err
	}
	shown.keep()
	return foundDrift(drifted)
}
