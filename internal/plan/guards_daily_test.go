package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Devices of alice: one of ours that has no Core and so no route, one of others
// with a route, one without.
const (
	bare     = "1ba7b810-9dad-41d1-80b4-00c04fd430c8"
	theirs   = "2ba7b810-9dad-41d1-80b4-00c04fd430c8"
	routeles = "3ba7b810-9dad-41d1-80b4-00c04fd430c8"
)

// inhabited is a network with each kind of object, and of devices.
func inhabited(t *testing.T) *scenario {
	t.Helper()
	s := start(t)
	s.net.Cells = []network.Cell{{Addr: addr.New(addr.Cell, "eu", addr.NoKey), Domain: named("eu.example")}}
	u := &s.net.Users[0]
	u.Devices = append(u.Devices, network.Device{Addr: u.Addr.DeviceOf("bare"), Name: "bare", UUID: named(bare)})
	s.apply()
	for _, device := range []string{theirs, routeles} {
		s.put(alice+"devices/"+device+"/device", device)
		s.put(alice+"devices/"+device+"/core_node", coreA)
	}
	s.put("/sigilgate/routes/"+theirs+"/core_ip", coreA)
	return s
}

// daily are the keys that the network writes all day, as the documents have it:
// health, stamps, rotation.
func daily() []string {
	path := "/sigilgate/paths/" + entryA + "/" + coreA + "/"
	out := []string{
		amsNode + "status_at", amsNode + "rotated_at", amsNode + "health", amsNode + "health_at", amsNode + "core_service_name",
		shopNode + "status_at", shopNode + "rotated_at", shopNode + "health", shopNode + "health_at",
		"/sigilgate/cells/eu.example/status_at", path + "status_at", path + "rotated_at", path + "service_name",
		alice + "status_at", alice + "created",
	}
	for _, device := range []string{deviceUUID, bare, theirs, routeles} {
		out = append(out, alice+"devices/"+device+"/status_at", alice+"devices/"+device+"/created", "/sigilgate/routes/"+device+"/status_at")
	}
	return out
}

// TestDailyWritingRefusesNothing: what the network writes all day below what a
// plan deletes refuses nothing, and goes with it. Any other key there refuses.
func TestDailyWritingRefusesNothing(t *testing.T) {
	t.Parallel()
	ways := map[string]func(s *scenario) *plan.Plan{
		"destroyed": func(s *scenario) *plan.Plan { return s.plan(destroy) },
		"the user goes": func(s *scenario) *plan.Plan {
			s.net.Users = nil
			return s.plan(cascade)
		},
		"the devices go": func(s *scenario) *plan.Plan {
			s.net.Users[0].Devices = nil
			return s.plan()
		},
		"the Entry goes": func(s *scenario) *plan.Plan {
			s.net.Entries, s.net.Routes = nil, nil
			return s.plan()
		},
	}
	for name, way := range ways {
		for _, key := range daily() {
			t.Run(name+"/"+strings.TrimPrefix(key, "/sigilgate/"), func(t *testing.T) {
				s := inhabited(t)
				p := way(s)
				s.put(key, "2026-04-19T13:00:00Z")
				s.confirmed(p)
				if broken := s.commit(p); len(broken) > 0 {
					t.Fatalf("refused: %+v", broken)
				}
				if _, there := s.entries[key]; there && p.Mode == plan.ModeDestroy {
					t.Error("it is left behind")
				}
				if left := s.orphans(); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			})
			t.Run(name+"/beside "+strings.TrimPrefix(key, "/sigilgate/"), func(t *testing.T) {
				s := inhabited(t)
				p := way(s)
				prefix := key[:strings.LastIndexByte(key, '/')+1]
				if _, there := s.entries[prefix+"status"]; name != "destroyed" && there && !goes(p, prefix) {
					t.Skip("that is not deleted")
				}
				s.put(key+"x", "x")
				if broken := s.commit(p); (len(broken) > 0) != goes(p, prefix) {
					t.Fatalf("got %+v", broken)
				}
			})
		}
	}
}

// goes reports whether a plan deletes what lies below a prefix.
func goes(p *plan.Plan, prefix string) bool {
	for _, op := range p.Data {
		if op.Covers(prefix + "x") {
			return true
		}
	}
	return false
}

// confirmed requires that a plan file with the plan would be taken.
func (s *scenario) confirmed(p *plan.Plan) {
	s.Helper()
	in, err := s.input(s.net)
	if err != nil {
		s.Fatal(err)
	}
	if moved, err := p.Confirm(in.Snapshot, in.State, in.Past); err != nil || len(moved) > 0 {
		s.Errorf("not confirmed: %v, %v", err, moved)
	}
}

