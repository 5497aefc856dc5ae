package engine

import (
	"context"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Places are the blocks of what the plan changes, by address; empty where no
// configuration was read.
func (p *Planned) Places() map[string]diag.Range {
	out := placesOf(p.config, p.Plan.Changes)
	for _, c := range p.Plan.Conflicts {
		if at := p.config.Place(c.Address); at != nil {
			out[c.Address] = *at
		}
	}
	return out
}

// places looks for the blocks of objects in the configuration of a path, if there
// is one that can be read.
func (e *Engine) places(ctx context.Context, s Source, changes []plan.Change) map[string]diag.Range {
	if len(changes) == 0 {
		return nil
	}
	c, _, err := e.evaluate(ctx, s)
	if err != nil {
		return nil // where it stands is not what was asked for
	}
	return placesOf(c, changes)
}

func placesOf(c *config.Config, changes []plan.Change) map[string]diag.Range {
	out := make(map[string]diag.Range, len(changes))
	for i := range changes {
		if at := c.Place(changes[i].Address); at != nil {
			out[changes[i].Address] = *at
		}
	}
	return out
}
