package plan_test

import (
	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

func moved(answer plan.Moved) option { return func(in *plan.Input) { in.Moved = answer } }

// changeALot carries out a change of every kind, after serial 1, and lets the
// network move on.
func (g *guarded) changeALot() {
	g.others()
	g.declareTheirs()
	ams := &g.net.Cores[0]
	ams.Region, ams.UUID, ams.Status = named("de"), named(someUUID), named(network.Inactive)
	ams.Settings = map[string]network.Text{"mtu": named("1300"), "token": {Value: "very secret", Named: true, Sensitive: true}}
	g.net.Entries[0].Status, g.net.Entries[0].BoundTo = named(network.Archived), to(g.net.Cores[1].Addr)
	g.net.Users[0].Credential.Value += "x"
	g.net.Users[0].Devices = nil
	g.carryOut(g.plan(adopt))
	g.net.Routes = g.net.Routes[1:]
	g.net.Users[1].Devices[0].Core = to(g.net.Cores[1].Addr)
	g.net.Entries[0].ServiceName = named("api.v2.rpc.ours")
	g.carryOut(g.plan())
}

func wholeBack() map[string]func(g *guarded) *plan.Plan {
	return map[string]func(g *guarded) *plan.Plan{
		"back to the first": func(g *guarded) *plan.Plan {
			g.changeALot()
			return g.backToFirst()
		},
		"back by one": func(g *guarded) *plan.Plan {
			g.changeALot()
			return g.backTo(2)
		},
		"back where the network moved on": func(g *guarded) *plan.Plan {
			g.changeALot()
			g.moveOn()
			return g.backToFirst()
		},
		"back and what moved on stays": func(g *guarded) *plan.Plan {
			g.changeALot()
			g.moveOn()
			return g.backToFirst(moved(plan.MovedKeep))
		},
		"back and what moved on goes": func(g *guarded) *plan.Plan {
			g.changeALot()
			g.moveOn()
			return g.backToFirst(moved(plan.MovedRestore))
		},
		"back to what was destroyed": func(g *guarded) *plan.Plan {
			g.large()
			g.history = append(g.history[:0], historyOf(&plan.Plan{Serial: g.state().Head.Serial - 1}))
			g.history[0].Serial = g.state().Head.Serial
			g.carryOut(g.plan(destroy))
			return g.backTo(1)
		},
		"back over what was adopted and deleted": func(g *guarded) *plan.Plan {
			g.others()
			g.declareTheirs()
			g.carryOut(g.plan(adopt))
			g.net.Cores, g.net.Users, g.net.Routes, g.net.Cells = base().Cores, g.net.Users[:1], g.net.Routes[:1], nil
			g.carryOut(g.plan(cascade))
			return g.backToFirst()
		},
		"back to links that only one end remembers": func(g *guarded) *plan.Plan {
			a, b := &g.net.Cores[0], &g.net.Cores[1]
			a.Links, b.Links = network.Refs{Named: true, To: []addr.Addr{b.Addr}}, network.Refs{Named: true, To: []addr.Addr{a.Addr}}
			g.apply()
			g.history = []state.History{{Serial: 1}, {Serial: 2}}
			g.members(state.ID{Kind: addr.Core, ID: coreA}, "links")
			g.members(state.ID{Kind: addr.User, ID: "1"}, "core_nodes")
			a.Links, b.Links = network.Refs{Named: true}, network.Refs{Named: true}
			g.carryOut(g.plan())
			return g.backTo(2)
		},
		"back over a Core that is new": func(g *guarded) *plan.Plan {
			third := addr.New(addr.Core, "third", addr.NoKey)
			g.net.Cores = append(g.net.Cores, network.Core{Node: network.Node{Addr: third, IP: named("192.0.2.3")}, Links: network.Refs{Named: true, To: []addr.Addr{g.net.Cores[0].Addr}}})
			g.net.Cores[0].Links = network.Refs{Named: true, To: []addr.Addr{third}}
			g.net.Users[0].CoreNodes.To = append(g.net.Users[0].CoreNodes.To, third)
			g.net.Users[0].Devices[0].Core = to(third)
			g.net.Entries[0].BoundTo = to(third)
			g.carryOut(g.plan())
			g.put("/sigilgate/topology/links/192.0.2.3/"+coreB, "")
			g.put("/sigilgate/topology/links/"+coreB+"/192.0.2.3", "")
			g.put(theirUser+"username", "bob")
			g.put(theirUser+"core_nodes/192.0.2.3", "")
			return g.backToFirst()
		},
		"back with secrets": func(g *guarded) *plan.Plan {
			g.net.Cores[0].Region, g.net.Cores[0].Settings = secretly("hidden region"), map[string]network.Text{"token": secretly("very secret")}
			g.carryOut(g.plan())
			g.net.Cores[0].Region, g.net.Cores[0].Settings = named("plain"), map[string]network.Text{"token": secretly("another secret")}
			g.net.Users[0].Credential.Value += "x"
			g.carryOut(g.plan())
			g.net.Cores[0].Settings = nil
			g.carryOut(g.plan())
			return g.backTo(2)
		},
		"back over an authentication": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			return g.backToFirst()
		},
		"back to no authentication": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			return g.backToFirst(disableAuth)
		},
	}
}

