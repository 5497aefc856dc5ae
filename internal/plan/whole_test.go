package plan_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What follows holds all of a plan, and the order of its steps, for changes of
// every kind: each change, field, write, record, guard, conflict and warning. A
// property says what may never be; this says what is, so that a guard that is lost
// shows as a line that is lost.

func TestPlansInFullOfNodes(t *testing.T)  { inFull(t, "nodes", wholeNodes()) }
func TestPlansInFullOfUsers(t *testing.T)  { inFull(t, "users", wholeUsers()) }
func TestPlansInFullOfOthers(t *testing.T) { inFull(t, "others", wholeOthers()) }
func TestPlansInFullBack(t *testing.T)     { inFull(t, "back", wholeBack()) }
func TestPlansInFullOfAccess(t *testing.T) { inFull(t, "access", wholeAccess()) }

// inFull compares each plan with its file, and sees that no file is left over.
func inFull(t *testing.T, folder string, plans map[string]func(g *guarded) *plan.Plan) {
	t.Helper()
	seen := map[string]bool{}
	for name, planned := range plans {
		file := filepath.Join("testdata", "whole", folder, strings.ReplaceAll(name, " ", "_")+".txt")
		seen[file] = true
		t.Run(name, func(t *testing.T) { golden(t, file, planned(startGuarded(t))) })
	}
	files, err := filepath.Glob(filepath.Join("testdata", "whole", folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !seen[file] {
			t.Errorf("%s belongs to no plan", file)
		}
	}
}

func golden(t *testing.T, file string, p *plan.Plan) {
	t.Helper()
	got, err := whole(p)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (-want +got):\n%s", file, diffOf(string(want), got))
	}
}

// large adds one of each kind to base, each with all that it may have.
func (s *scenario) large() {
	s.Helper()
	s.withCell()
	ams, waw := &s.net.Cores[0], &s.net.Cores[1]
	ams.Links, waw.Links = network.Refs{Named: true, To: []addr.Addr{waw.Addr}}, network.Refs{Named: true, To: []addr.Addr{ams.Addr}}
	ams.Settings = map[string]network.Text{"mtu": named("1400"), "token": {Value: "very secret", Named: true, Sensitive: true}}
	ams.Domain, ams.TLS = named("ams.example"), network.TLS{SNI: named("cover.example"), Port: network.Number{Value: 8443, Named: true}}
	waw.Lifecycle.IgnoreChanges = []string{"region"}
	s.net.Entries[0].Domain, s.net.Entries[0].Status = named("shop.example"), named(network.Active)
	s.net.Routes[0].TLS = network.TLS{SNI: named("route.example")}
	user := &s.net.Users[0]
	user.Access = network.Words{Named: true, Values: []string{"internet", "home"}}
	user.CoreNodes.To = append(user.CoreNodes.To, waw.Addr)
	bob := addr.New(addr.User, "bob", addr.NoKey)
	s.net.Users = append(s.net.Users, network.User{
		Addr: bob, Username: named("bob"), CoreNodes: network.Refs{Named: true, To: []addr.Addr{waw.Addr}},
		Devices: []network.Device{{Addr: bob.DeviceOf("tv"), Name: "tv", UUID: named(laptop), Core: to(waw.Addr)}},
	})
	s.net.Normalize()
	s.apply()
	s.put(shopNode+"health", "degraded")
	s.put(amsNode+"health_at", "2026-04-19T10:00:00Z")
}

