package nettest

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// Guard gives a network an ACL: a user of its own for each node, with the role
// of its kind, and root.
func Guard(n *network.Network) *network.Network {
	n.ACL = network.ACL{Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: network.ByCertificate}
	add := func(name, role string, u network.ACLUser) {
		u.Addr, u.Name, u.Roles = addr.New(addr.ACLUser, name, addr.NoKey), name, []string{role}
		n.ACL.Users = append(n.ACL.Users, u)
	}
	for i := range n.Cores {
		add(n.Cores[i].Addr.Name, "core", network.ACLUser{Core: network.Ref{To: n.Cores[i].Addr, Named: true}})
	}
	for i := range n.Entries {
		add(n.Entries[i].Addr.Name, "entry", network.ACLUser{Entry: network.Ref{To: n.Entries[i].Addr, Named: true}})
	}
	add(kv.RootName, kv.RootName, network.ACLUser{})
	return n
}
