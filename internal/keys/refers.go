package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// IsLink reports whether the key is a link between two nodes.
func (at Location) IsLink() bool { return at.base == schema.Links }

// IsBinding reports whether the key binds an Entry to its Core.
func (at Location) IsBinding() bool { return at.base == schema.Bindings }

// Member is the member of the set or map that a key is of, the far end of a
// link, else what the key is below its object.
func (l Layout) Member(at Location) string {
	if f, name, ok := l.index(at.Space).find(at.base, at.path); ok && f.Many() {
		return name[len(f.Name)+1:]
	}
	return at.path
}

// Refers reports whether the key refers to another object by itself, so that
// without it the object stays and the reference is gone. One of a node's own is
// written with the node.
func (l Layout) Refers(at Location) bool {
	if at.base != schema.Own {
		return true
	}
	f, _, ok := l.index(at.Space).find(at.base, at.path)
	return ok && f.Refers != "" && at.Space != Node
}

// Carries reports whether the key is a member of a set without which an object
// below this one may not refer to the same: the Core of a user.
func (l Layout) Carries(at Location) bool {
	f, _, ok := l.index(at.Space).find(at.base, at.path)
	if !ok || !f.Whole() {
		return false
	}
	for _, k := range l.below {
		for i := range k.Fields {
			if k.Parent == at.Space && k.Fields[i].Among == f.Name {
				return true
			}
		}
	}
	return false
}

// Needed is what must be there for as long as a key has its value.
type Needed struct {
	Key string
	// Role is what a node's marker must hold; empty where any value will do.
	Role addr.Kind
	// Object says that Key is the marker of an object, else it is another
	// reference without which this one may not stand.
	Object bool
}

// Requires lists what a key with a value needs, as the catalogue says what
// refers to what: what the object's identity is made of, its parent, the object
// that a key beside belongs to, and what the field refers to.
func (l Layout) Requires(key, value string) []Needed {
	at, ok := l.Locate(key)
	if !ok {
		return nil
	}
	x := l.index(at.Space)
	f, name, known := x.find(at.base, at.path)
	if !known && (at.Space == Node || at.Space == addr.User) {
		return nil // a stray key refers to nothing
	}
	var out []Needed
	place := x.kind.Place(at.base)
	switch {
	case at.base != schema.Own && place.Depends:
		out = append(out, l.object(place.Of, at.ID))
	case at.base == schema.Own:
		out = l.identityRequires(x.kind, at)
	}
	if !known || f.Refers == "" {
		return out
	}
	to := value
	if f.Many() {
		to = name[len(f.Name)+1:]
	}
	out = append(out, l.object(f.Refers, to))
	if place.Mutual {
		out = append(out, Needed{Key: l.Reverse(at)})
	}
	if f.Among != "" {
		out = append(out, Needed{Key: l.FieldKey(x.kind.Parent, at.Parent, "", f.Among+"."+to)})
	}
	return out
}

// identityRequires is what every key of an object needs: its parent, and the
// objects that its identity is made of.
func (l Layout) identityRequires(k *schema.Kind, at Location) []Needed {
	if k.Parent != "" {
		return []Needed{l.object(k.Parent, at.Parent)}
	}
	var out []Needed
	rest := at.ID
	for _, f := range k.Parts() {
		if f.Refers == "" {
			return nil
		}
		var id string
		id, rest, _ = strings.Cut(rest, "/")
		out = append(out, l.object(f.Refers, id))
	}
	return out
}

// object is the need of an object, of a node with its role.
func (l Layout) object(kind addr.Kind, id string) Needed {
	out := Needed{Key: l.Marker(kind, id, ""), Object: true}
	if Space(kind) == Node {
		out.Role = kind
	}
	return out
}

// Names lists the markers of the objects that a key with a value refers to.
func (l Layout) Names(key, value string) []string {
	var out []string
	for _, n := range l.Requires(key, value) {
		if n.Object {
			out = append(out, n.Key)
		}
	}
	return out
}

// RefersTo is the kind of the objects that a field refers to, with the identity
// that its name or its value gives; empty where it refers to nothing.
func (l Layout) RefersTo(kind addr.Kind, name, value string) (to addr.Kind, id string) {
	f, member, ok := l.index(kind).byName(name)
	switch {
	case !ok || f.Refers == "":
		return "", ""
	case f.Many():
		return f.Refers, member
	}
	return f.Refers, value
}
