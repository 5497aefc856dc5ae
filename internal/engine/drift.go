package engine

import (
	"context"
	"log/slog"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
)

// Drifted is a drift report, with the live values that no output may hold.
type Drifted struct {
	Report  *drift.Report
	Secrets []string
	// Places are the blocks of what drifted, by address, where they were asked
	// for and the path holds a configuration.
	Places map[string]diag.Range
}

// Drift compares the live network with what was last applied.
func (e *Engine) Drift(ctx context.Context, o LiveOptions) (out *Drifted, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	v, err := l.view(ctx)
	if err != nil {
		return nil, err
	}
	live, err := e.auth(ctx, l.session, len(v.state.ACL) > 0)
	if err != nil {
		return nil, err
	}
	e.progress("comparing")
	secrets := secretsOfView(v)
	e.Mask.Know(secrets...)
	_, st := e.stage(ctx, "compare")
	report := drift.Detect(e.Catalogue, v.snapshot, v.state, live)
	l.date(ctx, v, report)
	c := e.glance(ctx, o.Source)
	report.Configuration = ahead(c, v.state.Head)
	st.note(slog.String(attrNetwork, report.Network), slog.Int64(attrSerial, report.Serial), slog.Int64(attrRevision, report.Revision), slog.Int("drift", len(report.Objects)))
	st.end(nil)
	out = &Drifted{Report: report, Secrets: secrets}
	if o.Places {
		out.Places = placesOf(c, report.Objects)
	}
	return out, nil
}
