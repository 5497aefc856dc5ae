package cli

import (
	"context"
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
	listen      string
	alarm       engine.Alarm
}

func (d *driftFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&d.watch, "watch", false, "keep looking, and report drift when it happens, until Ctrl-C")
	f.DurationVar(&d.interval, "interval", 0, "keep looking, and compare the whole network every `TIME`; with --watch as a safety net")
	f.BoolVar(&d.transitions, "only-transitions", false, "with --watch or --interval: print only what begins, changes or ends")
	d.live.add(c)
	f.StringVar(&d.alarm.Prometheus, "prometheus", "", "write metrics to `FILE`.prom, for node_exporter's textfile collector")
	f.StringVar(&d.alarm.Webhook, "webhook", "", "tell `URL` when drift begins, changes or ends (SIGILFORM_WEBHOOK)")
	f.StringVar(&d.alarm.WebhookSecret, "webhook-secret-file", "", "`FILE` with the key that signs what is sent (SIGILFORM_WEBHOOK_SECRET)")
	f.StringVar(&d.alarm.WebhookState, "webhook-state", "", "remember in `FILE` what was told; without it each run with drift tells")
	f.StringArrayVar(&d.alarm.Ignore, "ignore", nil, "ignore drift of what `RULE` matches, such as core.*.region; may be repeated")
	f.StringVar(&d.listen, "listen", "", "with --watch or --interval: serve /metrics and /healthz over HTTP on `ADDR`")
	_ = c.MarkFlagFilename("prometheus", "prom")
}

// repeated reports whether the command keeps looking.
func (d *driftFlags) repeated(c *cobra.Command) (bool, error) {
	switch again := d.watch || d.interval > 0; {
	case c.Flags().Changed("interval") && d.interval <= 0:
		return false, usage("--interval must be positive", "write it as 30s or 5m")
	case d.listen != "" && !again:
		return false, usage("--listen needs --watch or --interval", "a single comparison serves nobody: --prometheus writes a file")
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
they say so and keep trying. With --json each line is a document.

With --prometheus what is found is also counted in a file of metrics; with
--webhook another program is told when drift begins, changes or ends.` + exits("0  no drift; of --watch and --interval: none at the end", liveExits, "2  drift",
			"4  another process holds the embedded server"),
		Example: "  sigilform drift\n  sigilform drift --endpoints https://10.0.0.1:2379 --network example --json\n" +
			"  sigilform drift --quiet --prometheus /var/lib/node_exporter/textfile/sigilform.prom\n" +
			"  sigilform drift --webhook https://hooks.example.net/drift --webhook-state /var/lib/sigilform/told.json\n" +
			"  sigilform drift --watch --interval 10m --only-transitions",
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			again, err := d.repeated(c)
			if err != nil {
				return err
			}
			live, err := a.liveOptions(c, &d.live, path(args))
			if err != nil {
				return err
			}
			o := engine.DriftOptions{LiveOptions: live, Alarm: d.alarm}
			if again {
				return a.watchDrift(c.Context(), &d, o)
			}
			return a.drift(c.Context(), o)
		},
	}
	d.add(c)
	return c
}

// drift compares once.
func (a *app) drift(ctx context.Context, o engine.DriftOptions) error {
	drifted, err := a.engine.Drift(ctx, o)
	if err != nil {
		return err
	}
	a.clear()
	a.secrets = drifted.Secrets
	drifted.Report.Warnings = append(drifted.Report.Warnings, a.unsaid...)
	a.unsaid = nil
	a.keepDrift(drifted)
	if err := a.warn(drifted.Report.Warnings); err != nil {
		return err
	}
	if err := render.Drift(a.stdout, drifted.Report, a.options()); err != nil {
		return err
	}
	if drifted.Report.Drifted() {
		return &found{what: "drift"}
	}
	if drifted.Untold != nil {
		return &shown{cause: drifted.Untold, silent: true}
	}
	return nil
}

// watchDrift compares until it is ended.
func (a *app) watchDrift(ctx context.Context, d *driftFlags, o engine.DriftOptions) error {
	if a.machine {
		return usage("--format "+a.out.format+" is for one comparison", "leave --watch and --interval out; or use --json, which prints a line for each event")
	}
	a.stream = &driftStream{app: a, flags: d}
	drifted, err := a.engine.Watch(ctx, engine.WatchOptions{DriftOptions: o, Follow: d.watch, Interval: d.interval, Listen: d.listen})
	if err != nil {
		return err
	}
	if a.reporting() {
		a.secrets = drifted.Secrets
		a.keepDrift(drifted)
	}
	if drifted.Report.Drifted() {
		return &found{what: "drift"}
	}
	return nil
}
