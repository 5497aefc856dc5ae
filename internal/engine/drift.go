package engine

import (
	"context"
	"errors"
	"log/slog"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/metrics"
)

// DriftOptions say which network to look at, and who is told of its drift.
type DriftOptions struct {
	LiveOptions
	Alarm
}

// Drifted is a drift report, with the live values that no output may hold.
type Drifted struct {
	Report  *drift.Report
	Secrets []string
	// Places are the blocks of what drifted, by address, where they were asked
	// for and the path holds a configuration.
	Places map[string]diag.Range
	// Untold says who could not be told, nil where everybody was. There was an
	// event for each.
	Untold error
}

// Untold says that somebody who was to be told of drift could not be.
type Untold struct {
	Cause error
	// Secrets are values that no output may hold.
	Secrets []string
}

func (Untold) event() {}

// Drift compares the live network with what was last applied, once, and tells
// whoever is to hear of it: also of a run that fails.
func (e *Engine) Drift(ctx context.Context, o DriftOptions) (*Drifted, error) {
	l, err := e.newAlarm(ctx, &o.Alarm, false)
	if err != nil {
		return nil, err
	}
	from := e.Clock()
	out, network, err := e.detect(ctx, o.LiveOptions)
	outcome := metrics.Outcome{Network: network, At: e.Clock(), Err: err}
	outcome.Took = outcome.At.Sub(from)
	found := out
	if err == nil {
		out.Report.Ignore(l.rules)
		outcome.Report = out.Report
	} else {
		found = &Drifted{}
	}
	l.tell(ctx, outcome, func(failed error) {
		found.Untold = errors.Join(found.Untold, failed)
		_ = e.say(Untold{Cause: failed, Secrets: found.Secrets})
	})
	return out, err
}

// detect compares, and returns the network's name as far as it is known where it
// can't.
func (e *Engine) detect(ctx context.Context, o LiveOptions) (out *Drifted, network string, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, l.name, err
	}
	defer l.close(&err)
	v, err := l.view(ctx)
	if err != nil {
		return nil, l.name, err
	}
	live, err := e.auth(ctx, l.session, len(v.state.ACL) > 0)
	if err != nil {
		return nil, l.name, err
	}
	e.progress("comparing")
	secrets := secretsOfView(v)
	e.Mask.Know(secrets...)
	_, st := e.stage(ctx, "compare")
	report := drift.Detect(e.Catalogue, v.snapshot, v.state, live)
	e.learnDrift(report, nil)
	l.date(ctx, v, report)
	c := e.glance(ctx, o.Source)
	report.Configuration = ahead(c, v.state.Head)
	st.note(slog.String(attrNetwork, report.Network), slog.Int64(attrSerial, report.Serial), slog.Int64(attrRevision, report.Revision), slog.Int("drift", len(report.Objects)))
	st.end(nil)
	out = &Drifted{Report: report, Secrets: secrets}
	if o.Places {
		out.Places = placesOf(c, report.Objects)
	}
	return out, l.name, nil
}