func (g *guarded) moveOn() {
	g.put(amsNode+"region", "moved")
	g.put(amsNode+"uuid", laptop)
	g.put(amsNode+"settings/mtu", "1200")
	g.put(shopNode+"status", "active")
	g.put(shopNode+"client_service_name", "rotated")
	g.del(amsNode + "settings/token")
	g.put(theirNode+"region", "moved")
	g.put("/sigilgate/topology/bindings/"+entryA+"/core", coreA)
}

// declareRoles is an acl with a role of its own, and with users of every role.
func (g *guarded) declareRoles() {
	g.live.Revision = 7
	g.live.Roles[acl.RoleName(g.net.Name, "role/support")] = map[kv.Range]kv.Access{{Key: "/theirs"}: kv.Read}
	g.declare()
	g.net.ACL.Roles = []network.ACLRole{{Addr: addr.New(addr.ACLRole, "support", addr.NoKey), Name: "support", Grants: []network.Grant{
		{Access: "read", On: []network.Target{{Object: g.net.Entries[0].Addr}, {Collection: "users"}}}, {Access: "readwrite", On: []network.Target{{Key: "motd"}}},
	}}}
	for _, name := range []string{"core", "entry", "support"} {
		u := network.ACLUser{Addr: addr.New(addr.ACLUser, "of "+name, addr.NoKey), Name: "of " + name, Roles: []string{name}}
		switch name {
		case "core":
			u.Core = to(g.net.Cores[0].Addr)
		case "entry":
			u.Entry = to(g.net.Entries[0].Addr)
		}
		g.net.ACL.Users = append(g.net.ACL.Users, u)
	}
}

