package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
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
	short := l
	short.prefix = ""
	var out []string
	for holder, x := range l.indexes {
		anyone, named := identities(x.kind)
		for _, id := range named {
			if key := short.base(schema.Own, holder, id, kv.AnyPart); short.mayName(key+"_", kind) {
				out = append(out, key)
			}
		}
		for _, f := range x.fields {
			key := short.base(f.Base, holder, anyone, kv.AnyPart) + f.Key
			if f.Many() {
				key += kv.NamePart
			}
			if short.mayName(key, kind) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// identities are that of anyone, and those in which one part is the name.
func identities(k *schema.Kind) (anyone string, named []string) {
	parts := slices.Repeat([]string{kv.AnyPart}, len(k.Parts()))
	for i := range parts {
		form := slices.Clone(parts)
		form[i] = kv.NamePart
		named = append(named, strings.Join(form, "/"))
	}
	return strings.Join(parts, "/"), named
}

// mayName reports whether a key of a form requires an object of a kind that it names.
func (l Layout) mayName(key string, kind addr.Kind) bool {
	return slices.ContainsFunc(l.Requires(key, kv.NamePart), func(n Needed) bool {
		return n.Object && n.Key == l.Marker(kind, kv.NamePart, "") && (n.Role == "" || n.Role == kind)
	})
}
