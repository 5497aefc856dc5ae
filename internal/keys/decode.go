package keys

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// identity tells live objects apart.
type identity struct {
	space      addr.Kind
	parent, id string
}

// located is an entry with its place, until the role of its node is known.
type located struct {
	at    Location
	entry kv.Entry
}

// Decode groups live entries into objects, sorted by kind, identity and
// parent. Entries that belong to no object are left out; every other one is in
// exactly one object, known or not.
//
// owner is the user of a device as the state knows it, empty where it does
// not: the route of a device belongs to that user's device, also where another
// user has a device of the same UUID, or where nothing but the route is left.
// Only where that device is gone, and another user has one, it is that one's.
func Decode(l Layout, entries []kv.Entry, owner func(uuid string) (user string)) []Live {
	groups := map[identity][]located{}
	parents := map[string]string{}
	users := map[string][]string{}
	for _, e := range entries {
		at, ok := l.Locate(e.Key)
		if !ok {
			continue
		}
		if at.Space == addr.Device && parents[at.ID] == "" {
			parents[at.ID] = cmp.Or(owner(at.ID), at.Parent)
		}
		if at.Space == addr.Device && at.Parent != "" && e.Key == l.Marker(at.Space, at.ID, at.Parent) {
			users[at.ID] = append(users[at.ID], at.Parent)
		}
		key := identity{space: at.Space, parent: at.Parent, id: at.ID}
		groups[key] = append(groups[key], located{at: at, entry: e})
	}
	for id, of := range users {
		if !slices.Contains(of, parents[id]) {
			parents[id] = of[0]
		}
	}
	joinRoutes(groups, parents)
	out := make([]Live, 0, len(groups))
	for key, group := range groups {
		out = append(out, l.live(key, group))
	}
	slices.SortFunc(out, CompareLive)
	return out
}

// joinRoutes moves the keys of a device's route to the device.
func joinRoutes(groups map[identity][]located, parents map[string]string) {
	for id, parent := range parents {
		route := identity{space: addr.Device, id: id}
		if keys, ok := groups[route]; ok && parent != "" {
			device := identity{space: addr.Device, parent: parent, id: id}
			groups[device] = append(groups[device], keys...)
			delete(groups, route)
		}
	}
}

func (l Layout) live(key identity, group []located) Live {
	o := Live{Kind: key.space, ID: key.id, Parent: key.parent}
	if key.space == Node {
		o.Kind = l.role(group)
	}
	o.Marker = l.Marker(o.Kind, o.ID, o.Parent)
	o.Fields = make([]LiveField, 0, len(group))
	for _, g := range group {
		f := l.field(o.Kind, g)
		o.Exists = o.Exists || f.Key == o.Marker
		o.Fields = append(o.Fields, f)
	}
	slices.SortFunc(o.Fields, func(a, b LiveField) int { return strings.Compare(a.Key, b.Key) })
	return o
}

// role is the kind of a node that its marker says.
func (l Layout) role(group []located) addr.Kind {
	marker := l.index(Node).marker
	for _, g := range group {
		if g.at.base == marker.Base && g.at.path == marker.Key {
			if kind := addr.Kind(g.entry.Value); kind == addr.Core || kind == addr.Entry {
				return kind
			}
		}
	}
	return Node
}

func (l Layout) field(kind addr.Kind, g located) LiveField {
	f := LiveField{
		Key: g.entry.Key, Value: g.entry.Value, Class: schema.Operational,
		ModRevision: g.entry.ModRevision, CreateRevision: g.entry.CreateRevision,
	}
	s, name, known := l.index(kind).find(g.at.base, g.at.path)
	if !known {
		// Its path may be the name of a field that lies elsewhere.
		f.Name = strings.TrimPrefix(f.Key, l.prefix)
		return f
	}
	f.Name, f.Class = name, s.Class
	if s.Whole() {
		f.Set = s.Name
	}
	return f
}

// FieldOf reads an entry as a field of an object of a kind, which must be the
// one that [Layout.Locate] finds, or a kind of its space.
func (l Layout) FieldOf(kind addr.Kind, e kv.Entry) LiveField {
	at, _ := l.Locate(e.Key)
	return l.field(kind, located{at: at, entry: e})
}

// CompareLive is the order of [Decode]: by kind, identity and parent.
func CompareLive(a, b Live) int {
	return cmp.Or(
		cmp.Compare(rank(a.Kind), rank(b.Kind)),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Parent, b.Parent),
	)
}

// rank puts nodes of unknown role behind the known ones.
func rank(kind addr.Kind) int {
	if kind == Node {
		return addr.Entry.Rank()
	}
	return kind.Rank()
}

// As reads a live node as one of the given kind, whatever its role says: where
// someone changed the role, its fields still bear the names that its record
// and the configuration know.
func (l Layout) As(o *Live, kind addr.Kind) *Live {
	if o == nil || o.Kind == kind || Space(o.Kind) != Node || Space(kind) != Node {
		return o
	}
	out := *o
	out.Kind = kind
	out.Fields = make([]LiveField, 0, len(o.Fields))
	for _, f := range o.Fields {
		out.Fields = append(out.Fields, l.FieldOf(kind, kv.Entry{
			Key: f.Key, Value: f.Value, ModRevision: f.ModRevision, CreateRevision: f.CreateRevision,
		}))
	}
	return &out
}
