package acl

import (
	"cmp"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// Kind is a kind of data with the ranges that hold it in one network: each a
// key, or all keys of a set or map. No range of any kind overlaps another.
type Kind struct {
	Name   string
	Ranges []kv.Range
}

// Private are those of sigilform's own keys that nobody but Root reaches.
type Private struct{ History, Journal string }

// The kinds of data that are no fields; in a matrix they come last.
const (
	kindCounter = "user id counter"
	kindState   = "sigilform's state"
	kindHistory = "history and journal"
	kindTokens  = "tokens of others"
)

// nobody is an identity that nothing can have.
const nobody = "?"

// Kinds are all kinds of data of a network. An identity that is not chosen yet
// is stood for by one that nothing can have, and so is a kind without objects:
// whoever may do something to all objects of its kind may do so to this one.
func Kinds(n *network.Network, layout keys.Layout, own Own, private Private) []Kind {
	k := &kinds{layout: layout, ips: map[addr.Addr]string{}}
	for _, name := range append(layout.Catalogue().Data(), kindCounter, kindState, kindHistory, kindTokens) {
		k.out = append(k.out, Kind{Name: name})
	}
	for i := range n.Cores {
		k.node(addr.Core, &n.Cores[i].Node)
	}
	for i := range n.Entries {
		k.node(addr.Entry, &n.Entries[i].Node)
	}
	for i := range n.Cells {
		k.fields(addr.Cell, n.Cells[i].Domain.Value, "")
	}
	for i := range n.Routes {
		r := &n.Routes[i]
		k.fields(addr.Route, k.ips[r.Entry.To]+"/"+k.ips[r.Core.To], "")
	}
	for i := range n.Users {
		k.user(&n.Users[i])
	}
	k.standIns(n)
	k.add(kindCounter, kv.Range{Key: layout.UserIDCounter()})
	k.add(kindState, kv.Range{Key: own.Head}, kv.Below(own.Objects), kv.Below(own.Networks), kv.Range{Key: own.DigestKey}, kv.Range{Key: own.PlanKey})
	k.add(kindHistory, kv.Below(private.History), kv.Below(private.Journal))
	for _, prefix := range layout.ForeignPrefixes() {
		k.add(kindTokens, kv.Below(prefix))
	}
	return k.out
}

// standIns are for kinds without any object.
func (k *kinds) standIns(n *network.Network) {
	if len(n.Cells) == 0 {
		k.fields(addr.Cell, nobody, "")
	}
	if len(n.Routes) == 0 {
		k.fields(addr.Route, nobody+"/"+nobody, "")
	}
	if len(n.Users) == 0 {
		k.user(&network.User{})
	}
	if !slices.ContainsFunc(n.Users, func(u network.User) bool { return len(u.Devices) > 0 }) {
		k.fields(addr.Device, nobody, nobody)
	}
}

type kinds struct {
	layout keys.Layout
	ips    map[addr.Addr]string
	out    []Kind
}

func (k *kinds) add(name string, ranges ...kv.Range) {
	i := slices.IndexFunc(k.out, func(kind Kind) bool { return kind.Name == name })
	k.out[i].Ranges = append(k.out[i].Ranges, ranges...)
}

// fields puts each field that an object may have into its kind of data.
func (k *kinds) fields(of addr.Kind, id, parent string) {
	for _, f := range k.layout.FieldRanges(of, id, parent) {
		if f.Data != "" {
			k.add(f.Data, f.Range)
		}
	}
}

func (k *kinds) node(kind addr.Kind, n *network.Node) {
	k.ips[n.Addr] = n.IP.Value
	k.fields(kind, n.IP.Value, "")
}

func (k *kinds) user(u *network.User) {
	id := nobody + u.Addr.String()
	if u.ID.Named || u.ID.Value > 0 {
		id = decimal(u.ID.Value)
	}
	k.fields(addr.User, id, "")
	for i := range u.Devices {
		uuid := cmp.Or(u.Devices[i].UUID.Value, nobody+u.Devices[i].Addr.String())
		k.fields(addr.Device, uuid, id)
	}
}
