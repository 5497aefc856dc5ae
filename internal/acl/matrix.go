package acl

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// Kind is one kind of data, as the ranges of all that there is of it.
type Kind struct {
	Name   string
	Ranges []kv.Range
}

// Private are those of sigilform's own keys that nobody but Root reaches, and
// others' keys below the network's prefix.
type Private struct{ History, Journal string }

// Kinds are the kinds of data of a network, with all of its objects.
func Kinds(n *network.Network, layout keys.Layout, own Own, private Private) []Kind {
	k := &kinds{layout: layout, topology: newTopology(n)}
	for i := range n.Cores {
		k.node(addr.Core, n.Cores[i].IP.Value)
		k.field("core paths", addr.Core, n.Cores[i].IP.Value, "service_name")
		k.add("topology", layout.Prefix()+"topology/links/"+n.Cores[i].IP.Value+"/")
	}
	for i := range n.Entries {
		k.node(addr.Entry, n.Entries[i].IP.Value)
		k.add("topology", layout.Prefix()+"topology/bindings/"+n.Entries[i].IP.Value+"/")
	}
	for i := range n.Routes {
		id := k.topology.ids[n.Routes[i].Addr]
		k.add("routes", layout.Prefix()+"paths/"+id+"/")
		k.field("route paths", addr.Route, id, "service_name")
	}
	prefix := layout.Prefix()
	k.add("cells", prefix+"cells/")
	k.add("users", prefix+"users/")
	k.add("device routes", prefix+"routes/")
	k.key("user id counter", layout.UserIDCounter())
	for _, foreign := range layout.ForeignPrefixes() {
		k.add("tokens of others", foreign)
	}
	k.key("state", own.Head)
	k.add("state", own.Objects)
	k.key("digest key", own.DigestKey)
	k.add("history, journal", private.History)
	k.add("history, journal", private.Journal)
	return k.all
}

type kinds struct {
	layout   keys.Layout
	topology *topology
	all      []Kind
	at       map[string]int
}

func (k *kinds) node(kind addr.Kind, ip string) {
	k.add("nodes", k.layout.Prefix()+"nodes/"+ip+"/")
	k.field("status", kind, ip, "status")
	k.field("health", kind, ip, "health")
	k.field("tls", kind, ip, "tls")
}

func (k *kinds) field(name string, kind addr.Kind, id, field string) {
	if r, ok := k.layout.Range(kind, id, "", field); ok {
		k.put(name, r)
	}
}

func (k *kinds) add(name, prefix string) { k.put(name, kv.Below(prefix)) }
func (k *kinds) key(name, key string)    { k.put(name, kv.Range{Key: key}) }

func (k *kinds) put(name string, r kv.Range) {
	if k.at == nil {
		k.at = map[string]int{}
	}
	i, ok := k.at[name]
	if !ok {
		i = len(k.all)
		k.at[name] = i
		k.all = append(k.all, Kind{Name: name})
	}
	k.all[i].Ranges = append(k.all[i].Ranges, r)
}

// Cell counts how much of a kind a user may read and write.
type Cell struct {
	Read  int `json:"read"`
	Write int `json:"write"`
	Of    int `json:"of"`
}

// Row is one user, with a cell for each kind.
type Row struct {
	User  string
	Roles []string
	Cells []Cell
}

// Matrix asks for each user and kind of data what [Can] answers. It is linear
// in the number of users times that of ranges.
func Matrix(a *kv.Auth, all []Kind) []Row {
	out := make([]Row, 0, len(a.Users))
	for _, user := range slices.Sorted(maps.Keys(a.Users)) {
		may := rightsOf(a, user)
		row := Row{User: user, Roles: a.Users[user], Cells: make([]Cell, len(all))}
		for i, kind := range all {
			row.Cells[i].Of = len(kind.Ranges)
			for _, r := range kind.Ranges {
				if may.allow(kv.Read, r) {
					row.Cells[i].Read++
				}
				if may.allow(kv.Write, r) {
					row.Cells[i].Write++
				}
			}
		}
		out = append(out, row)
	}
	return out
}

// rights are a user's, made to be asked many times.
type rights struct {
	everything bool
	// exact are the ranges as they are granted, wide those of more than a key.
	exact map[kv.Range]kv.Access
	wide  map[kv.Access][]Ground
}

func rightsOf(a *kv.Auth, user string) rights {
	roles := a.Users[user]
	out := rights{
		everything: !a.Enabled || slices.Contains(roles, kv.RootName),
		exact:      map[kv.Range]kv.Access{}, wide: map[kv.Access][]Ground{},
	}
	for _, access := range []kv.Access{kv.Read, kv.Write} {
		for _, g := range grounds(a, roles, access) {
			out.exact[g.Range] |= access
			if g.End != "" {
				out.wide[access] = append(out.wide[access], g)
			}
		}
	}
	return out
}

func (r rights) allow(access kv.Access, keys kv.Range) bool {
	if r.everything || r.exact[keys].Allows(access) {
		return true
	}
	_, ok := cover(r.wide[access], keys)
	return ok
}
