package plan_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/network"
)

// TestRollbackToAMarkWithoutAValue: a serial at which a route had no service name,
// although its record has the mark of a sensitive one that a rollback took from it,
// comes back without, whatever the route was given since.
func TestRollbackToAMarkWithoutAValue(t *testing.T) {
	const path = "/sigilgate/paths/" + entryA + "/" + coreA + "/"
	for name, anew := range map[string]bool{"the route is made anew": true, "the route stays": false} {
		t.Run(name, func(t *testing.T) {
			g := startRemembered(t)
			g.net.Routes[0].ServiceName = secretly(hidden)
			g.carryOut(g.plan())
			g.carryOut(g.backTo(1))
			g.absent(path + "service_name")
			g.requireMarked(path+"service_name", true)
			serial, routes := len(g.history), slices.Clone(g.net.Routes)
			if anew {
				g.net.Routes = nil
				g.carryOut(g.plan())
			}
			routes[0].ServiceName = named("another")
			g.net.Routes = routes
			g.carryOut(g.plan())
			g.carryOut(g.backTo(serial))
			g.absent(path + "service_name")
			if again := g.backTo(serial); again.HasChanges() {
				t.Errorf("it is not as it was: %+v", again.Changes)
			}
		})
	}
}

// TestRollbackToAMarkOfAValueThatOthersRemoved: what a serial had of a route that
// others removed then is not known any more; that has a service name all the same.
func TestRollbackToAMarkOfAValueThatOthersRemoved(t *testing.T) {
	const path = "/sigilgate/paths/" + entryA + "/" + coreA + "/"
	g := startRemembered(t)
	g.net.Routes[0].ServiceName = secretly(hidden)
	g.carryOut(g.plan())
	g.net.Routes[0].ServiceName = network.Text{}
	g.carryOut(g.plan())
	serial := len(g.history)
	g.delUnder(path)
	g.net.Routes[0].ServiceName = named("made.anew")
	g.carryOut(g.plan())
	g.carryOut(g.backTo(serial))
	if got := g.value(path + "service_name"); got != "made.anew" {
		t.Errorf("it is %q", got)
	}
}
