package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// LiveRef is a live key that refers to another object.
type LiveRef struct {
	// Field is the name of the field, empty where the identity itself refers.
	Field string
	// Key is the key that refers, Marker that of the object referred to.
	Key, Marker string
}

// LiveRefs are the references of a live object to others: a route's to its
// ends, a link's, a binding's and a user's to nodes, a Core's to its cell, a
// device's to its user and its Core.
func LiveRefs(o Live, l Layout) []LiveRef {
	node := func(ip string) string { return l.Marker(Node, ip, "") }
	var out []LiveRef
	switch o.Kind {
	case addr.Route:
		entry, core, _ := strings.Cut(o.ID, "/")
		out = append(out, LiveRef{Key: o.firstKey(), Marker: node(entry)}, LiveRef{Key: o.firstKey(), Marker: node(core)})
	case addr.Device:
		if o.Parent != "" {
			out = append(out, LiveRef{Key: o.firstKey(), Marker: l.Marker(addr.User, o.Parent, "")})
		}
	default:
	}
	for i := range o.Fields {
		for _, marker := range o.namedBy(&o.Fields[i], l) {
			out = append(out, LiveRef{Field: o.Fields[i].Name, Key: o.Fields[i].Key, Marker: marker})
		}
	}
	return out
}

// namedBy are the markers of the objects that a field refers to, but for those
// that the object's identity refers to.
func (o *Live) namedBy(f *LiveField, l Layout) []string {
	if o.Kind == addr.Route {
		return nil
	}
	return slices.DeleteFunc(l.Names(f.Key, f.Value), func(marker string) bool {
		return marker == o.Marker || o.Kind == addr.Device && marker == l.Marker(addr.User, o.Parent, "")
	})
}

func (o *Live) firstKey() string {
	if len(o.Fields) == 0 {
		return o.Marker
	}
	if o.Exists {
		return o.Marker
	}
	return o.Fields[0].Key
}
