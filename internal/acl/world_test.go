package acl_test

import (
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

func own() acl.Own {
	l := state.NewLayout("t")
	return acl.Own{Head: l.Head(), Objects: l.ObjectsPrefix(), Networks: state.NetworksPrefix, DigestKey: l.DigestKey(), PlanKey: l.PlanKey()}
}

func layout() keys.Layout { return keys.NewLayout(schema.Network(), "/sigilgate/") }

func at(kind addr.Kind, name string) addr.Addr { return addr.New(kind, name, addr.NoKey) }

func to(a addr.Addr) network.Ref { return network.Ref{To: a, Named: true} }

func text(s string) network.Text { return network.Text{Value: s, Named: true} }

// town has n Cores and m Entries, each with a user of its own.
func town(cores, entries int) *network.Network {
	n := &network.Network{Catalogue: schema.Network(), Name: "t", Prefix: "/sigilgate/", MaxCoresPerEntry: 9}
	for i := range cores {
		a := at(addr.Core, fmt.Sprintf("c%d", i))
		n.Cores = append(n.Cores, network.Core{Node: network.Node{Addr: a, IP: text(fmt.Sprintf("10.0.0.%d", i+1))}})
		n.ACL.Users = append(n.ACL.Users, network.ACLUser{Addr: at(addr.ACLUser, a.Name), Name: a.Name, Core: to(a), Roles: []string{"core"}})
	}
	for i := range entries {
		a := at(addr.Entry, fmt.Sprintf("e%d", i))
		n.Entries = append(n.Entries, network.Entry{Node: network.Node{Addr: a, IP: text(fmt.Sprintf("10.1.0.%d", i+1))}})
		n.ACL.Users = append(n.ACL.Users, network.ACLUser{Addr: at(addr.ACLUser, a.Name), Name: a.Name, Entry: to(a), Roles: []string{"entry"}})
	}
	for _, role := range []string{"planner", "drift", "root"} {
		n.ACL.Users = append(n.ACL.Users, network.ACLUser{Addr: at(addr.ACLUser, role), Name: role, Roles: []string{role}})
	}
	return n
}

// bind binds an Entry to a Core, route makes a route of it to one.
func bind(n *network.Network, entry, core int) { n.Entries[entry].BoundTo = to(n.Cores[core].Addr) }

func route(n *network.Network, entry, core int) {
	name := fmt.Sprintf("e%d_c%d", entry, core)
	n.Routes = append(n.Routes, network.Route{Addr: at(addr.Route, name), Entry: to(n.Entries[entry].Addr), Core: to(n.Cores[core].Addr)})
}

func compiled(t interface{ Fatal(args ...any) }, n *network.Network) *acl.Set {
	n.Normalize()
	set, found := acl.Compile(n, layout(), own())
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	return set
}

// allKeys are every field of every object of a network, sigilform's own keys,
// and others', each once.
func allKeys(n *network.Network) []string {
	l := state.NewLayout("t")
	out := []string{
		l.Head(), l.DigestKey(), l.PlanKey(), l.Lock(), l.Journal(), l.JournalPart(0), l.History(1), l.HistorySecret(1), l.Network(), l.Probe(),
		l.Record(addr.Core, "10.0.0.1"), l.Record(addr.ACLRole, "core/10.0.0.1"), "/sigilform/v1/elsewhere/head", "/sigilform/v1/elsewhere/objects/core/1",
		"/sigilgate/counters/user_id", "/sigilgate/counters/other", "/sigilgate/api_tokens/1", "/sigilgate/join_tokens/1", "/sigilgate/settings/motd",
		"/sigilgate", "/sigilgate/", "/registry/secret", "/", "zzz", "/sigilgate/nodes", "/sigilgate/nodes/", "/sigilgate/nodes0",
	}
	field := func(kind addr.Kind, id, parent string) {
		for _, name := range []string{
			"role", "status", "status_at", "domain", "cell", "number", "uuid", "service_name", "rotated_at", "region", "health", "health_at",
			"settings.mtu", "tls.sni", "links.10.0.0.9", "bound_to", "username", "created", "hash_telegram_id", "core_nodes.10.0.0.1", "credential",
			"access.internet", "name", "core", "route.core_ip", "route.status", "route.status_at",
		} {
			if r, ok := layout().Range(kind, id, parent, name); ok && r.End == "" {
				out = append(out, r.Key)
			}
		}
	}
	for i := range n.Cores {
		field(addr.Core, n.Cores[i].IP.Value, "")
	}
	for i := range n.Entries {
		field(addr.Entry, n.Entries[i].IP.Value, "")
		for j := range n.Cores {
			field(addr.Route, n.Entries[i].IP.Value+"/"+n.Cores[j].IP.Value, "")
		}
	}
	field(addr.Cell, "cell.example.net", "")
	field(addr.User, "7", "")
	field(addr.Device, "51329cc7-64c0-4147-a96c-3faeb9a24b8b", "7")
	slices.Sort(out)
	return slices.Compact(out)
}
