package engine

import (
	"context"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// glance reads the configuration of a command that needs none: nil where there is
// none, or it has errors, which is nothing to report there.
func (e *Engine) glance(ctx context.Context, s Source) *config.Config {
	p, err := open(s.Path)
	if err != nil {
		return nil
	}
	defer p.close()
	if p.file == "" && !hasConfiguration(p) {
		return nil
	}
	o, err := e.options(ctx, p, s)
	if err != nil {
		return nil
	}
	c, found := e.loadWithin(ctx, s.Limits, o)
	if c == nil || c.Network == nil {
		return nil
	}
	e.Mask.Know(secretsOf(c.Network, &plan.Plan{})...)
	if found.HasErrors() {
		return nil
	}
	return c
}

// ahead says whether a configuration is the one that was last applied to the
// network. What can't be read, or is of another network, is unknown.
func ahead(c *config.Config, head *state.Head) drift.Configuration {
	switch {
	case c == nil, head.ConfigDigest == "", c.Network.Name != head.Network:
		return drift.Unknown
	case c.Digest == head.ConfigDigest:
		return drift.Same
	}
	return drift.Ahead
}
