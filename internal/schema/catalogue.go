package schema

import (
	"reflect"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Catalogue is every kind with its fields. It is immutable and safe for
// concurrent use.
type Catalogue struct {
	kinds  []Kind
	byName map[addr.Kind]*Kind
}

// New is the catalogue of some kinds, in the order in which they are listed.
func New(kinds ...Kind) *Catalogue {
	c := &Catalogue{kinds: kinds, byName: make(map[addr.Kind]*Kind, len(kinds))}
	for i := range c.kinds {
		c.kinds[i].leaves = leaves(c.kinds[i].Fields)
		c.byName[c.kinds[i].Name] = &c.kinds[i]
	}
	return c
}

// With is a larger catalogue: a kind has some more fields.
func (c *Catalogue) With(kind addr.Kind, more ...Field) *Catalogue {
	kinds := slices.Clone(c.kinds)
	for i := range kinds {
		if kinds[i].Name == kind {
			kinds[i].Fields = slices.Concat(kinds[i].Fields, more)
		}
	}
	return New(kinds...)
}

// Equal reports whether both say the same.
func (c *Catalogue) Equal(other *Catalogue) bool {
	return c == other || c != nil && other != nil && reflect.DeepEqual(c.kinds, other.kinds)
}

// Kinds are all kinds in order.
func (c *Catalogue) Kinds() []Kind { return c.kinds }

// Below are the kinds whose blocks stand in those of a kind.
func (c *Catalogue) Below(parent addr.Kind) []*Kind {
	var out []*Kind
	for i := range c.kinds {
		if c.kinds[i].Parent == parent {
			out = append(out, &c.kinds[i])
		}
	}
	return out
}

// Kind is the kind of a name, nil where there is none.
func (c *Catalogue) Kind(name addr.Kind) *Kind { return c.byName[name] }

// Network is the catalogue of the network.
func Network() *Catalogue {
	return New(settingsKind(), cellKind(), coreKind(), entryKind(), routeKind(), userKind(), deviceKind(), accessKind(), roleKind(), principalKind())
}
