package schema

import (
	"cmp"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Kind is one kind of object.
type Kind struct {
	Name addr.Kind
	// Plural is what a list of them is called.
	Plural string
	// Path is where the keys of all objects of the kind lie, below the network's
	// prefix or, with a parent, below the parent's; it ends in a slash. It is
	// empty for a kind without keys.
	Path   string
	Parent addr.Kind
	// Data is the kind of data that the objects are.
	Data string
	// Counter is the key of the highest identity that was handed out, below the
	// network's prefix, where identities are numbers that are never used again.
	Counter string
	// Beside are the other prefixes of its keys.
	Beside []Place
	// Foreign says that the objects are not part of the network, so that no
	// expression can name them.
	Foreign bool
	// Single says that there is at most one block of the kind.
	Single bool
	// Fields are in the order in which they are listed.
	Fields []Field
	// Computed is what policies see of an object beside its fields.
	Computed []Computed

	leaves []Field
}

// Leaves are the fields that have values of their own: in place of a block its
// members, by the block's name, a dot and their own.
func (k *Kind) Leaves() []Field { return k.leaves }

// leaves are computed once, when a catalogue is made.
func leaves(fields []Field) []Field {
	out := make([]Field, 0, len(fields)+8)
	for _, f := range fields {
		if f.Type != Block {
			out = append(out, f)
		}
		for _, m := range f.Members {
			m.Name, m.Stored, m.Base, m.Class = f.Name+"."+m.Name, f.Stored, f.Base, f.Class
			m.Key = f.Key + m.Key
			if m.Key == f.Key {
				m.Key += m.Name[len(f.Name)+1:]
			}
			out = append(out, m)
		}
	}
	return out
}

// Computed is a value that follows from the whole network: a number, a truth, or
// a set of references.
type Computed struct {
	Name string
	Type Type
	From Computation
}

// Computation says what a [Computed] is.
type Computation uint8

// The computations.
const (
	// HostsMember: whether a Core hosts an etcd member.
	HostsMember Computation = iota
	// KnownCores are the Cores that an Entry's routes in use lead to.
	KnownCores
	// CountBelow is how many objects are below this one.
	CountBelow
)

// Place is a prefix of keys beside the object's own.
type Place struct {
	Base Base
	Path string
	Data string
	// Plural is what all keys there are called.
	Plural string
	// Of is the kind whose keys are there, where several share the space; one
	// of another kind may have some left.
	Of addr.Kind
	// Depends says that a key there needs its object to exist.
	Depends bool
	// Mutual says that a key there needs the same key of the other object.
	Mutual bool
}

// Place is that of a base, empty where the kind has none.
func (k *Kind) Place(b Base) Place {
	if b == Own {
		return Place{Path: k.Path}
	}
	for _, p := range k.Beside {
		if p.Base == b {
			return p
		}
	}
	return Place{}
}

// Field is the field of a name.
func (k *Kind) Field(name string) (*Field, bool) {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return &k.Fields[i], true
		}
	}
	return nil, false
}

// Has reports whether files may give objects of the kind a field; another kind
// of the same space may leave its keys behind.
func (k *Kind) Has(f *Field) bool {
	of := k.Place(f.Base).Of
	return f.Attribute() && (of == "" || of == k.Name)
}

// DataOf is the kind of data that a field is; what is always sensitive is a
// credential.
func (k *Kind) DataOf(f *Field) string {
	return cmp.Or(f.Data, map[bool]string{true: "credentials"}[f.Sensitive], k.Place(f.Base).Data, k.Data)
}

// Parts are the fields that make the identity, in their order in the path.
func (k *Kind) Parts() []*Field {
	var out []*Field
	for i := range k.Fields {
		if k.Fields[i].Identity {
			out = append(out, &k.Fields[i])
		}
	}
	return out
}
