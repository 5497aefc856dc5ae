package plan_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

const (
	theirNode = "/sigilgate/nodes/203.0.113.9/"
	someUUID  = "8ba7b810-9dad-41d1-80b4-00c04fd430c8"
	netCell   = "cell.example.net"

	laptop     = "9ba7b810-9dad-41d1-80b4-00c04fd430c8"
	secretUUID = "aba7b810-9dad-41d1-80b4-00c04fd430c8"
)

// withCell puts the Cores into a cell, with numbers.
func (s *scenario) withCell() {
	s.Helper()
	cell := addr.New(addr.Cell, "main", addr.NoKey)
	s.net.Cells = []network.Cell{{Addr: cell, Domain: named(netCell)}}
	for i := range s.net.Cores {
		s.net.Cores[i].Cell, s.net.Cores[i].Number = to(cell), network.Number{Value: uint64(i + 1), Named: true}
	}
	s.apply()
}

// TestUniqueAmongLiveObjects: whatever must be unique is compared with what
// others hold, and with what the network gave objects of ours.
func TestUniqueAmongLiveObjects(t *testing.T) {
	t.Parallel()
	ams := func(s *scenario) *network.Core { return &s.net.Cores[0] }
	rows := map[string]struct {
		live  func(s *scenario)
		want  func(s *scenario)
		says  string
		place string
	}{
		"a domain of a node of others": {
			func(s *scenario) { s.put(theirNode+"role", "entry"); s.put(theirNode+"domain", "x.example") },
			func(s *scenario) { ams(s).Domain = named("x.example") },
			`The domain "x.example" belongs to entry 203.0.113.9 already`, theirNode + "domain",
		},
		"a domain of what is left of a node": {
			func(s *scenario) { s.put(theirNode+"domain", "x.example") },
			func(s *scenario) { ams(s).Domain = named("x.example") },
			`The domain "x.example" belongs to node 203.0.113.9 already`, theirNode + "domain",
		},
		"a domain that others gave a node of ours": {
			func(s *scenario) { s.put(shopNode+"domain", "x.example") },
			func(s *scenario) { ams(s).Domain = named("x.example") },
			`The domain "x.example" belongs to entry 198.51.100.1 already`, shopNode + "domain",
		},
		"a domain that is left alone": {
			func(s *scenario) {
				s.net.Entries[0].Domain = named("x.example")
				s.apply()
				s.net.Entries[0].Domain, s.net.Entries[0].Lifecycle.IgnoreChanges = named("y.example"), []string{"domain"}
				s.apply()
			},
			func(s *scenario) { ams(s).Domain = named("x.example") },
			`The domain "x.example" belongs to entry 198.51.100.1 already`, "ignore_changes",
		},
		"a domain that others spell in upper case, with a dot": {
			func(s *scenario) { s.put(theirNode+"role", "entry"); s.put(theirNode+"domain", "X.Example. ") },
			func(s *scenario) { ams(s).Domain = named("x.example") },
			`The domain "x.example" belongs to entry 203.0.113.9 already`, theirNode + "domain",
		},
		"a UUID that others spell in upper case": {
			func(s *scenario) { s.put(theirNode+"role", "core"); s.put(theirNode+"uuid", strings.ToUpper(someUUID)) },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"The UUID " + someUUID + " belongs to core 203.0.113.9 already", theirNode + "uuid",
		},
		"the UUID of a device that others spell in upper case": {
			func(s *scenario) { s.put(alice+"devices/"+strings.ToUpper(someUUID)+"/device", "theirs") },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"belongs to a device of user 1 already", alice + "devices/" + strings.ToUpper(someUUID) + "/device",
		},
		"a number with a zero, in a cell in upper case": {
			func(s *scenario) {
				s.put(theirNode+"role", "core")
				s.put(theirNode+"cell_domain", strings.ToUpper(netCell))
				s.put(theirNode+"node_number", "07")
			},
			func(s *scenario) { ams(s).Number.Value = 7 },
			"The number 7 in the cell " + netCell + " belongs to core 203.0.113.9 already", theirNode + "node_number",
		},
		"a number in a cell": {
			func(s *scenario) {
				s.put(theirNode+"role", "core")
				s.put(theirNode+"cell_domain", netCell)
				s.put(theirNode+"node_number", "7")
			},
			func(s *scenario) { ams(s).Number.Value = 7 },
			"The number 7 in the cell " + netCell + " belongs to core 203.0.113.9 already", theirNode + "node_number",
		},
		"a number in the cell that a Core moves to": {
			func(s *scenario) {
				s.put("/sigilgate/cells/other.example/status", "active")
				s.put(theirNode+"role", "core")
				s.put(theirNode+"cell_domain", "other.example")
				s.put(theirNode+"node_number", "1")
			},
			func(s *scenario) {
				s.net.Cells = append(s.net.Cells, network.Cell{Addr: addr.New(addr.Cell, "other", addr.NoKey), Domain: named("other.example")})
				ams(s).Cell = to(s.net.Cells[1].Addr)
			},
			"The number 1 in the cell other.example belongs to core 203.0.113.9 already", theirNode + "node_number",
		},
		"the UUID that others wrote to an Entry of theirs": {
			func(s *scenario) { s.put(theirNode+"role", "entry"); s.put(theirNode+"uuid", someUUID) },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"The UUID " + someUUID + " belongs to entry 203.0.113.9 already", theirNode + "uuid",
		},
		"the UUID that others wrote to an Entry of ours": {
			func(s *scenario) { s.put(shopNode+"uuid", someUUID) },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"The UUID " + someUUID + " belongs to entry 198.51.100.1 already", shopNode + "uuid",
		},
		"the UUID of a Core of others": {
			func(s *scenario) { s.put(theirNode+"role", "core"); s.put(theirNode+"uuid", someUUID) },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"The UUID " + someUUID + " belongs to core 203.0.113.9 already", theirNode + "uuid",
		},
		"the UUID that the network gave a Core of ours": {
			func(s *scenario) { s.put("/sigilgate/nodes/"+coreB+"/uuid", someUUID) },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"belongs to core " + coreB + " already", "core.waw",
		},
		"a sensitive UUID": {
			func(s *scenario) { s.put("/sigilgate/nodes/"+coreB+"/uuid", someUUID) },
			func(s *scenario) { ams(s).UUID = network.Text{Value: someUUID, Named: true, Sensitive: true} },
			"The UUID (sensitive) belongs to core " + coreB + " already", "core.waw",
		},
		"the UUID of a device, for a Core": {
			func(s *scenario) { s.put(alice+"devices/"+someUUID+"/device", "theirs") },
			func(s *scenario) { ams(s).UUID = named(someUUID) },
			"belongs to a device of user 1 already", alice + "devices/" + someUUID + "/device",
		},
		"the UUID of a Core, for a device": {
			func(s *scenario) { s.put("/sigilgate/nodes/"+coreB+"/uuid", someUUID) },
			func(s *scenario) { s.net.Users[0].Devices[0].UUID = named(someUUID) },
			"belongs to core " + coreB + " already", "core.waw",
		},
		"the name of a device of others": {
			func(s *scenario) { s.put(alice+"devices/"+someUUID+"/device", "tablet") },
			func(s *scenario) {
				d := &s.net.Users[0].Devices[0]
				d.Name, d.Addr = "tablet", s.net.Users[0].Addr.DeviceOf("tablet")
			},
			`The device name "tablet" belongs to a device of user 1 already`, alice + "devices/" + someUUID + "/device",
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.withCell()
			row.live(s)
			if p := s.plan(); len(p.Conflicts) > 0 {
				t.Fatalf("what nobody takes is a conflict: %+v", p.Conflicts)
			}
			row.want(s)
			p := s.plan()
			if len(p.Conflicts) != 1 || !strings.Contains(p.Conflicts[0].Summary, row.says) || !strings.Contains(p.Conflicts[0].Detail, row.place) {
				t.Fatalf("got %+v", p.Conflicts)
			}
			if c := p.Conflicts[0]; strings.Contains(row.says, "(sensitive)") && strings.Contains(c.Summary+c.Detail+c.Hint, someUUID) {
				t.Errorf("the secret is shown: %+v", c)
			}
		})
	}
}

