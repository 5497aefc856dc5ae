package network

import "github.com/sigilgate/sigilform/internal/addr"

// Each visits every object of the network, kind by kind, a user's devices after
// the user.
func (n *Network) Each(visit func(kind addr.Kind, o Object)) {
	for i := range n.Cells {
		visit(addr.Cell, &n.Cells[i])
	}
	for i := range n.Cores {
		visit(addr.Core, &n.Cores[i])
	}
	for i := range n.Entries {
		visit(addr.Entry, &n.Entries[i])
	}
	for i := range n.Routes {
		visit(addr.Route, &n.Routes[i])
	}
	for i := range n.Users {
		visit(addr.User, &n.Users[i])
		for j := range n.Users[i].Devices {
			visit(addr.Device, &n.Users[i].Devices[j])
		}
	}
}

// Add makes an object that a block declares, to be filled at once: the next one
// may move it. Devices are added to their users.
func (n *Network) Add(a addr.Addr, lc Lifecycle) Object {
	switch a.Kind {
	case addr.Cell:
		n.Cells = append(n.Cells, Cell{Addr: a, Lifecycle: lc})
		return &n.Cells[len(n.Cells)-1]
	case addr.Core:
		n.Cores = append(n.Cores, Core{Node: Node{Addr: a, Lifecycle: lc}})
		return &n.Cores[len(n.Cores)-1]
	case addr.Entry:
		n.Entries = append(n.Entries, Entry{Node: Node{Addr: a, Lifecycle: lc}})
		return &n.Entries[len(n.Entries)-1]
	case addr.Route:
		n.Routes = append(n.Routes, Route{Addr: a, Lifecycle: lc})
		return &n.Routes[len(n.Routes)-1]
	case addr.User:
		n.Users = append(n.Users, User{Addr: a, Lifecycle: lc})
		return &n.Users[len(n.Users)-1]
	case addr.Network, addr.Device, addr.ACL, addr.ACLRole, addr.ACLUser:
	}
	return nil
}
