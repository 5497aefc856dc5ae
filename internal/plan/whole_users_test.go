package plan_test

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

const (
	coreBNode = "/sigilgate/nodes/" + coreB + "/"
	theirUser = "/sigilgate/users/9/"
)

func wholeUsers() map[string]func(g *guarded) *plan.Plan {
	return map[string]func(g *guarded) *plan.Plan{
		"users come and go": func(g *guarded) *plan.Plan {
			g.large()
			carol := addr.New(addr.User, "carol", addr.NoKey)
			g.net.Users[1] = network.User{
				Addr: carol, Username: named("carol"), Credential: network.Text{Value: hash, Named: true, Sensitive: true},
				CoreNodes: network.Refs{Named: true, To: []addr.Addr{g.net.Cores[0].Addr}},
				Devices:   []network.Device{{Addr: carol.DeviceOf("pad"), Name: "pad", Core: to(g.net.Cores[0].Addr)}},
			}
			return g.plan()
		},
		"a device moves to another user": func(g *guarded) *plan.Plan {
			g.large()
			d := g.net.Users[0].Devices[0]
			bob := &g.net.Users[1]
			d.Addr = bob.Addr.DeviceOf("phone")
			d.Core = to(g.net.Cores[1].Addr)
			g.net.Users[0].Devices = nil
			bob.Devices = append(bob.Devices, d)
			return g.plan()
		},
		"a device moves to another Core": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Users[0].Devices[0].Core = to(g.net.Cores[1].Addr)
			g.net.Users[0].CoreNodes.To = []addr.Addr{g.net.Cores[1].Addr}
			return g.plan()
		},
		"a device and its status": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Users[0].Devices[0].Status = named(network.Archived)
			g.net.Users[0].Devices[0].Name, g.net.Users[0].Devices[0].Addr = "mobile", g.net.Users[0].Addr.DeviceOf("mobile")
			g.net.Users[1].Status = named(network.Inactive)
			return g.plan()
		},
		"a user with devices of others goes": func(g *guarded) *plan.Plan {
			g.large()
			g.put(alice+"devices/"+theirs+"/device", "tablet")
			g.put(alice+"devices/"+theirs+"/core_node", coreA)
			g.put("/sigilgate/routes/"+theirs+"/core_ip", coreA)
			g.put(alice+"odd", "x")
			g.net.Users = g.net.Users[1:]
			return g.plan()
		},
		"another id for a user": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Users[0].ID = network.Number{Value: 70, Named: true}
			return g.plan()
		},
		"the counter is ahead": func(g *guarded) *plan.Plan {
			g.put("/sigilgate/counters/user_id", "41")
			for _, name := range []string{"bob", "carol"} {
				g.net.Users = append(g.net.Users, network.User{Addr: addr.New(addr.User, name, addr.NoKey), Username: named(name)})
			}
			return g.plan()
		},
		"a status is named for the first time": func(g *guarded) *plan.Plan {
			g.net.Entries[0].Status, g.net.Cores[0].Status = named(network.Inactive), named(network.Active)
			g.net.Users[0].Status = named(network.Active)
			return g.plan()
		},
		"a status is not named any more": func(g *guarded) *plan.Plan {
			g.net.Entries[0].Status, g.net.Users[0].Status = named(network.Inactive), named(network.Active)
			g.apply()
			g.net.Entries[0].Status, g.net.Users[0].Status = network.Text{}, network.Text{}
			return g.plan()
		},
		"others wrote what is wanted now": func(g *guarded) *plan.Plan {
			g.large()
			g.put(amsNode+"region", "de")
			g.put(amsNode+"settings/token", "another secret")
			g.put(amsNode+"settings/mtu", "1300")
			g.net.Cores[0].Region = named("de")
			g.net.Cores[0].Settings = map[string]network.Text{"mtu": named("1300"), "token": secretly("another secret")}
			return g.plan()
		},
		"a secret that changed is left alone": func(g *guarded) *plan.Plan {
			g.large()
			g.put(amsNode+"settings/token", "by hand")
			g.net.Cores[0].Lifecycle.IgnoreChanges = []string{"settings"}
			return g.plan()
		},
		"a secret is left alone": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Cores[0].Lifecycle.IgnoreChanges = []string{"settings"}
			return g.plan()
		},
		"a secret device moves to another user": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Users[0].Devices[0].Status = secretly(network.Inactive)
			g.apply()
			d, bob := g.net.Users[0].Devices[0], &g.net.Users[1]
			d.Addr, d.Core, d.Status = bob.Addr.DeviceOf("phone"), to(g.net.Cores[1].Addr), network.Text{}
			g.net.Users[0].Devices, bob.Devices = nil, append(bob.Devices, d)
			return g.plan()
		},
		"what is gone comes back otherwise": func(g *guarded) *plan.Plan {
			g.large()
			g.delUnder(shopNode)
			g.delUnder(alice + "devices/")
			g.net.Entries[0].Domain, g.net.Entries[0].Region = named("other.example"), named("de")
			g.net.Users[0].Devices[0].Core = to(g.net.Cores[1].Addr)
			return g.plan()
		},
		"what is gone and left alone is renamed": func(g *guarded) *plan.Plan {
			g.net.Users, g.net.Routes, g.net.Cores[1].Lifecycle.IgnoreChanges = nil, nil, []string{"all"}
			g.apply()
			g.delUnder(coreBNode)
			g.net.Cores[1].Addr = addr.New(addr.Core, "renamed", addr.NoKey)
			return g.plan()
		},
		"a value becomes a secret": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Cores[0].Region = secretly("nl")
			g.net.Cores[0].Settings["token"] = named("very secret")
			g.net.Entries[0].ServiceName = secretly("api.v2.rpc.secret")
			return g.plan()
		},
	}
}

