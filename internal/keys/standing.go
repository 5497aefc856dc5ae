package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Status is the name of the field that is the status of objects of a kind, empty
// where they have none.
func (l Layout) Status(kind addr.Kind) string {
	if f := l.index(kind).status; f != nil {
		return f.Name
	}
	return ""
}

// Bound is the name of the field that says which Core administers an object of a
// kind, empty where none does.
func (l Layout) Bound(kind addr.Kind) string {
	for _, f := range l.index(kind).fields {
		if f.Base == schema.Bindings {
			return f.Name
		}
	}
	return ""
}

// Followers are the derived fields of a kind that follow its status.
func (l Layout) Followers(kind addr.Kind) []*schema.Field {
	x := l.index(kind)
	var out []*schema.Field
	for _, f := range x.fields {
		if x.status != nil && f.Class == schema.Derived && f.Follows == x.status.Name {
			out = append(out, f)
		}
	}
	return out
}

// SaysKind reports whether a field's value is the kind of its object, which the
// address says already.
func (l Layout) SaysKind(kind addr.Kind, name string) bool {
	f := l.stored(kind, name)
	return f != nil && f.Class == schema.Derived && f.Derive == schema.KindName
}

// Placed is the key of an object below another whose value must be in a set of
// that: at which of its user's Cores a device is. It is empty where there is none.
func (l Layout) Placed(kind addr.Kind, id, parent string) string {
	f := l.index(kind).among
	if f == nil {
		return ""
	}
	return l.base(f.Base, kind, id, parent) + f.Key
}

// Reverse is the key that one in a mutual place needs of the other object: the
// other direction of a link.
func (l Layout) Reverse(at Location) string {
	return l.base(at.base, at.Space, l.Member(at), "") + at.ID
}

// Declares reports whether a set of a kind refers to other objects.
func (l Layout) Declares(kind addr.Kind, set string) bool {
	f, _, ok := l.index(kind).byName(set + "." + set)
	return ok && f.Whole() && f.Refers != ""
}
