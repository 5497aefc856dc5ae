package nettest

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Name is the name of every network that is made here.
const Name = "sized"

// credential is the argon2id hash of a word that nobody kept.
//
//nolint:gosec // a hash is made to be stored, and this one opens nothing
const credential = "$argon2id$v=19$m=19456,t=2,p=1$LLHxTID4Rdamv+mBoP1Lfg$0snmxernwnj07MMNQEcfzpSfTrBOXnSBClocmkvx+1M"

// Network is the network of a size. It is not normalised yet.
func Network(s Size) *network.Network {
	n := &network.Network{Catalogue: schema.Network(), Name: Name, Prefix: network.DefaultPrefix, MaxCoresPerEntry: network.DefaultMaxCoresPerEntry}
	cell := addr.New(addr.Cell, "main", addr.NoKey)
	n.Cells = []network.Cell{{Addr: cell, Domain: text("cell.example.net")}}
	for i := range s.Cores {
		n.Cores = append(n.Cores, core(cell, i))
	}
	for i := range s.Entries {
		n.Entries = append(n.Entries, entry(s, i))
	}
	for i := range s.Routes {
		n.Routes = append(n.Routes, route(s, i))
	}
	for i := range s.Users {
		n.Users = append(n.Users, user(s, i))
	}
	return n
}

func text(format string, args ...any) network.Text {
	return network.Text{Value: fmt.Sprintf(format, args...), Named: true}
}

func to(kind addr.Kind, i int) network.Ref {
	return network.Ref{To: address(kind, i), Named: true}
}

func address(kind addr.Kind, i int) addr.Addr {
	return addr.New(kind, fmt.Sprintf("%c%05d", kind[0], i), addr.NoKey)
}

func core(cell addr.Addr, i int) network.Core {
	return network.Core{
		Node: network.Node{
			Addr:   address(addr.Core, i),
			IP:     text("10.0.%d.%d", i/250, i%250+1),
			Domain: text("core%d.example.net", i),
			Region: text("r%d", i%7),
			TLS:    network.TLS{SNI: text("www%d.example.net", i), Fingerprint: text("chrome")},
		},
		Cell:   network.Ref{To: cell, Named: true},
		Number: network.Number{Value: uint64(i) + 1, Named: true}, //nolint:gosec // a place in a list is not negative
	}
}

func entry(s Size, i int) network.Entry {
	return network.Entry{
		Node: network.Node{
			Addr:   address(addr.Entry, i),
			IP:     text("10.1.%d.%d", i/250, i%250+1),
			Domain: text("entry%d.example.net", i),
			Region: text("r%d", i%7),
		},
		BoundTo: to(addr.Core, i%s.Cores),
	}
}

// route makes the i-th route: once round the Entries to the Core that each is
// bound to, then round again to the next Core.
func route(s Size, i int) network.Route {
	e, round := i%s.Entries, i/s.Entries
	return network.Route{
		Addr:  address(addr.Route, i),
		Entry: to(addr.Entry, e),
		Core:  to(addr.Core, (e+round)%s.Cores),
	}
}

func user(s Size, i int) network.User {
	u := network.User{
		Addr:       address(addr.User, i),
		Username:   text("user%d", i),
		Credential: network.Text{Value: credential, Named: true, Sensitive: true},
		CoreNodes:  network.Refs{Named: true, To: []addr.Addr{address(addr.Core, i%s.Cores), address(addr.Core, (i+1)%s.Cores)}},
		Access:     network.Words{Values: []string{"internet"}, Named: true},
	}
	u.Devices = []network.Device{{Addr: u.Addr.DeviceOf("phone"), Name: "phone", Core: to(addr.Core, i%s.Cores)}}
	return u
}