func wholeOthers() map[string]func(g *guarded) *plan.Plan {
	return map[string]func(g *guarded) *plan.Plan{
		"objects of others": func(g *guarded) *plan.Plan {
			g.others()
			return g.plan()
		},
		"objects of others are declared": func(g *guarded) *plan.Plan {
			g.others()
			g.declareTheirs()
			return g.plan()
		},
		"objects of others are adopted": func(g *guarded) *plan.Plan {
			g.others()
			g.declareTheirs()
			return g.plan(adopt)
		},
		"others stand on what goes": func(g *guarded) *plan.Plan {
			g.others()
			g.net.Cores = g.net.Cores[:1]
			return g.plan()
		},
		"what others made goes too": func(g *guarded) *plan.Plan {
			g.others()
			g.net.Cores = g.net.Cores[:1]
			return g.plan(cascade)
		},
		"all goes under others": func(g *guarded) *plan.Plan {
			g.others()
			return g.plan(destroy)
		},
		"all goes with others": func(g *guarded) *plan.Plan {
			g.others()
			return g.plan(destroy, cascade)
		},
		"others hold what is wanted": func(g *guarded) *plan.Plan {
			g.others()
			g.put(theirNode+"domain", "x.example")
			g.put(theirNode+"uuid", someUUID)
			g.net.Cores[0].Domain, g.net.Cores[0].UUID = named("x.example"), named(someUUID)
			g.net.Users = append(g.net.Users, network.User{Addr: addr.New(addr.User, "erin", addr.NoKey), ID: network.Number{Value: 70, Named: true}, Username: named("bob")})
			return g.plan()
		},
		"what is twice already": func(g *guarded) *plan.Plan {
			g.large()
			g.others()
			g.put(theirNode+"domain", "shop.example")
			g.put(theirNode+"uuid", g.value(amsNode+"uuid"))
			g.put(theirNode+"cell_domain", netCell)
			g.put(theirNode+"node_number", "1")
			g.put(coreBNode+"domain", "shop.example")
			return g.plan()
		},
		"what is twice already and secret": func(g *guarded) *plan.Plan {
			g.net.Cores[0].Domain, g.net.Users[0].Username = secretly("secret.example"), secretly("hidden name")
			g.apply()
			g.others()
			g.put(theirNode+"domain", "secret.example")
			g.put(theirUser+"username", "hidden name")
			return g.plan()
		},
		"a plan of a saved snapshot": func(g *guarded) *plan.Plan {
			g.large()
			g.net.Cores[0].Domain, g.net.Users[0].Username = secretly("secret.example"), secretly("hidden name")
			g.apply()
			g.others()
			saved := g.saved(g.T, g.net)
			g.net.Cores[0].Settings["token"] = network.Text{Value: "another secret", Named: true, Sensitive: true}
			g.net.Cores[0].Domain = named("plain.example")
			g.net.Users = g.net.Users[:1]
			return g.offline(g.T, saved, g.net, cascade)
		},
		"others have what was secret": func(g *guarded) *plan.Plan {
			g.net.Cores[1].Region, g.net.Cores[1].Domain = secretly("very hidden"), secretly("hidden.example")
			g.apply()
			held := g.under(wawNode)
			g.net.Cores = g.net.Cores[:1]
			g.apply()
			for key, value := range held {
				g.set(key, value)
			}
			g.revision++
			g.net.Cores = append(g.net.Cores, network.Core{Node: network.Node{
				Addr: addr.New(addr.Core, "waw", addr.NoKey), IP: named(coreB), Region: named("plain"),
			}})
			return g.plan(adopt)
		},
		"what was secret is forgotten at last": func(g *guarded) *plan.Plan {
			keep := func(in *plan.Input) { in.Keep = 2 }
			g.net.Cores[1].Region = secretly("very hidden")
			g.apply(keep)
			g.net.Cores = g.net.Cores[:1]
			for _, region := range []string{"a", "b", "c"} {
				g.net.Cores[0].Region = named(region)
				g.apply(keep)
			}
			g.net.Cores[0].Region = named("d")
			return g.plan(keep)
		},
		"a key that is not UTF-8": func(g *guarded) *plan.Plan {
			g.put(amsNode+"settings/\xff", "x")
			g.put(shopNode+"settings/a", "\xff")
			g.net.Cores[0].Region = named("\xfe")
			g.net.Entries, g.net.Routes = nil, nil
			return g.plan()
		},
		"a link that one end leaves alone": func(g *guarded) *plan.Plan {
			a, b := &g.net.Cores[0], &g.net.Cores[1]
			a.Lifecycle.IgnoreChanges = []string{"links"}
			g.apply()
			a.Links, b.Links = network.Refs{Named: true, To: []addr.Addr{b.Addr}}, network.Refs{Named: true, To: []addr.Addr{a.Addr}}
			return g.plan()
		},
		"a user that leaves its Cores alone": func(g *guarded) *plan.Plan {
			u := &g.net.Users[0]
			u.Lifecycle.IgnoreChanges = []string{"core_nodes"}
			g.apply()
			u.CoreNodes.To = append(u.CoreNodes.To, g.net.Cores[1].Addr)
			u.Devices[0].Core = to(g.net.Cores[1].Addr)
			return g.plan()
		},
		"a device of others with the UUID of ours": func(g *guarded) *plan.Plan {
			g.others()
			g.put(theirUser+"devices/"+deviceUUID+"/device", "his")
			g.put(theirUser+"devices/"+deviceUUID+"/core_node", coreB)
			g.delUnder(alice + "devices/")
			return g.plan()
		},
		"another network shares the prefix": func(g *guarded) *plan.Plan {
			g.put("/sigilform/v1/networks/lab", "/sigilgate/lab/")
			g.net.Prefix = "/sigilgate/"
			g.net.Cores[0].Region = named("de")
			return g.plan()
		},
		"the prefix is another": func(g *guarded) *plan.Plan {
			g.net.Prefix = "/other/"
			return g.plan()
		},
		"a restored cluster": func(g *guarded) *plan.Plan {
			g.net.Cores[0].Region = named("de")
			return g.plan(inCluster("c3"))
		},
		"a restored cluster is continued": func(g *guarded) *plan.Plan {
			g.net.Cores[0].Region = named("de")
			return g.plan(inCluster("c2"), acceptRestored, withLog(77))
		},
	}
}