func wholeAccess() map[string]func(g *guarded) *plan.Plan {
	return map[string]func(g *guarded) *plan.Plan{
		"an acl is new": func(g *guarded) *plan.Plan {
			g.declareRoles()
			return g.plan(g.withAuth)
		},
		"an acl is adopted": func(g *guarded) *plan.Plan {
			g.declareRoles()
			return g.plan(g.withAuth, adopt)
		},
		"an acl changes": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.Entries[0].BoundTo = to(g.net.Cores[1].Addr)
			g.net.ACL.Roles[0].Grants = g.net.ACL.Roles[0].Grants[:1]
			g.net.ACL.Users = g.net.ACL.Users[:5]
			g.net.ACL.Users[2].Roles = []string{"planner"}
			return g.plan(g.withAuth)
		},
		"an acl whose nodes are renamed": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			renamed := addr.New(addr.Core, "renamed", addr.NoKey)
			g.net.Cores[0].Addr, g.net.Entries[0].BoundTo, g.net.Routes[0].Core = renamed, to(renamed), to(renamed)
			g.net.Users = nil
			g.net.ACL.Users[3].Core = to(renamed)
			return g.plan(g.withAuth)
		},
		"a role without rights is gone": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.net.Cores[0].Status = named(network.Archived)
			g.carryOut(g.plan(g.withAuth, adopt))
			delete(g.live.Roles, acl.RoleName(g.net.Name, "core/"+coreA))
			return g.plan(g.withAuth)
		},
		"what goes of an acl is gone": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			delete(g.live.Users, "of support")
			delete(g.live.Roles, acl.RoleName(g.net.Name, "role/support"))
			g.net.ACL.Users, g.net.ACL.Roles = g.net.ACL.Users[:5], nil
			return g.plan(g.withAuth)
		},
		"others granted what is not UTF-8": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.live.Roles[acl.RoleName(g.net.Name, "role/support")][kv.Range{Key: "/\xff"}] = kv.Read
			g.live.Roles[acl.RoleName(g.net.Name, "drift")][kv.Range{Key: "/odd", End: "/\xff"}] = kv.Read
			return g.plan(g.withAuth)
		},
		"a rescue user is left": func(g *guarded) *plan.Plan {
			g.live.Users[kv.RescueUser] = []string{"root"}
			return g.plan(g.withAuth)
		},
		"others have a user of that name": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.live.Users["new"] = []string{"theirs"}
			g.live.Users["of core"] = nil
			return g.plan(g.withAuth)
		},
		"an acl drifts": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			name := acl.RoleName(g.net.Name, "role/support")
			g.live.Roles[name][kv.Range{Key: "/added"}] = kv.ReadWrite
			g.live.Roles[acl.RoleName(g.net.Name, "drift")] = map[kv.Range]kv.Access{}
			delete(g.live.Users, "new")
			g.live.Users["dana"] = append(g.live.Users["dana"], "theirs")
			g.live.Enabled = false
			return g.plan(g.withAuth)
		},
		"an acl goes": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.ACL = network.ACL{}
			return g.plan(g.withAuth)
		},
		"an acl goes and authentication with it": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.ACL = network.ACL{}
			return g.plan(g.withAuth, disableAuth)
		},
		"an acl is destroyed": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			return g.plan(g.withAuth, destroy, disableAuth)
		},
		"authentication is turned off": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.ACL.Enforce = false
			return g.plan(g.withAuth, disableAuth)
		},
		"passwords": func(g *guarded) *plan.Plan {
			g.declareWith(network.ByPassword)
			return g.plan(g.withAuth, adopt)
		},
		"passwords become certificates": func(g *guarded) *plan.Plan {
			g.declareWith(network.ByPassword)
			g.carryOut(g.plan(g.withAuth, adopt))
			g.declareWith(network.ByCertificate)
			return g.plan(g.withAuth)
		},
		"certificates become passwords": func(g *guarded) *plan.Plan {
			g.declare()
			g.net.ACL.Enforce = false
			g.carryOut(g.plan(g.withAuth, adopt))
			g.declareWith(network.ByPassword)
			return g.plan(g.withAuth)
		},
		"an acl that nobody can read": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.Entries[0].BoundTo = to(g.net.Cores[1].Addr)
			return g.plan(func(in *plan.Input) { in.Access = plan.AccessInput{Self: "ci"} })
		},
		"nobody can turn authentication on": func(g *guarded) *plan.Plan {
			g.declareRoles()
			return g.plan(func(in *plan.Input) { in.Access = plan.AccessInput{Live: g.live} })
		},
		"somebody else turns authentication on": func(g *guarded) *plan.Plan {
			g.declareRoles()
			return g.plan(adopt, func(in *plan.Input) { in.Access = plan.AccessInput{Live: g.live, Self: "dana"} })
		},
		"authentication without root": func(g *guarded) *plan.Plan {
			g.declareRoles()
			delete(g.live.Users, "root")
			g.net.ACL.Users = g.net.ACL.Users[1:]
			return g.plan(adopt, g.withAuth)
		},
		"root goes while authentication is on": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.ACL.Users = g.net.ACL.Users[1:]
			return g.plan(g.withAuth)
		},
		"authentication would go off": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.ACL.Enforce = false
			return g.plan(g.withAuth)
		},
		"who logs in loses the password": func(g *guarded) *plan.Plan {
			g.declareWith(network.ByPassword)
			g.carryOut(g.plan(g.withAuth, adopt))
			g.declareWith(network.ByCertificate)
			return g.plan(func(in *plan.Input) { in.Access = plan.AccessInput{Live: g.live, Self: "root", LogsIn: true} })
		},
		"another password": func(g *guarded) *plan.Plan {
			g.declareWith(network.ByPassword)
			g.carryOut(g.plan(g.withAuth, adopt))
			g.net.ACL.Users[1].PasswordEnv, g.net.ACL.Users[2].PasswordEnv, g.net.ACL.Users[2].PasswordFile = "OTHER", "", "/run/secret"
			return g.plan(g.withAuth)
		},
		"back over passwords": func(g *guarded) *plan.Plan {
			g.declareWith(network.ByPassword)
			g.carryOut(g.plan(g.withAuth, adopt))
			g.declareWith(network.ByCertificate)
			g.carryOut(g.plan(g.withAuth))
			return g.backTo(2)
		},
		"who applies is cut off": func(g *guarded) *plan.Plan {
			g.declareRoles()
			g.live.Enabled = true
			g.live.Users["dana"] = []string{"root"}
			g.net.ACL.Users = g.net.ACL.Users[1:]
			return g.plan(func(in *plan.Input) { in.Access = plan.AccessInput{Live: g.live, Self: "dana"} }, adopt)
		},
	}
}
