package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// DerivedFields are the names of a kind's derived fields.
func (l Layout) DerivedFields(kind addr.Kind) []string {
	var out []string
	for _, f := range l.index(kind).fields {
		if f.Class == schema.Derived {
			out = append(out, f.Name)
		}
	}
	return out
}

// Derive is the value of a derived field, from the value of its source; ok is
// false where the source has none, or what the field is not there without.
func (l Layout) Derive(kind addr.Kind, name string, source func(name string) (string, bool)) (value string, ok bool) {
	f := l.stored(kind, name)
	if f == nil || f.Class != schema.Derived {
		return "", false
	}
	if f.Derive == schema.KindName {
		return string(kind), true
	}
	if f.Only != "" {
		if _, there := source(f.Only); !there {
			return "", false
		}
	}
	value, ok = source(f.Follows)
	return follow(f.Derive, value), ok
}

// follow is the value that follows from its source's.
func follow(how schema.Derivation, value string) string {
	if how != schema.ActiveOnly || value == network.Active {
		return value
	}
	return network.Archived
}

// Ignored reports whether lifecycle.ignore_changes covers a field: by its
// name, by the map or set that it is in, or by "all".
func Ignored(ignore []string, field string) bool {
	for _, name := range ignore {
		if name == "all" || name == field || strings.HasPrefix(field, name+".") {
			return true
		}
	}
	return false
}
