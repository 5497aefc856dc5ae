package keys

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Flatten turns a normalised and valid network into flat fields, sorted by
// kind and identity. Everything that is generated must have been chosen: an
// object without its identity, a Core without a UUID, a node without a service
// name is an error. now is the text of all stamps, RFC 3339 in UTC.
func Flatten(n *network.Network, l Layout, now string) ([]Object, error) {
	if count := n.CountLinks(); count > network.MaxLinks {
		return nil, fmt.Errorf("the Cores have %d links, and a network has at most %d", count, network.MaxLinks)
	}
	f := &flattener{network: n, layout: l, now: now, catalogue: l.catalogue, links: n.Links(), ids: map[addr.Addr]string{}}
	f.index()
	for i := range n.Cells {
		f.object(addr.Cell, &n.Cells[i], "", n.Cells[i].Lifecycle)
	}
	for i := range n.Cores {
		f.object(addr.Core, &n.Cores[i], "", n.Cores[i].Lifecycle)
	}
	for i := range n.Entries {
		f.object(addr.Entry, &n.Entries[i], "", n.Entries[i].Lifecycle)
	}
	for i := range n.Routes {
		f.object(addr.Route, &n.Routes[i], "", n.Routes[i].Lifecycle)
	}
	for i := range n.Users {
		u := &n.Users[i]
		id := f.object(addr.User, u, "", u.Lifecycle)
		for j := range u.Devices {
			f.object(addr.Device, &u.Devices[j], id, deviceLifecycle(u.Lifecycle))
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	slices.SortFunc(f.objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Kind.Rank(), b.Kind.Rank()), strings.Compare(a.ID, b.ID))
	})
	return f.objects, nil
}

type flattener struct {
	network   *network.Network
	layout    Layout
	catalogue *schema.Catalogue
	now       string
	// links are those of each Core, whoever names them.
	links map[addr.Addr][]addr.Addr
	// ids are the identities of what can be referred to, by address.
	ids     map[addr.Addr]string
	objects []Object
	// err is the first value that was not chosen.
	err error
}

// need notes a value that should have been chosen.
func (f *flattener) need(a addr.Addr, name, value string) {
	if value == "" && f.err == nil {
		f.err = fmt.Errorf("%s has no %s", a, name)
	}
}

// index notes the identities of the kinds that something refers to.
func (f *flattener) index() {
	referred := map[addr.Kind]bool{}
	for _, k := range f.catalogue.Kinds() {
		for i := range k.Fields {
			referred[k.Fields[i].Refers] = !k.Foreign || referred[k.Fields[i].Refers]
		}
	}
	f.network.Each(func(kind addr.Kind, o network.Object) {
		if parts := f.catalogue.Kind(kind).Parts(); referred[kind] && len(parts) == 1 {
			f.ids[o.Address()] = identityText(o.Slot(parts[0], false))
		}
	})
}

// deviceLifecycle is what a user's lifecycle means for its devices: they are
// left alone where "device" or "all" says so, and are no more protected than
// any other attribute of the user.
func deviceLifecycle(user network.Lifecycle) network.Lifecycle {
	if Ignored(user.IgnoreChanges, string(addr.Device)) {
		return network.Lifecycle{IgnoreChanges: []string{"all"}}
	}
	return network.Lifecycle{}
}
