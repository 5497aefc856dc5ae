package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/metrics"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/webhook"
)

// alarmFlags say who is told of what a run found.
type alarmFlags struct {
	prometheus string
	webhook    string
	secretFile string
	state      string
	ignore     []string
	listen     string
}

func (f *alarmFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.prometheus, "prometheus", "", "write metrics to `FILE`.prom, for node_exporter's textfile collector")
	c.Flags().StringVar(&f.webhook, "webhook", "", "tell `URL` when drift begins, changes or ends (SIGILFORM_WEBHOOK)")
	c.Flags().StringVar(&f.secretFile, "webhook-secret-file", "", "`FILE` with the key that signs what is sent (SIGILFORM_WEBHOOK_SECRET)")
	c.Flags().StringVar(&f.state, "webhook-state", "", "remember in `FILE` what was told; without it each run with drift tells")
	c.Flags().StringArrayVar(&f.ignore, "ignore", nil, "ignore drift of what `RULE` matches, such as core.*.region; may be repeated")
	c.Flags().StringVar(&f.listen, "listen", "", "with --watch or --interval: serve /metrics and /healthz over HTTP on `ADDR`")
	_ = c.MarkFlagFilename("prometheus", "prom")
}

// alarm tells others what runs found: of one, or of one after the other.
type alarm struct {
	app     *app
	file    string
	metrics *metrics.Metrics
	rules   drift.Rules
	webhook *webhook.Notifier
	// network is the one that is looked at, as soon as it is known.
	network string
	// silent says that it was said already that somebody can't be told.
	silent bool
}

// newAlarm checks the flags before anything is looked at.
func (a *app) newAlarm(ctx context.Context, f *alarmFlags) (*alarm, error) {
	l := &alarm{app: a, file: f.prometheus}
	for _, text := range f.ignore {
		rule, err := drift.ParseRule(text)
		if err != nil {
			return nil, usage(fmt.Sprintf("--ignore can't be %q: %v", text, err), "write it as core.*.region")
		}
		l.rules = append(l.rules, rule)
	}
	var err error
	if l.metrics, err = f.readMetrics(); err != nil {
		return nil, err
	}
	if l.webhook, err = a.newNotifier(ctx, f); err != nil {
		return nil, err
	}
	return l, nil
}

func (f *alarmFlags) readMetrics() (*metrics.Metrics, error) {
	if f.prometheus == "" && f.listen != "" {
		return metrics.New(metrics.Previous{}), nil
	}
	if f.prometheus == "" {
		return nil, nil //nolint:nilnil // nobody asked for metrics
	}
	if !strings.HasSuffix(f.prometheus, ".prom") {
		return nil, usage("--prometheus needs a file whose name ends in .prom", "node_exporter reads no others")
	}
	previous, err := metrics.Read(f.prometheus)
	if err != nil {
		return nil, fmt.Errorf("--prometheus: %w", err)
	}
	return metrics.New(previous), nil
}

// look makes one run and tells of it. The first error is the run's, the second
// says that somebody could not be told, which is shown already.
func (l *alarm) look(ctx context.Context, o engine.LiveOptions) (drifted *engine.Drifted, err, untold error) {
	started := l.app.engine.Clock()
	o.Named = func(network string) { l.network = network }
	drifted, err = l.app.engine.Drift(ctx, o)
	ended := l.app.engine.Clock()
	outcome := metrics.Outcome{Network: l.network, At: ended, Took: ended.Sub(started), Err: err}
	if err == nil {
		drifted.Report.Ignore(l.rules)
		outcome.Report, l.app.secrets = drifted.Report, drifted.Secrets
	}
	return drifted, err, l.tell(ctx, outcome)
}

// tell hands one outcome to everybody who is to hear of it.
func (l *alarm) tell(ctx context.Context, o metrics.Outcome) error {
	var failed []error
	if l.metrics != nil {
		l.metrics.Observe(o)
		failed = append(failed, l.show(o, l.metrics.WriteFile(l.file)))
	}
	if l.webhook != nil && o.Report != nil {
		_, err := l.webhook.Observe(ctx, o.Report, o.At)
		failed = append(failed, l.show(o, err))
	}
	return errors.Join(failed...)
}

// show says that somebody could not be told: in a JSON result as a warning, else
// on standard error, also where only the result is wanted.
func (l *alarm) show(o metrics.Outcome, err error) error {
	if err == nil {
		return nil
	}
	d := failure.Of(err)
	switch {
	case !l.app.isJSON():
		l.app.clear()
		err = errors.Join(err, render.Error(l.app.stderr, render.FailureDocument(d, failure.ExitCode(err)), l.app.optionsFor(l.app.stderr)))
	case o.Report != nil:
		o.Report.Warnings = append(o.Report.Warnings, warningOf(d))
	default:
		l.app.unsaid = append(l.app.unsaid, warningOf(d))
	}
	return &shown{cause: err, silent: true}
}

// complain says on standard error that somebody could not be told.
func (l *alarm) complain(err error) {
	_ = render.Error(l.app.stderr, render.FailureDocument(failure.Of(err), failure.ExitCode(err)), l.app.optionsFor(l.app.stderr))
}

func warningOf(d *failure.Failure) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Warning, Summary: d.Summary, Detail: d.Detail, Hint: d.Hint}
}