// TestUniqueValuesThatMove: what the same plan takes away or deletes does not
// count, and is noted as handed over.
func TestUniqueValuesThatMove(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		change func(s *scenario)
		want   []plan.Handover
	}{
		"two Cores swap": {
			func(s *scenario) {
				a, b := &s.net.Cores[0], &s.net.Cores[1]
				a.Domain, b.Domain = b.Domain, a.Domain
			},
			[]plan.Handover{
				{From: amsNode + "domain", To: "/sigilgate/nodes/" + coreB + "/domain"},
				{From: "/sigilgate/nodes/" + coreB + "/domain", To: amsNode + "domain"},
			},
		},
		"a Core gets another IP": {
			func(s *scenario) { s.net.Cores[0].IP = named("192.0.2.50") },
			[]plan.Handover{
				{From: amsNode + "uuid", To: "/sigilgate/nodes/192.0.2.50/uuid"},
				{From: amsNode + "domain", To: "/sigilgate/nodes/192.0.2.50/domain"},
				{From: amsNode + "node_number", To: "/sigilgate/nodes/192.0.2.50/node_number"},
			},
		},
		"a user gets another id": {
			func(s *scenario) { s.net.Users[0].ID = network.Number{Value: 70, Named: true} },
			[]plan.Handover{
				{From: alice + "devices/" + deviceUUID + "/device", To: "/sigilgate/users/70/devices/" + deviceUUID + "/device"},
				{From: alice + "username", To: "/sigilgate/users/70/username"},
			},
		},
		"one's cell is another's": {
			func(s *scenario) {
				s.net.Cores[0].Cell = network.Ref{}
				s.net.Cores[1].Number.Value = 1
			},
			[]plan.Handover{{From: amsNode + "cell_domain", To: "/sigilgate/nodes/" + coreB + "/node_number"}},
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.withCell()
			s.net.Cores[0].Domain, s.net.Cores[1].Domain = named("a.example"), named("b.example")
			s.net.Cores[0].UUID = named(someUUID)
			s.apply()
			row.change(s)
			p := s.apply()
			if got, want := p.Handovers, row.want; len(got) != len(want) {
				t.Fatalf("got %+v, want %+v", got, want)
			} else {
				for i := range want {
					if got[i] != want[i] {
						t.Errorf("got %+v, want %+v", got[i], want[i])
					}
				}
			}
		})
	}
}

