package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Set is the set that a field is a member of, empty for one that is of none.
func (l Layout) Set(kind addr.Kind, name string) string {
	if f := l.stored(kind, name); f != nil && f.Whole() {
		return f.Name
	}
	return ""
}

// Open reports whether a value of a field tells nothing that a digest could
// keep: it is empty, or one of the three words of a status, which three guesses
// find.
func (l Layout) Open(kind addr.Kind, name, value string) bool {
	if value == "" {
		return true
	}
	f := l.stored(kind, name)
	if f == nil || f.Check != schema.Status && f.Derive != schema.ActiveOnly {
		return false
	}
	return schema.IsStatus(value)
}

// Words reports whether a field holds text that may repeat a secret; any other
// refers to an object, or is a number or one of a few words.
func (l Layout) Words(kind addr.Kind, name string) bool {
	f := l.stored(kind, name)
	if f == nil || f.Refers != "" || f.Check == schema.Status {
		return false
	}
	switch f.Class {
	case schema.Declared, schema.Initial, schema.Rotated:
		return f.Type == schema.Text || f.Type == schema.List || f.Type == schema.Map || f.Type == schema.Block
	case schema.Derived, schema.Stamp, schema.Operational:
	}
	return false
}

// Generated are the stored fields of a kind that the plan chooses values for.
func (l Layout) Generated(kind addr.Kind) []*schema.Field {
	var out []*schema.Field
	for _, f := range l.index(kind).fields {
		if f.Generated {
			out = append(out, f)
		}
	}
	return out
}

// Title is the name of the field that people call objects of a kind by, empty
// where there is none.
func (l Layout) Title(kind addr.Kind) string {
	if f := l.index(kind).title; f != nil {
		return f.Name
	}
	return ""
}

// StandsOn reports whether a field may not be there without another reference:
// the other direction of a link, the same Core of a device's user.
func (l Layout) StandsOn(kind addr.Kind, name string) bool {
	f, _, ok := l.index(kind).byName(name)
	return ok && f.Among != "" || l.Mutual(kind, name)
}

// Mutual reports whether a field needs the same one of the other object: a link.
func (l Layout) Mutual(kind addr.Kind, name string) bool {
	x := l.index(kind)
	f, _, ok := x.byName(name)
	return ok && x.kind.Place(f.Base).Mutual
}

// Referred reports whether a field of some kind refers to objects of a kind.
func (l Layout) Referred(kind addr.Kind) bool {
	for _, x := range l.indexes {
		for i := range x.kind.Fields {
			if x.kind.Fields[i].Refers == kind {
				return true
			}
		}
	}
	return false
}
