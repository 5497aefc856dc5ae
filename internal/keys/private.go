package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Degree is how much of a field's values may be seen, whatever a file says of it.
func (l Layout) Degree(kind addr.Kind, name string) schema.Degree {
	f, member, ok := l.index(kind).byName(name)
	if !ok {
		return schema.Open
	}
	if m, ok := f.Member(member); ok {
		return m.Degree()
	}
	return f.Degree()
}

// Sensitive reports whether a field is sensitive whatever a file says of it.
func (l Layout) Sensitive(kind addr.Kind, name string) bool {
	return l.Degree(kind, name) == schema.Secret
}

// PrivateID reports whether the identities of a kind are private.
func (l Layout) PrivateID(kind addr.Kind) bool { return l.index(kind).privateID }

// Private are the values of an entry that are private: the parts of its key, and
// what it holds.
func (l Layout) Private(e kv.Entry) (out []string) {
	at, ok := l.Locate(e.Key)
	if !ok {
		return nil
	}
	x := l.index(at.Space)
	if x.privateID {
		out = append(out, at.ID)
	}
	if at.Parent != "" && l.index(x.kind.Parent).privateID {
		out = append(out, at.Parent)
	}
	f, name, ok := x.find(at.base, at.path)
	if !ok || l.Degree(at.Space, name) != schema.Private {
		return out
	}
	if _, member, isMember := schema.Cut(name); isMember && f.Whole() {
		return append(out, member)
	}
	return append(out, e.Value)
}
