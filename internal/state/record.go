package state

import "github.com/sigilgate/sigilform/internal/addr"

// Record is what was last applied to one object.
type Record struct {
	Kind addr.Kind `json:"-"`
	ID   string    `json:"-"`

	Address string `json:"address"`
	// Parent is the user's id of a device.
	Parent string `json:"parent,omitempty"`
	// Declared holds the last applied value of each enforced field, by name.
	Declared map[string]string `json:"declared,omitempty"`
	// Secret holds the keyed digest of each enforced sensitive field.
	Secret map[string]string `json:"secret,omitempty"`
	// Initial holds the first value of each initial field.
	Initial map[string]string `json:"initial,omitempty"`
	// Sets holds the members of each set that is declared whole, sorted; an
	// empty set is there with no members.
	Sets map[string][]string `json:"sets,omitempty"`
	// Protected refuses the object's deletion.
	Protected bool `json:"protected,omitempty"`
	// Ignore names fields that are left alone.
	Ignore []string `json:"ignore,omitempty"`
}
