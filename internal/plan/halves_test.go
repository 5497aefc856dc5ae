package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestLinkThatOneEndIgnores: a link is left alone where both ends leave it alone,
// and goes and comes in both directions otherwise.
func TestLinkThatOneEndIgnores(t *testing.T) {
	const links, third = "/sigilgate/topology/links/", "203.0.113.9"
	for _, ignore := range []string{"links", "all"} {
		t.Run(ignore, func(t *testing.T) {
			s := start(t)
			s.net.Cores[0].Lifecycle.IgnoreChanges = []string{ignore}
			s.apply()
			more := s.net.Cores[1]
			more.Addr, more.IP = addr.New(addr.Core, "third", addr.NoKey), named(third)
			s.net.Cores = append(s.net.Cores, more)
			s.changes(links+third+"/"+coreA, true)
			s.net.Cores[2].Links = network.Refs{Named: true, To: []addr.Addr{s.net.Cores[1].Addr}}
			s.changes(links+third+"/"+coreA, false)
			s.del(links + third + "/" + coreB)
			s.del(links + coreB + "/" + third)
			s.changes(links+coreB+"/"+third, true)

			s.net.Cores[1].Lifecycle.IgnoreChanges = []string{ignore}
			s.apply()
			s.put(links+coreA+"/"+coreB, "")
			s.put(links+coreB+"/"+coreA, "")
			s.nothing()
			s.value(links + coreA + "/" + coreB)
		})
	}
}

// changes applies, and checks that a key is there then, or is not.
func (s *scenario) changes(key string, there bool) {
	s.Helper()
	s.apply()
	s.lawful()
	if there {
		s.value(key)
	} else {
		s.absent(key)
	}
	s.nothing()
}

// TestDeviceWhoseUserIgnoresItsCores: a device can't come to a Core that its user
// does not get.
func TestDeviceWhoseUserIgnoresItsCores(t *testing.T) {
	s := start(t)
	u := &s.net.Users[0]
	u.Lifecycle.IgnoreChanges = []string{"core_nodes"}
	s.apply()
	u.CoreNodes.To = append(u.CoreNodes.To, s.net.Cores[1].Addr)
	u.Devices[0].Core = to(s.net.Cores[1].Addr)
	p, _ := s.make()
	if !slices.ContainsFunc(p.Conflicts, func(c plan.Conflict) bool { return strings.Contains(c.Summary, alice+"core_nodes/"+coreB) }) {
		t.Errorf("it is not refused: %+v", p.Conflicts)
	}
	s.put(alice+"core_nodes/"+coreB, "")
	s.apply()
	s.lawful()
}

// nothing checks that there is nothing to do.
func (s *scenario) nothing() {
	s.Helper()
	if p := s.plan(); p.HasChanges() {
		s.Errorf("there is still something to do: %+v", p.Changes)
	}
}
