package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Range is the key of a field by its name, or for a set or map all keys of its
// members; ok is false for what is no field of the kind.
func (l Layout) Range(kind addr.Kind, id, parent, name string) (r kv.Range, ok bool) {
	x := l.indexes[kind]
	if s, exact := x.named[name]; exact {
		return kv.Range{Key: l.base(s.base, kind, id, parent) + s.path}, true
	}
	for _, s := range x.many {
		if s.name == name {
			return kv.Below(l.base(s.base, kind, id, parent) + s.path), true
		}
	}
	s, member, ok := x.byName(name)
	if !ok || !isMember(member) {
		return kv.Range{}, false
	}
	return kv.Range{Key: l.base(s.base, kind, id, parent) + s.path + member}, true
}

// Ranges are the keys of a field with those that are written together with it:
// its stamp, and what derives from it.
func (l Layout) Ranges(kind addr.Kind, id, parent, name string) []kv.Range {
	first, ok := l.Range(kind, id, parent, name)
	if !ok {
		return nil
	}
	out := []kv.Range{first}
	for _, s := range table(kind) {
		if s.source == name {
			out = append(out, l.Ranges(kind, id, parent, s.name)...)
		}
	}
	return out
}
