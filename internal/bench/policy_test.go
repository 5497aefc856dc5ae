package bench

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/policy"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// rules look at each change and at each object.
const rules = `
network "t" {}
policy "changes" {
  condition = alltrue([for c in plan.changes : c.action != "delete" || length(c.fields) > 0])
  message   = "x"
}
policy "regions" {
  condition = alltrue([for e in network.entries : e.bound_to != null])
  message   = "x"
}
`

// BenchmarkPolicies measures the valves alone, and with two policies, over the
// plan that creates everything.
func BenchmarkPolicies(b *testing.B) {
	c, found := config.Load(b.Context(), config.Options{Catalogue: schema.Network(), FS: fstest.MapFS{"main.hcl": &fstest.MapFile{Data: []byte(rules)}}})
	if found.HasErrors() {
		b.Fatal(found)
	}
	for _, keys := range sizes() {
		n := valid(b, nettest.OfKeys(keys))
		p := mustPlan(b, input(b, n, nil))
		c.Network = n
		for name, with := range map[string]*config.Config{"valves": nil, "policies": c} {
			b.Run(fmt.Sprintf("%s/keys=%d", name, keys), func(b *testing.B) {
				for b.Loop() {
					results, found := policy.Check(b.Context(), policy.Input{Plan: p, State: state.Empty("t"), Config: with})
					if found.HasErrors() || len(results) == 0 || results[len(results)-1].Verdict != plan.Passed {
						b.Fatal(found, results)
					}
				}
				perKey(b, len(p.Data))
			})
		}
	}
}
