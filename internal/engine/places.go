package engine

import (
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

// placesOf are the blocks of some objects in a configuration; empty where that is
// nil.
func placesOf(c *config.Config, changes []plan.Change) map[string]diag.Range {
	out := make(map[string]diag.Range, len(changes))
	for i := range changes {
		if at := c.Place(changes[i].Address); at != nil {
			out[changes[i].Address] = *at
		}
	}
	return out
}
