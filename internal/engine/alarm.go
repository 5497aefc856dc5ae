package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/metrics"
	"github.com/sigilgate/sigilform/internal/webhook"
)

// Alarm says which drift does not count, and who is told of the rest beside the
// caller.
type Alarm struct {
	// Ignore are rules such as core.*.region: what they match is not drift.
	Ignore []string
	// Prometheus is a file of metrics, for node_exporter; none where empty.
	Prometheus string
	// Webhook is the URL that is told when drift begins, changes or ends, else that
	// of the environment. WebhookSecret is a file with the key that signs what is
	// sent; WebhookState one that remembers what was told.
	Webhook, WebhookSecret, WebhookState string
}

// alarm tells others what runs found: of one, or of one after the other.
type alarm struct {
	engine  *Engine
	file    string
	metrics *metrics.Metrics
	rules   drift.Rules
	webhook *webhook.Notifier
}

// newAlarm checks the options before anything is looked at. Metrics that are
// served need no file.
func (e *Engine) newAlarm(ctx context.Context, o *Alarm, served bool) (*alarm, error) {
	l := &alarm{engine: e, file: o.Prometheus}
	for _, text := range o.Ignore {
		rule, err := drift.ParseRule(text)
		if err != nil {
			return nil, misuse(fmt.Sprintf("--ignore can't be %q: %v", text, err), "write it as core.*.region")
		}
		l.rules = append(l.rules, rule)
	}
	var err error
	if l.metrics, err = readMetrics(o.Prometheus, served); err != nil {
		return nil, err
	}
	if l.webhook, err = e.newNotifier(ctx, o); err != nil {
		return nil, err
	}
	return l, nil
}

func readMetrics(file string, served bool) (*metrics.Metrics, error) {
	switch {
	case file == "" && served:
		return metrics.New(metrics.Previous{}), nil
	case file == "":
		return nil, nil //nolint:nilnil // nobody asked for metrics
	case !strings.HasSuffix(file, ".prom"):
		return nil, misuse("--prometheus needs a file whose name ends in .prom", "node_exporter reads no others")
	}
	previous, err := metrics.Read(file)
	if err != nil {
		return nil, fmt.Errorf("--prometheus: %w", err)
	}
	return metrics.New(previous), nil
}

// tell hands one outcome to everybody who is to hear of it, and says who could not
// be told.
func (l *alarm) tell(ctx context.Context, o metrics.Outcome, untold func(error)) {
	if l.metrics != nil {
		l.metrics.Observe(o)
		if l.file != "" {
			if err := l.metrics.WriteFile(l.file); err != nil {
				untold(err)
			}
		}
	}
	if l.webhook != nil && o.Report != nil {
		if _, err := l.webhook.Observe(ctx, o.Report, o.At); err != nil {
			untold(err)
		}
	}
}

// ignore leaves out of an update what does not count.
func (l *alarm) ignore(u *WatchUpdate) {
	if len(l.rules) == 0 {
		return
	}
	u.Report.Ignore(l.rules)
	if !u.First {
		u.Report.Warnings = nil
	}
	u.Events = l.rules.Events(u.Events)
}