func wholeNodes() map[string]func(g *guarded) *plan.Plan {
	return map[string]func(g *guarded) *plan.Plan{
		"a first apply": func(g *guarded) *plan.Plan {
			g.world = newWorld()
			return g.plan()
		},
		"nothing": func(g *guarded) *plan.Plan {
			g.large()
			return g.plan()
		},
		"all is destroyed": func(g *guarded) *plan.Plan {
			g.large()
			return g.plan(destroy)
		},
		"all is new": func(g *guarded) *plan.Plan {
			g.net.Cores, g.net.Entries, g.net.Routes, g.net.Users = g.net.Cores[:1], nil, nil, nil
			g.apply()
			g.net = base()
			return g.plan()
		},
		"fields of every kind": func(g *guarded) *plan.Plan {
			g.large()
			ams := &g.net.Cores[0]
			ams.Region, ams.Domain, ams.UUID = named("de"), named("ams2.example"), named(someUUID)
			ams.Settings = map[string]network.Text{"mtu": named("1300"), "other": named("x"), "token": {Value: "another secret", Named: true, Sensitive: true}}
			ams.TLS = network.TLS{}
			ams.Links, g.net.Cores[1].Links = network.Refs{Named: true}, network.Refs{Named: true}
			g.net.Entries[0].Status, g.net.Entries[0].BoundTo = named(network.Archived), to(g.net.Cores[1].Addr)
			g.net.Routes[0].TLS.SNI = named("route2.example")
			g.net.Users[0].Access = network.Words{Named: true, Values: []string{"internet"}}
			return g.plan()
		},
		"drift of every kind": func(g *guarded) *plan.Plan {
			g.large()
			g.put(amsNode+"region", "by hand")
			g.put(amsNode+"settings/mtu", "9000")
			g.put(amsNode+"settings/extra", "x")
			g.put(amsNode+"settings/token", "by hand")
			g.del(amsNode + "tls/sni")
			g.put(amsNode+"status", "archived")
			g.del(amsNode + "uuid")
			g.put(shopNode+"status", "inactive")
			g.del(shopNode + "domain")
			g.put("/sigilgate/topology/bindings/"+entryA+"/core", coreB)
			g.del("/sigilgate/topology/links/" + coreA + "/" + coreB)
			g.put("/sigilgate/paths/"+entryA+"/"+coreA+"/tls/sni", "by hand")
			g.del("/sigilgate/paths/" + entryA + "/" + coreA + "/service_name")
			g.put(alice+"credential", "by hand")
			g.put(alice+"access/admin", "")
			g.put(alice+"devices/"+deviceUUID+"/device", "by hand")
			g.put("/sigilgate/routes/"+deviceUUID+"/core_ip", coreB)
			return g.plan()
		},
		"drift and a change": func(g *guarded) *plan.Plan {
			g.large()
			g.put(amsNode+"region", "by hand")
			g.net.Cores[0].Region = named("de")
			g.put(amsNode+"domain", "same.example")
			g.net.Cores[0].Domain = named("same.example")
			g.put(coreBNode+"region", "left alone")
			return g.plan()
		},
		"a node goes": func(g *guarded) *plan.Plan {
			g.large()
			g.put(shopNode+"settings/odd", "x")
			g.net.Entries, g.net.Routes = nil, nil
			return g.plan()
		},
		"a Core goes": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Cores, g.net.Cores[0].Links = g.net.Cores[:1], network.Refs{}
			g.net.Users = g.net.Users[:1]
			g.net.Users[0].CoreNodes.To = g.net.Users[0].CoreNodes.To[:1]
			return g.plan()
		},
		"a node is gone already": func(g *guarded) *plan.Plan {
			g.large()
			g.delUnder(shopNode)
			g.delUnder("/sigilgate/paths/")
			g.net.Entries, g.net.Routes = nil, nil
			return g.plan()
		},
		"a node is gone and wanted": func(g *guarded) *plan.Plan {
			g.large()
			g.delUnder(shopNode)
			g.delUnder("/sigilgate/users/1/devices/")
			return g.plan()
		},
		"a marker is gone": func(g *guarded) *plan.Plan {
			g.large()
			g.del(shopNode + "role")
			g.del(alice + "username")
			g.net.Routes = nil
			return g.plan()
		},
		"a new IP": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Cores[1].IP, g.net.Entries[0].IP = named("192.0.2.77"), named("198.51.100.77")
			return g.plan()
		},
		"two IPs are exchanged": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Cores[0].IP, g.net.Cores[1].IP = g.net.Cores[1].IP, g.net.Cores[0].IP
			return g.plan()
		},
		"an Entry in a Core's place": func(g *guarded) *plan.Plan {
			g.put(coreBNode+"health", "healthy")
			node := g.net.Cores[1].Node
			node.Addr = addr.New(addr.Entry, "new", addr.NoKey)
			g.net.Cores = g.net.Cores[:1]
			g.net.Entries = append(g.net.Entries, network.Entry{Node: node, BoundTo: to(g.net.Cores[0].Addr)})
			return g.plan()
		},
		"unique values move": func(g *guarded) *plan.Plan {
			g.large()
			a, b := &g.net.Cores[0], &g.net.Cores[1]
			a.Number, b.Number = b.Number, a.Number
			a.Domain, g.net.Entries[0].Domain = g.net.Entries[0].Domain, a.Domain
			a.UUID = named(someUUID)
			g.apply()
			a.UUID, b.UUID = named(laptop[:35]+"9"), named(someUUID)
			g.net.Users[0].Username, g.net.Users[1].Username = named("bob"), named("alice")
			a.Number, b.Number = b.Number, a.Number
			a.Domain, b.Domain = named("new.example"), a.Domain
			return g.plan()
		},
		"all is renamed": func(g *guarded) *plan.Plan {
			g.large()
			warsaw := addr.New(addr.Core, "warsaw", addr.NoKey)
			was := g.net.Cores[1].Addr
			g.net.Cores[1].Addr = warsaw
			g.net.Cores[0].Links.To = []addr.Addr{warsaw}
			for i := range g.net.Users {
				for j, core := range g.net.Users[i].CoreNodes.To {
					if core == was {
						g.net.Users[i].CoreNodes.To[j] = warsaw
					}
				}
			}
			g.net.Users[1].Devices[0].Core = to(warsaw)
			g.net.Users[1].Devices[0].Name = "screen"
			g.net.Users[1].Devices[0].Addr = g.net.Users[1].Addr.DeviceOf("screen")
			g.net.Routes[0].Addr = addr.New(addr.Route, "renamed", addr.NoKey)
			return g.plan()
		},
		"a protected node goes": func(g *guarded) *plan.Plan {
			g.net.Cores[1].Lifecycle.PreventDestroy = true
			g.apply()
			g.net.Cores = g.net.Cores[:1]
			return g.plan()
		},
		"all changes are ignored": func(g *guarded) *plan.Plan {
			g.large()
			for i := range g.net.Cores {
				g.net.Cores[i].Lifecycle.IgnoreChanges = []string{"all"}
			}
			g.net.Entries[0].Lifecycle.IgnoreChanges = []string{"bound_to", "status"}
			g.net.Users[0].Lifecycle.IgnoreChanges = []string{"core_nodes", "access"}
			g.net.Cores[0].Region, g.net.Cores[0].Links = named("zz"), network.Refs{Named: true}
			g.net.Entries[0].BoundTo = to(g.net.Cores[1].Addr)
			g.net.Users[0].Access = network.Words{Named: true, Values: []string{"internet"}}
			return g.plan()
		},
	}
}
