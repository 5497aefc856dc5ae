package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Range is the key of a field by its name, or for a set or map all keys of its
// members; ok is false for what is not a field of the kind.
func (l Layout) Range(kind addr.Kind, id, parent, name string) (r kv.Range, ok bool) {
	x := l.index(kind)
	if f, exact := x.named[name]; exact {
		return kv.Range{Key: l.base(f.Base, kind, id, parent) + f.Key}, true
	}
	for _, f := range x.many {
		if f.Name == name {
			return kv.Below(l.base(f.Base, kind, id, parent) + f.Key), true
		}
	}
	f, member, ok := x.byName(name)
	if !ok || !isMember(member) {
		return kv.Range{}, false
	}
	return kv.Range{Key: l.base(f.Base, kind, id, parent) + f.Key + member}, true
}

// Ranges are the keys of a field with those that are written together with it:
// its stamp, and what derives from it.
func (l Layout) Ranges(kind addr.Kind, id, parent, name string) []kv.Range {
	first, ok := l.Range(kind, id, parent, name)
	if !ok {
		return nil
	}
	out := []kv.Range{first}
	for _, f := range l.index(kind).fields {
		if f.Follows == name {
			out = append(out, l.Ranges(kind, id, parent, f.Name)...)
		}
	}
	return out
}
