package plan_test

import (
	"slices"
	"testing"
)

// TestRollbackTwice: a Core that left its links alone comes back, while another
// one has moved since it was linked with it. There is nothing to do a second
// time: no link to an object that does not come back.
func TestRollbackTwice(t *testing.T) {
	const moved = "203.0.113.9"
	for _, ignore := range []string{"links", "all"} {
		t.Run(ignore, func(t *testing.T) {
			g := startRemembered(t)
			ams, waw := &g.net.Cores[0], &g.net.Cores[1]
			ams.IP, waw.Lifecycle.IgnoreChanges = named(moved), []string{ignore}
			g.carryOut(g.plan(cascade))
			ams.IP, waw.Lifecycle.IgnoreChanges = named(coreA), nil
			g.carryOut(g.plan(cascade))
			g.net.Cores = slices.Delete(g.net.Cores, 1, 2)
			g.carryOut(g.plan(cascade))

			g.carryOut(g.backTo(2, cascade))
			g.lawful()
			if p := g.backTo(2, cascade); p.HasChanges() || len(p.Conflicts) > 0 {
				t.Errorf("once more there is something to do: %+v %+v", p.Changes, p.Conflicts)
			}
		})
	}
}
