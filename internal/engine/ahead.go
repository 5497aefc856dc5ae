package engine

import (
	"context"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/state"
)

// ahead says whether the configuration at a path is the one that was last
// applied to the network. What can't be read, or is of another network, is
// unknown: that is no error of a command that needs no configuration.
func (e *Engine) ahead(ctx context.Context, s Source, head *state.Head) drift.Configuration {
	p, err := open(s.Path)
	if err != nil {
		return drift.Unknown
	}
	defer p.close()
	if p.file == "" && !hasConfiguration(p) {
		return drift.Unknown
	}
	c, _, err := e.load(ctx, p, s)
	switch {
	case err != nil, head.ConfigDigest == "", c.Network == nil, c.Network.Name != head.Network:
		return drift.Unknown
	case c.Digest == head.ConfigDigest:
		return drift.Same
	}
	return drift.Ahead
}