// others makes one object of each kind that no file declares.
func (g *guarded) others() {
	for key, value := range map[string]string{
		theirNode + "role": "core", theirNode + "region": "fr", theirNode + "settings/mtu": "9000", theirNode + "status": "inactive",
		"/sigilgate/topology/links/203.0.113.9/" + coreB: "", "/sigilgate/topology/links/" + coreB + "/203.0.113.9": "",
		theirUser + "username": "bob", theirUser + "core_nodes/" + coreB: "", theirUser + "devices/" + theirs + "/device": "tablet",
		theirUser + "devices/" + theirs + "/core_node": coreB, "/sigilgate/routes/" + theirs + "/core_ip": coreB,
		"/sigilgate/paths/" + entryA + "/" + coreB + "/service_name": "api.v2.rpc.0123456789abcdef",
		"/sigilgate/nodes/198.51.100.9/role":                         "entry", "/sigilgate/topology/bindings/198.51.100.9/core": coreB,
		"/sigilgate/cells/their.example/status": "active", "/sigilgate/nodes/198.51.100.10/health": "healthy",
		"/sigilgate/settings/motd": "hello",
	} {
		g.set(key, value)
	}
	g.revision++
}

// declareTheirs declares what others made, a little otherwise.
func (g *guarded) declareTheirs() {
	par := addr.New(addr.Core, "par", addr.NoKey)
	g.net.Cores = append(g.net.Cores, network.Core{
		Node:  network.Node{Addr: par, IP: named("203.0.113.9"), Region: named("gb"), Settings: map[string]network.Text{"mtu": named("9000")}},
		Links: network.Refs{Named: true, To: []addr.Addr{g.net.Cores[1].Addr}},
	})
	g.net.Cores[1].Links = network.Refs{Named: true, To: []addr.Addr{par}}
	bob := addr.New(addr.User, "bob", addr.NoKey)
	g.net.Users = append(g.net.Users, network.User{
		Addr: bob, Username: named("bob"), CoreNodes: network.Refs{Named: true, To: []addr.Addr{g.net.Cores[1].Addr, par}},
		Devices: []network.Device{{Addr: bob.DeviceOf("tablet"), Name: "tablet", UUID: named(theirs), Core: to(par)}},
	})
	g.net.Routes = append(g.net.Routes, network.Route{Addr: addr.New(addr.Route, "second", addr.NoKey), Entry: to(g.net.Entries[0].Addr), Core: to(g.net.Cores[1].Addr)})
	g.net.Cells = append(g.net.Cells, network.Cell{Addr: addr.New(addr.Cell, "their", addr.NoKey), Domain: named("their.example")})
}
