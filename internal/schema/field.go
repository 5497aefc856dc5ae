package schema

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Field is one field of a kind: an attribute of its block, a key, or both.
type Field struct {
	// Name is the attribute's name, by which plans, records and reports know the
	// field too. The name of a member of a set or map follows it after a dot.
	Name string
	Type Type
	// Refers is the kind of the objects that the field refers to: one for a
	// [Text], any number for a [Set].
	Refers addr.Kind
	// Members are the attributes of a [Block].
	Members []Field

	// Stored says that the field is a key, Key what follows the prefix that
	// Base names; of a set, map or block it ends in a slash or is empty, and the
	// member follows.
	Stored bool
	Key    string
	Base   Base
	Class  Class
	// Marker says that the object exists by this key.
	Marker bool
	// Identity says that the value is in the path of the keys, not in a key.
	Identity bool
	// Other says that only an object of another kind of the same space has the
	// field: nobody writes it here.
	Other bool
	// Follows is the field that a derived one or a stamp goes with, Derive how;
	// Only is the field without which it is not there.
	Follows string
	Derive  Derivation
	Only    string
	// Among is the set of the object's parent that must have the value.
	Among string
	// Unique says among which objects only one has the value.
	Unique Unique

	// Label says that the block's label gives the value, and no attribute.
	Label bool
	// Required says that a block must have the attribute.
	Required bool
	// Generated says that the plan chooses the value where a file gives none.
	Generated bool
	// Default is the value where a file gives none.
	Default string
	// Sensitive says that the value is never shown, whatever a file says.
	Sensitive bool
	// Private says that the value identifies a device or a person: it is stored as
	// it is, and shown by its beginning.
	Private bool
	// Covert says that expressions must not show the value, as it may be taken
	// back to a person; reports may.
	Covert bool
	// Title says that people call the object by the value.
	Title bool
	// Check is what every value must be.
	Check Check
	// Unseen says that policies do not see the field.
	Unseen bool

	// Data is the kind of data that the field is, where it is another than its
	// object's or its place's: who may do what is told by those.
	Data string

	// Itself says that a Core writes the field of itself, Administered that it
	// writes it of the Entries bound to it and of their routes, Connects that an
	// Entry reads it of the Cores that its routes lead to: by their built-in roles.
	Itself, Administered, Connects bool

	// Doc is the meaning for who writes files, Otherwise what holds where the
	// attribute is left out, if no other column says it.
	Doc, Otherwise string
	// Value is what the key holds, for who reads the store, Read that programs
	// of today read it, In what gives the value where no attribute does.
	Value string
	Read  bool
	In    string
}

// Type is the type of a field's value.
type Type uint8

// The types of fields.
const (
	// Text is one line or many, Number a decimal number, Bool true or false.
	Text Type = iota
	Number
	Bool
	// List is texts in order, stored joined with commas.
	List
	// Set is texts or references, each a key by itself, declared whole.
	Set
	// Map is texts by name, each a key by itself, declared one by one.
	Map
	// Block is a nested block, whose members are stored as those of a map.
	Block
	// Mixed is a list of objects, words and texts.
	Mixed
)

// Base says below which of an object's prefixes a field lies.
type Base uint8

// The bases of fields.
const (
	// Own is the prefix of the object itself.
	Own Base = iota
	// Links and Bindings are those of the topology, Routes that of a device's route.
	Links
	Bindings
	Routes
)

// Derivation says how a derived field follows.
type Derivation uint8

// The derivations.
const (
	// Copied: it is the same.
	Copied Derivation = iota
	// KindName: it is the name of the object's kind.
	KindName
	// ActiveOnly: it is active where its source is, else archived.
	ActiveOnly
)

// Many reports whether each member of the field is a key by itself.
func (f *Field) Many() bool { return f.Type == Set || f.Type == Map || f.Type == Block }

// Whole reports whether a set is declared whole, not member by member.
func (f *Field) Whole() bool { return f.Type == Set }

// Attribute reports whether a file may name the field in its block.
func (f *Field) Attribute() bool {
	switch f.Class {
	case Derived, Stamp, Operational:
		return false
	case Declared, Initial, Rotated:
	}
	return !f.Label
}

// Seen reports whether policies see the field's value.
func (f *Field) Seen() bool {
	return !f.Unseen && !f.Generated && !f.Sensitive && !f.Covert && f.Type != Block
}

// Daily reports whether the network writes the field all day.
func (f *Field) Daily() bool {
	switch f.Class {
	case Operational, Rotated, Stamp:
		return !f.Other
	case Declared, Initial, Derived:
	}
	return false
}

// Member is the attribute of a block that a name after the dot is of.
func (f *Field) Member(name string) (*Field, bool) {
	for i := range f.Members {
		if f.Members[i].Name == name {
			return &f.Members[i], true
		}
	}
	return nil, false
}

// Cut parts the name of a member from that of its field.
func Cut(name string) (field, member string, isMember bool) { return strings.Cut(name, ".") }