// TestTakenMeanwhile: who takes a value between the plan and its apply refuses
// the apply, also where it is taken by a node that is there; what has nothing
// to do with it does not.
func TestTakenMeanwhile(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		meanwhile func(s *scenario)
		refused   bool
	}{
		"a domain, by a new node":           {func(s *scenario) { s.put(theirNode+"domain", "x.example") }, true},
		"a domain, by a node that is there": {func(s *scenario) { s.put(shopNode+"domain", "x.example") }, true},
		"the UUID":                          {func(s *scenario) { s.put(theirNode+"uuid", someUUID) }, true},
		"a number, by a Core of the cell":   {func(s *scenario) { s.put("/sigilgate/nodes/"+coreB+"/node_number", "7") }, true},
		"a Core of the cell leaves":         {func(s *scenario) { s.del("/sigilgate/nodes/" + coreB + "/cell_domain") }, false},
		"a number, by a new Core in the cell": {func(s *scenario) {
			s.put(theirNode+"role", "core")
			s.put(theirNode+"cell_domain", netCell)
			s.put(theirNode+"node_number", "7")
		}, true},
		"a number, by a Core that comes to the cell":   {func(s *scenario) { s.put(shopNode+"cell_domain", netCell) }, true},
		"the UUID, by a device without a route":        {func(s *scenario) { s.put("/sigilgate/users/1/devices/"+someUUID+"/device", "x") }, true},
		"a username, by a user that is there":          {func(s *scenario) { s.put("/sigilgate/users/7/username", "bob") }, true},
		"a username, by a new user":                    {func(s *scenario) { s.put("/sigilgate/users/9/username", "bob") }, true},
		"a device's UUID, by a device without a route": {func(s *scenario) { s.put("/sigilgate/users/7/devices/"+laptop+"/device", "x") }, true},
		"a device's UUID, by a Core":                   {func(s *scenario) { s.put("/sigilgate/nodes/"+coreB+"/uuid", laptop) }, true},
		"a device's name, by a device of the user":     {func(s *scenario) { s.put(alice+"devices/"+theirs+"/device", "laptop") }, true},
		"a sensitive UUID":                             {func(s *scenario) { s.put(shopNode+"uuid", secretUUID) }, true},
		"the number in another cell, and the name at another user": {func(s *scenario) {
			s.put(theirNode+"cell_domain", "other.example")
			s.put(theirNode+"node_number", "7")
			s.put("/sigilgate/users/7/devices/"+theirs+"/device", "laptop")
			s.put(theirNode+"settings/x", "7")
			s.put("/sigilgate/users/7/username", "robert")
		}, false},
		"health, an SNI and another's domain": {func(s *scenario) {
			s.put(shopNode+"health", "healthy")
			s.put(shopNode+"tls/sni", "x.example")
			s.put(theirNode+"domain", "y.example")
		}, false},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.withCell()
			s.put("/sigilgate/users/7/username", "old")
			s.put(shopNode+"node_number", "7")
			c := &s.net.Cores[0]
			c.Domain, c.UUID, c.Number.Value = named("x.example"), named(someUUID), 7
			s.net.Cores[1].UUID = network.Text{Value: secretUUID, Named: true, Sensitive: true}
			u := &s.net.Users[0]
			u.Devices = append(u.Devices, network.Device{Addr: u.Addr.DeviceOf("laptop"), Name: "laptop", UUID: named(laptop)})
			s.net.Users = append(s.net.Users, network.User{Addr: addr.New(addr.User, "bob", addr.NoKey), Username: named("bob")})
			p := s.plan()
			s.confirmed(p)
			row.meanwhile(s)
			if broken := s.commit(p); (len(broken) > 0) != row.refused {
				t.Errorf("got %+v", broken)
			}
		})
	}
}

