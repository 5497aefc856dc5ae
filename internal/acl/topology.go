package acl

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// topology is who administers whom and who knows whom, of the nodes and routes
// that are not archived.
type topology struct {
	// ips are of all nodes, also archived ones; archived holds those.
	ips      map[addr.Addr]string
	archived map[addr.Addr]bool
	// bound are the Entries of a Core, routed the IPs of the Cores of an Entry.
	bound  map[addr.Addr][]addr.Addr
	routed map[addr.Addr][]string
	// ids are the identities of users, cells, devices with their parents.
	ids     map[addr.Addr]string
	parents map[addr.Addr]string
}

func newTopology(n *network.Network) *topology {
	t := &topology{
		ips: map[addr.Addr]string{}, archived: map[addr.Addr]bool{},
		bound: map[addr.Addr][]addr.Addr{}, routed: map[addr.Addr][]string{},
		ids: map[addr.Addr]string{}, parents: map[addr.Addr]string{},
	}
	for i := range n.Cores {
		t.node(&n.Cores[i].Node)
	}
	for i := range n.Entries {
		t.node(&n.Entries[i].Node)
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		if e.BoundTo.Named && !t.archived[e.Addr] && !t.archived[e.BoundTo.To] {
			t.bound[e.BoundTo.To] = append(t.bound[e.BoundTo.To], e.Addr)
		}
	}
	for i := range n.Routes {
		t.route(&n.Routes[i])
	}
	t.rest(n)
	return t
}

func (t *topology) node(n *network.Node) {
	t.ips[n.Addr] = n.IP.Value
	t.archived[n.Addr] = n.Status.Value == network.Archived
}

func (t *topology) route(r *network.Route) {
	entry, core := t.ips[r.Entry.To], t.ips[r.Core.To]
	t.ids[r.Addr] = entry + "/" + core
	if r.Status.Value != network.Archived && !t.archived[r.Entry.To] && !t.archived[r.Core.To] {
		t.routed[r.Entry.To] = append(t.routed[r.Entry.To], core)
	}
}

func (t *topology) rest(n *network.Network) {
	for i := range n.Cells {
		t.ids[n.Cells[i].Addr] = n.Cells[i].Domain.Value
	}
	for i := range n.Users {
		u := &n.Users[i]
		id := ""
		if u.ID.Named || u.ID.Value > 0 {
			id = decimal(u.ID.Value)
		}
		t.ids[u.Addr] = id
		for j := range u.Devices {
			d := &u.Devices[j]
			t.ids[d.Addr], t.parents[d.Addr] = d.UUID.Value, id
		}
	}
}

// id is the identity of an object, empty where it is not chosen yet.
func (t *topology) id(a addr.Addr) string {
	if ip, ok := t.ips[a]; ok {
		return ip
	}
	return t.ids[a]
}
