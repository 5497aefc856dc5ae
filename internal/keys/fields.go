package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// FieldName is the name of the field that a key holds, as the kind of its
// object calls it; ok is false for a key that is no field of the kind.
func (l Layout) FieldName(kind addr.Kind, at Location) (name string, ok bool) {
	_, name, ok = l.indexes[kind].find(at.base, at.path)
	return name, ok
}

// FieldRange is a field by its name with its key, or with all keys of a set
// or map.
type FieldRange struct {
	Name string
	kv.Range
}

// FieldRanges are all fields that an object may have.
func (l Layout) FieldRanges(kind addr.Kind, id, parent string) []FieldRange {
	rows := table(kind)
	out := make([]FieldRange, 0, len(rows))
	for _, s := range rows {
		if r, ok := l.Range(kind, id, parent, s.name); ok {
			out = append(out, FieldRange{Name: s.name, Range: r})
		}
	}
	return out
}

// ClassOf is the class of a field by its name; what the kind does not have is
// operational.
func (l Layout) ClassOf(kind addr.Kind, name string) Class {
	s, _, ok := l.indexes[kind].byName(name)
	if !ok {
		return Operational
	}
	return s.class
}

// Follows is the field that a stamp goes with; of one that is written once, the
// object's marker.
func (l Layout) Follows(kind addr.Kind, stamp string) string {
	s, _, _ := l.indexes[kind].byName(stamp)
	if s.source == "" {
		return l.indexes[kind].marker.name
	}
	return s.source
}
