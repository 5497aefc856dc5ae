package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Unnamed are guards that hold as long as nothing refers to an object of the
// kind but what is below the object's own [Layout.Prefixes]: one for each form
// of keys that may name it.
func (l Layout) Unnamed(kind addr.Kind, id string) []kv.Guard {
	forms := l.forms(kind)
	out := make([]kv.Guard, 0, len(forms))
	for _, form := range forms {
		at := strings.IndexAny(form, kv.AnyPart+kv.NamePart)
		out = append(out, kv.Guard{Kind: kv.Unnamed, Key: l.prefix + form[:at], Form: form[at:], Value: id})
	}
	return out
}

// forms are those of the keys that may name an object of a kind, below the
// network's prefix. They are found by asking what a key of each row of the
// layout requires, in which a star stands for whose key it is and the sign of
// the name for what it is about.
func (l Layout) forms(kind addr.Kind) []string {
	short := Layout{indexes: l.indexes}
	var out []string
	for _, holder := range []addr.Kind{addr.Cell, Node, addr.User, addr.Device} {
		for _, s := range table(holder) {
			key := short.base(s.base, holder, kv.AnyPart, kv.AnyPart) + s.path
			if s.many {
				key += kv.NamePart
			}
			if short.mayName(key, kind) {
				out = append(out, key)
			}
		}
	}
	for _, ends := range []string{kv.NamePart + "/" + kv.AnyPart, kv.AnyPart + "/" + kv.NamePart} {
		if key := short.base(own, addr.Route, ends, ""); short.mayName(key+"_", kind) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mayName reports whether a key of a form requires an object of a kind that it names.
func (l Layout) mayName(key string, kind addr.Kind) bool {
	return slices.ContainsFunc(l.Requires(key, kv.NamePart), func(n Needed) bool {
		return n.Object && n.Key == l.Marker(kind, kv.NamePart, "") && (n.Role == "" || n.Role == kind)
	})
}