// orphans are the keys below users and routes that belong to no user or device.
func (s *scenario) orphans() (out []string) {
	for key := range s.under("/sigilgate/") {
		rest, isRoute := strings.CutPrefix(key, "/sigilgate/routes/")
		uuid, _, _ := strings.Cut(rest, "/")
		_, user := s.entries[alice+"username"]
		_, device := s.entries[alice+"devices/"+uuid+"/device"]
		if isRoute && !device || strings.HasPrefix(key, alice) && !user {
			out = append(out, key)
		}
	}
	return out
}

// TestRouteThatComesLate: a route that others give a device without one, while
// the plan deletes that, refuses it.
func TestRouteThatComesLate(t *testing.T) {
	t.Parallel()
	for _, device := range []string{bare, routeles} {
		s := &scenario{T: t, world: newWorld(), net: base()}
		s.net.Users[0].Devices = append(s.net.Users[0].Devices, network.Device{Addr: s.net.Users[0].Addr.DeviceOf("bare"), Name: "bare", UUID: named(bare)})
		s.apply()
		s.put(alice+"devices/"+routeles+"/device", "theirs")
		s.net.Users = nil
		p := s.plan(cascade)
		s.put("/sigilgate/routes/"+device+"/core_ip", coreB)
		if broken := s.commit(p); len(broken) == 0 {
			t.Errorf("%s: its route is left behind", device)
		}
	}
}

// TestForeignFieldsOfTheOtherKind: what only an Entry has is not an operational key
// of a Core, and the other way round.
func TestForeignFieldsOfTheOtherKind(t *testing.T) {
	t.Parallel()
	for _, key := range []string{amsNode + "client_service_name", shopNode + "core_service_name"} {
		s := &scenario{T: t, world: newWorld(), net: base()}
		s.apply()
		p := s.plan(destroy)
		s.put(key, "x")
		if broken := s.commit(p); len(broken) == 0 {
			t.Errorf("%s is deleted unseen", key)
		}
	}
}

// TestEachGuardOfADeletionIsConfirmed: a plan file that lacks any one guard of a
// deletion, or has it for less, is not taken.
func TestEachGuardOfADeletionIsConfirmed(t *testing.T) {
	s := inhabited(t)
	s.net.Users, s.net.Entries, s.net.Routes = nil, nil, nil
	s.net.Cores = s.net.Cores[1:]
	in, err := s.input(s.net)
	if err != nil {
		t.Fatal(err)
	}
	p := s.plan(cascade)
	for i, g := range p.Guards {
		if g.Kind == kv.Exists && slices.ContainsFunc(p.Guards, func(o kv.Guard) bool { return o.Kind == kv.Unmoved && o.Key == g.Key }) {
			continue // that says more
		}
		bent := copied(t, p)
		bent.Guards = slices.Delete(bent.Guards, i, i+1)
		if _, err := bent.Confirm(in.Snapshot, in.State, in.Past); err == nil {
			t.Errorf("without %+v it is confirmed", g)
		}
		if g.Kind != kv.Unwritten {
			continue
		}
		for _, less := range []kv.Guard{
			{Kind: kv.Unwritten, Key: g.Key, End: g.End[:len(g.End)-1], Revision: g.Revision},
			{Kind: kv.Unwritten, Key: g.Key + "\x00", End: g.End, Revision: g.Revision},
			{Kind: kv.Unwritten, Key: g.Key, End: g.End, Revision: g.Revision + 1},
		} {
			bent.Guards = slices.Insert(slices.Clone(bent.Guards), 0, less)
			if _, err := bent.Confirm(in.Snapshot, in.State, in.Past); err == nil {
				t.Errorf("with %+v in the place of %+v it is confirmed", less, g)
			}
			bent.Guards = bent.Guards[1:]
		}
	}
}

// TestRouteOfAnotherWithTheUUID: a device of others that falls leaves the route
// of another one with its UUID alone.
func TestRouteOfAnotherWithTheUUID(t *testing.T) {
	s := start(t)
	for _, user := range []string{alice, "/sigilgate/users/7/"} {
		s.put(user+"devices/"+theirs+"/device", "theirs")
	}
	s.put("/sigilgate/users/7/username", "by a core")
	s.net.Users = nil
	p := s.plan(cascade)
	s.put("/sigilgate/routes/"+theirs+"/core_ip", coreB)
	if broken := s.commit(p); len(broken) > 0 {
		t.Errorf("refused: %+v", broken)
	}
	s.absent(alice)
	if _, there := s.entries["/sigilgate/routes/"+theirs+"/core_ip"]; !there {
		t.Error("the route of another device is gone")
	}
}
