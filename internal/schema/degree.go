package schema

// Degree is how much of a value may be seen.
type Degree uint8

// The degrees, each stronger than the one before.
const (
	// Open: all of it.
	Open Degree = iota
	// Private: its beginning. It is stored as it is; see docs/guarantees.md.
	Private
	// Secret: nothing of it. Records have a digest of it.
	Secret
)

// Degree is that of the field's values, whatever a file says. A file may mark a
// value as sensitive, which makes it secret.
func (f *Field) Degree() Degree {
	switch {
	case f.Sensitive:
		return Secret
	case f.Private:
		return Private
	}
	return Open
}
