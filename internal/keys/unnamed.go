package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// named is the marker of the object that a key with a value names, which is
// another than the one that the key is of.
func (l Layout) named(at Location, value string) (marker string, ok bool) {
	s, name, ok := l.indexes[at.Space].find(at.base, at.path)
	if !ok || s.names == "" {
		return "", false
	}
	if s.many {
		value = name[len(s.name)+1:]
	}
	return l.Marker(s.names, value, ""), true
}

// Unnamed are guards that hold as long as nothing refers to an object of the
// kind, but what is below the object's own [Layout.Prefixes]: one for each row
// of the layout that may name it, and one for the routes that it is an end of.
func (l Layout) Unnamed(kind addr.Kind, id string) []kv.Guard {
	var out []kv.Guard
	add := func(b base, holder addr.Kind, identity, path string) {
		form := l.base(b, holder, identity, kv.AnyPart) + path
		at := len(l.prefix) + strings.IndexAny(form[len(l.prefix):], kv.AnyPart+kv.NamePart)
		out = append(out, kv.Guard{Kind: kv.Unnamed, Key: form[:at], Form: form[at:], Value: id})
	}
	for _, holder := range []addr.Kind{addr.Cell, Node, addr.Route, addr.User, addr.Device} {
		for _, s := range table(holder) {
			switch {
			case s.names != kind:
			case s.many:
				add(s.base, holder, kv.AnyPart, s.path+kv.NamePart)
			default:
				add(s.base, holder, kv.AnyPart, s.path)
			}
		}
	}
	switch kind {
	case addr.Entry:
		add(own, addr.Route, kv.NamePart+"/"+kv.AnyPart, "")
	case addr.Core:
		add(own, addr.Route, kv.AnyPart+"/"+kv.NamePart, "")
	default:
	}
	return out
}
