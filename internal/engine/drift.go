package engine

import (
	"context"

	"github.com/sigilgate/sigilform/internal/drift"
)

// Drifted is a drift report, with the live values that no output may hold.
type Drifted struct {
	Report  *drift.Report
	Secrets []string
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
	live, err := l.auth(ctx, v)
	if err != nil {
		return nil, err
	}
	e.progress("comparing")
	return &Drifted{Report: drift.Detect(v.snapshot, v.state, live), Secrets: secretsOfView(v)}, nil
}
