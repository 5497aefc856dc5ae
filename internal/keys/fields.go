package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// FieldName is the name of the field that a key holds, as the kind of its
// object calls it; ok is false for a key that is not a field of the kind.
func (l Layout) FieldName(kind addr.Kind, at Location) (name string, ok bool) {
	_, name, ok = l.index(kind).find(at.base, at.path)
	return name, ok
}

// Order is the place of a field, or of one of its members, among those of its
// kind, behind all of them for what the kind has not.
func (l Layout) Order(kind addr.Kind, name string) int {
	fields := l.index(kind).fields
	field, _, _ := schema.Cut(name)
	for i, f := range fields {
		if f.Name == name || f.Many() && f.Name == field {
			return i
		}
	}
	return len(fields)
}

// FieldRange is a field by its name with its key, or with all keys of a set
// or map.
type FieldRange struct {
	Name string
	// Data is the kind of data that the field is, empty for one that objects of
	// the kind can't have.
	Data string
	kv.Range
}

// FieldRanges are all fields that an object may have.
func (l Layout) FieldRanges(kind addr.Kind, id, parent string) []FieldRange {
	x := l.index(kind)
	out := make([]FieldRange, 0, len(x.fields))
	for _, f := range x.fields {
		if r, ok := l.Range(kind, id, parent, f.Name); ok {
			of := x.kind.Place(f.Base).Of
			next := FieldRange{Name: f.Name, Range: r}
			if of == "" || of == kind {
				next.Data = x.kind.DataOf(f)
			}
			out = append(out, next)
		}
	}
	return out
}

// ClassOf is the class of a field by its name; what the kind does not have is
// operational.
func (l Layout) ClassOf(kind addr.Kind, name string) schema.Class {
	f := l.stored(kind, name)
	if f == nil {
		return schema.Operational
	}
	return f.Class
}

// Essential reports whether no object of a kind is without a field: the plan
// chooses its value, or there is a default.
func (l Layout) Essential(kind addr.Kind, name string) bool {
	f := l.stored(kind, name)
	return f != nil && (f.Generated || f.Default != "")
}

// Follows is the field that a stamp goes with; of one that is written once, the
// object's marker. What has neither follows nothing.
func (l Layout) Follows(kind addr.Kind, stamp string) string {
	x := l.index(kind)
	if f, _, ok := x.byName(stamp); ok && f.Follows != "" {
		return f.Follows
	}
	if x.marker == nil {
		return ""
	}
	return x.marker.Name
}
