package plan_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestDeviceOfOthersAtACoreThatItsUserLoses: others join a user to a Core and
// put a device there; the files say that the user is at another Core.
func TestDeviceOfOthersAtACoreThatItsUserLoses(t *testing.T) {
	s := start(t)
	const tablet = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
	s.put(alice+"core_nodes/"+coreB, "")
	s.device(tablet, coreB)
	s.net.Users[0].CoreNodes = network.Refs{Named: true, To: []addr.Addr{s.net.Cores[0].Addr}}
	s.conflict("Changing user.alice would leave others' objects dangling")
	s.apply(cascade)
	s.absent(alice + "core_nodes/" + coreB)
	s.absent(alice + "devices/" + tablet + "/device")
	s.absent("/sigilgate/routes/" + tablet + "/core_ip")
	s.lawful()
}

// device is one of others.
func (s *scenario) device(uuid, core string) {
	at, route := alice+"devices/"+uuid+"/", "/sigilgate/routes/"+uuid+"/"
	for key, value := range map[string]string{
		at + "device": "tablet", at + "status": "active", at + "core_node": core, route + "core_ip": core, route + "status": "active",
	} {
		s.put(key, value)
	}
}

func (s *scenario) lawful() {
	s.Helper()
	now := map[string]string{}
	for key, e := range s.entries {
		now[key] = e.Value
	}
	for _, broken := range laws.Check(now, "/sigilgate/") {
		s.Error(broken)
	}
}

// TestLinkOfOthersInOneDirection: others link a Core of theirs with one of ours
// whose links are declared.
func TestLinkOfOthersInOneDirection(t *testing.T) {
	s := start(t)
	const theirs = "203.0.113.9"
	s.put("/sigilgate/nodes/"+theirs+"/role", "core")
	s.put("/sigilgate/topology/links/"+theirs+"/"+coreA, "")
	s.put("/sigilgate/topology/links/"+coreA+"/"+theirs, "")
	s.conflict("Changing core.ams would leave others' objects dangling")
	s.apply(cascade)
	s.absent("/sigilgate/topology/links/" + coreA + "/" + theirs)
	s.absent("/sigilgate/topology/links/" + theirs + "/" + coreA)
	s.lawful()
}

// TestWhatComesToStandOnARemovedReferenceRefusesTheApply: a device comes, or
// is moved, to the Core that the plan takes from its user; so does the other
// direction of a link.
func TestWhatComesToStandOnARemovedReferenceRefusesTheApply(t *testing.T) {
	for name, later := range map[string]func(s *scenario){
		"a device is added": func(s *scenario) { s.device("7ba7b810-9dad-41d1-80b4-00c04fd430c8", coreB) },
		"a device is moved": func(s *scenario) { s.put(alice+"devices/8ba7b810-9dad-41d1-80b4-00c04fd430c8/core_node", coreB) },
		"a link comes back": func(s *scenario) { s.put("/sigilgate/topology/links/203.0.113.9/"+coreA, "") },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.put(alice+"core_nodes/"+coreB, "")
			s.put("/sigilgate/topology/links/"+coreA+"/203.0.113.9", "")
			s.device("8ba7b810-9dad-41d1-80b4-00c04fd430c8", coreA)
			s.net.Users[0].CoreNodes = network.Refs{Named: true, To: []addr.Addr{s.net.Cores[0].Addr}}
			p := s.plan()
			later(s)
			if broken := s.commit(p); len(broken) == 0 {
				t.Error("it was applied")
			}
		})
	}
}

// TestWhatStandsOnAReferenceIsGuardedWhereItGoes: in an apply of several
// transactions the guard belongs to the write that takes the reference away.
func TestWhatStandsOnAReferenceIsGuardedWhereItGoes(t *testing.T) {
	s := start(t)
	s.put(alice+"core_nodes/"+coreB, "")
	s.device("8ba7b810-9dad-41d1-80b4-00c04fd430c8", coreA)
	s.put("/sigilgate/topology/links/"+coreA+"/203.0.113.9", "")
	s.net.Users[0].CoreNodes = network.Refs{Named: true, To: []addr.Addr{s.net.Cores[0].Addr}}
	in := s.plan().Sequence(0)
	for guarded, gone := range map[string]string{
		alice + "devices/": alice + "core_nodes/" + coreB,
		alice + "devices/8ba7b810-9dad-41d1-80b4-00c04fd430c8/core_node": alice + "core_nodes/" + coreB,
		"/sigilgate/topology/links/203.0.113.9/" + coreA:                 "/sigilgate/topology/links/" + coreA + "/203.0.113.9",
	} {
		at := slices.IndexFunc(in.Ops, func(op kv.Op) bool { return op.Key == gone })
		if !slices.ContainsFunc(in.Guards, func(g state.IntentGuard) bool { return g.Key == guarded && g.At == at }) {
			t.Errorf("%s is not guarded where %s goes (%d): %+v", guarded, gone, at, in.Guards)
		}
	}
}