// TestTwiceAlready: what the network has twice, and the plan leaves so, is a
// warning with both keys; a sensitive value is not shown.
func TestTwiceAlready(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		live func(s *scenario)
		keys [2]string
	}{
		"a domain": {func(s *scenario) {
			s.put(theirNode+"role", "entry")
			s.put(theirNode+"domain", "x.example")
			s.put(shopNode+"domain", "x.example")
		}, [2]string{shopNode + "domain", theirNode + "domain"}},
		"a domain in two spellings": {func(s *scenario) {
			s.put(theirNode+"role", "entry")
			s.put(theirNode+"domain", "X.example")
			s.put(shopNode+"domain", "x.example")
		}, [2]string{shopNode + "domain", theirNode + "domain"}},
		"a username": {func(s *scenario) { s.put("/sigilgate/users/7/username", "alice") }, [2]string{alice + "username", "/sigilgate/users/7/username"}},
		"a sensitive UUID": {func(s *scenario) {
			s.put(shopNode+"role", "core")
			s.put(theirNode+"role", "core")
			s.put(theirNode+"uuid", secretUUID)
		}, [2]string{amsNode + "uuid", theirNode + "uuid"}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.net.Cores[0].UUID = network.Text{Value: secretUUID, Named: true, Sensitive: true}
			s.apply()
			row.live(s)
			p := s.plan()
			found := 0
			for _, w := range p.Warnings {
				if strings.Contains(w.Detail, row.keys[0]) && strings.Contains(w.Detail, row.keys[1]) {
					found++
				}
				if strings.Contains(w.Summary+w.Detail+w.Hint, secretUUID) {
					t.Errorf("the secret is shown: %+v", w)
				}
			}
			if found != 1 {
				t.Errorf("%d warnings of it: %+v", found, p.Warnings)
			}
		})
	}
}
