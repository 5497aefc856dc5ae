package state

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

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
	// Marked holds the keyed digest of each value that was applied as sensitive
	// in a field that is not enforced (any more): the network may still hold it.
	Marked map[string]string `json:"marked,omitempty"`
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

// Hides reports whether the value of a field must not be shown: what was ever
// applied as sensitive stays so, whatever the network made of it since.
func (r *Record) Hides(name string) bool {
	if r == nil {
		return false
	}
	_, enforced := r.Secret[name]
	return enforced || r.Marks(name)
}

// Marks reports whether a field was applied as sensitive and is not enforced.
func (r *Record) Marks(name string) bool {
	if r == nil {
		return false
	}
	_, marked := r.Marked[name]
	return marked
}

// Hidden are the fields whose values must not be shown, sorted.
func (r *Record) Hidden() []string {
	if r == nil {
		return nil
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(r.Secret)), maps.Keys(r.Marked))
	slices.Sort(names)
	return slices.Compact(names)
}

// SensitiveDigest is the digest of the value that was last applied to a field
// as a sensitive one, empty where none was.
func (r *Record) SensitiveDigest(name string) string {
	if r == nil {
		return ""
	}
	if digest, ok := r.Secret[name]; ok {
		return digest
	}
	return r.Marked[name]
}
