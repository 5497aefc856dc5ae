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

// Pair is a derived field with the one that it follows, or is not there without.
type Pair struct {
	Derived, Source string
	// Only says that the source's being there counts, whatever its value.
	Only bool
}

// Pairs are what a kind's derived fields go with.
func (l Layout) Pairs(kind addr.Kind) []Pair {
	var out []Pair
	for _, f := range l.index(kind).fields {
		if f.Class != schema.Derived || f.Derive == schema.KindName {
			continue
		}
		out = append(out, Pair{Derived: f.Name, Source: f.Follows})
		if f.Only != "" && f.Only != f.Follows {
			out = append(out, Pair{Derived: f.Name, Source: f.Only, Only: true})
		}
	}
	return out
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
