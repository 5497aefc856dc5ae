package schema

// Class says who decides a field's value; see docs/keys.md.
type Class string

// The classes of fields.
const (
	// Declared: what HCL says is enforced.
	Declared Class = "declared"
	// Initial: written when the object is created, then the network's own,
	// unless a file names it.
	Initial Class = "initial"
	// Rotated: initial, and a file gives only the first value.
	Rotated Class = "rotated"
	// Derived: follows from another field, compared like it.
	Derived Class = "derived"
	// Stamp: written together with its source, never compared.
	Stamp Class = "stamp"
	// Operational: never put by sigilform, deleted with its object.
	Operational Class = "operational"
)
