package acl_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// The small network: three Cores and three Entries, one of them archived with
// an IP that begins like another one's, routes with an archived one among
// them, a user with a device, and a role with every kind of target.
const (
	amsIP, wawIP, fraIP   = "10.0.0.1", "10.0.0.2", "10.0.0.3"
	shopIP, blogIP, oldIP = "10.1.0.1", "10.1.0.2", "10.1.0.10"
	phone                 = "11111111-1111-4111-8111-111111111111"
)

func named(text string) network.Text { return network.Text{Value: text, Named: true} }

func ref(kind addr.Kind, name string) network.Ref {
	return network.Ref{To: at(kind, name), Named: true}
}

func newNode(kind addr.Kind, name, ip, status string) network.Node {
	return network.Node{Addr: at(kind, name), IP: named(ip), Domain: named(name + ".example.net"), Status: named(status)}
}

func newRoute(entry, core, status string) network.Route {
	return network.Route{
		Addr: at(addr.Route, entry+"_"+core), Entry: ref(addr.Entry, entry), Core: ref(addr.Core, core), Status: named(status),
	}
}

func newUser(name string, roles ...string) network.ACLUser {
	return network.ACLUser{Addr: at(addr.ACLUser, name), Name: name, Roles: roles}
}

func onCore(core string) network.ACLUser {
	u := newUser(core, "core")
	u.Core = ref(addr.Core, core)
	return u
}

func onEntry(entry string) network.ACLUser {
	u := newUser(entry, "entry")
	u.Entry = ref(addr.Entry, entry)
	return u
}

// small is the network anew, for a test to change.
func small() *network.Network {
	bob := at(addr.User, "bob")
	n := &network.Network{Catalogue: schema.Network(), Name: "small", Prefix: "/net/", Cells: []network.Cell{{Addr: at(addr.Cell, "main"), Domain: named("cell.example.net")}}}
	for name, ip := range map[string]string{"ams": amsIP, "waw": wawIP, "fra": fraIP} {
		n.Cores = append(n.Cores, network.Core{Node: newNode(addr.Core, name, ip, network.Active)})
	}
	n.Entries = []network.Entry{
		{Node: newNode(addr.Entry, "shop", shopIP, network.Active), BoundTo: ref(addr.Core, "ams")},
		{Node: newNode(addr.Entry, "blog", blogIP, network.Inactive), BoundTo: ref(addr.Core, "waw")},
		{Node: newNode(addr.Entry, "old", oldIP, network.Archived), BoundTo: ref(addr.Core, "ams")},
	}
	n.Routes = []network.Route{
		newRoute("shop", "ams", network.Active), newRoute("shop", "fra", network.Inactive), newRoute("shop", "waw", network.Archived),
		newRoute("blog", "waw", network.Active), newRoute("old", "ams", network.Active),
	}
	n.Users = []network.User{{
		Addr: bob, ID: network.Number{Value: 7, Named: true}, Username: named("bob"),
		Devices: []network.Device{{Addr: bob.DeviceOf("phone"), Name: "phone", UUID: named(phone), Core: ref(addr.Core, "ams")}},
	}}
	n.ACL = network.ACL{Declared: true, Auth: "cert", Roles: smallRoles(), Users: []network.ACLUser{
		newUser("alice", "root"), newUser("ci", "planner"), newUser("watch", "drift"),
		onCore("ams"), onCore("waw"), onCore("fra"), onEntry("shop"), onEntry("blog"), onEntry("old"),
		newUser("helper", "support"), newUser("reader", "audit", "nothing"),
	}}
	n.Normalize()
	return n
}

func smallRoles() []network.ACLRole {
	bob := at(addr.User, "bob")
	objects := []network.Target{
		{Object: at(addr.Core, "ams")},
		{Object: at(addr.Entry, "shop")},
		{Object: at(addr.Cell, "main")},
		{Object: at(addr.Route, "shop_ams")},
		{Object: bob},
	}
	fields := []network.Target{
		{Object: at(addr.Entry, "blog"), Field: "status"},
		{Object: at(addr.Entry, "blog"), Field: "bound_to"},
		{Object: at(addr.Core, "fra"), Field: "settings"},
		{Object: at(addr.Core, "fra"), Field: "tls"},
		{Object: at(addr.Core, "fra"), Field: "links"},
		{Object: bob.DeviceOf("phone"), Field: "status"},
		{Object: at(addr.Route, "blog_waw"), Field: "service_name"},
		{Key: "motd"},
		{Key: "api_tokens/"},
	}
	return []network.ACLRole{
		{Addr: at(addr.ACLRole, "audit"), Name: "audit", Grants: []network.Grant{
			{Access: "read", On: []network.Target{{Collection: "network"}}},
			{Access: "write", On: []network.Target{{Collection: "users"}, {Collection: "routes"}}},
		}},
		{Addr: at(addr.ACLRole, "support"), Name: "support", Grants: []network.Grant{
			{Access: "read", On: objects},
			{Access: "write", On: fields},
			{Access: "readwrite", On: []network.Target{{Object: bob.DeviceOf("phone")}}},
		}},
		{Addr: at(addr.ACLRole, "nothing"), Name: "nothing", Grants: []network.Grant{{Access: "read", On: []network.Target{
			{Collection: "nodes"},
			{Collection: "cells"},
			{Collection: "topology"},
			{Collection: "paths"},
			{Object: at(addr.Entry, "shop"), Field: "status"},
			{Key: "nodes/" + shopIP + "/"},
		}}}},
	}
}

// ownKeys are sigilform's keys as its state lays them out.
func ownKeys() acl.Own {
	l := state.NewLayout("small")
	return acl.Own{Head: l.Head(), Objects: l.ObjectsPrefix(), Networks: state.NetworksPrefix, DigestKey: l.DigestKey(), PlanKey: l.PlanKey()}
}

func private() acl.Private {
	l := state.NewLayout("small")
	return acl.Private{History: l.HistoryPrefix(), Journal: l.JournalPrefix()}
}

func kindsOf(n *network.Network) []acl.Kind {
	return acl.Kinds(n, keys.NewLayout(schema.Network(), n.Prefix), ownKeys(), private())
}

func compile(tb testing.TB, n *network.Network) *acl.Set {
	tb.Helper()
	set, found := acl.Compile(n, keys.NewLayout(schema.Network(), n.Prefix), ownKeys())
	if len(found) > 0 {
		tb.Fatalf("compile: %v", found)
	}
	return set
}

// wordsOf names what a network has.
func wordsOf(n *network.Network) acl.Words {
	known := map[string]addr.Addr{"7": at(addr.User, "bob"), phone: at(addr.User, "bob").DeviceOf("phone")}
	for i := range n.Cores {
		known[n.Cores[i].IP.Value] = n.Cores[i].Addr
	}
	for i := range n.Entries {
		known[n.Entries[i].IP.Value] = n.Entries[i].Addr
	}
	for i := range n.Cells {
		known[n.Cells[i].Domain.Value] = n.Cells[i].Addr
	}
	return acl.Words{Layout: keys.NewLayout(schema.Network(), n.Prefix), Own: ownKeys(), Name: func(id string) string { return known[id].String() }}
}
