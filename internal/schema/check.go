package schema

import (
	"cmp"
	"strings"
)

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

// Canonical is the form in which two spellings of one value are equal: domains,
// UUIDs and digests in lower case, a domain without its final dot, a number without leading
// zeros. What is no such value is left as it is.
func (f *Field) Canonical(value string) string {
	switch {
	case f.Check == Domain:
		return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(value)), ".")
	case f.Check == UUID, f.Check == Digest, f.Check == Fingerprint:
		return strings.ToLower(strings.TrimSpace(value))
	case f.Type == Number:
		trimmed := strings.TrimSpace(value)
		if trimmed == "" || strings.Trim(trimmed, "0123456789") != "" {
			return value
		}
		return cmp.Or(strings.TrimLeft(trimmed, "0"), "0")
	}
	return value
}
