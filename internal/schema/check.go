package schema

// Check names what every value of a field must be; the room of the model has the rules.
type Check uint8

// The checks.
const (
	// Unchecked: the type is all that is asked.
	Unchecked Check = iota
	// Line is a name for people, on one line; FreeText may have many lines.
	Line
	FreeText
	// Segment is a map whose names become parts of keys, and whose values are
	// free text.
	Segment
	IP
	Domain
	UUID
	Status
	ServiceName
	Right
	Digest
	Credential
	Fingerprint
	TLSVersion
	Port
	Protocols
	// Count is a number that every program reads exactly, Serial one from 1.
	Count
	Serial
)

// Free reports whether a value that passes may be any text, a secret too.
func (c Check) Free() bool {
	switch c {
	case Unchecked, Line, FreeText, Segment, Domain, ServiceName, Credential:
		return true
	default:
		return false
	}
}

// IsStatus reports whether a text is one of the three values of a status.
func IsStatus(s string) bool { return s == "active" || s == "inactive" || s == "archived" }
