package kv

import "strings"

// The parts of a form: a segment is one of them or a text of its own.
const (
	// AnyPart is a segment of any text.
	AnyPart = "*"
	// NamePart is the segment that names. A form without one is of keys whose
	// value names.
	NamePart = "="
)

// Names is what a key with a value names by the form of an Unnamed guard; ok is
// false for a key that is not of the form. A form says how a key goes on after
// the guard's Key, segment by segment between slashes: "*/core_nodes/=" are the
// keys "7/core_nodes/192.0.2.1", which name 192.0.2.1. One that ends in a slash
// is of all keys below that.
func (g Guard) Names(key, value string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(key, g.Key)
	if !ok {
		return "", false
	}
	name, form := value, g.Form
	for {
		part, more, deeper := strings.Cut(form, "/")
		if deeper && more == "" {
			// All that is below: the last segment needs something after it.
			segment, below, ok := strings.Cut(rest, "/")
			return named(name, part, segment), ok && below != "" && fits(part, segment)
		}
		segment, below, ok := strings.Cut(rest, "/")
		if ok != deeper || !fits(part, segment) {
			return "", false
		}
		name = named(name, part, segment)
		if !deeper {
			return name, true
		}
		form, rest = more, below
	}
}

func fits(part, segment string) bool {
	return segment != "" && (part == AnyPart || part == NamePart || part == segment)
}

func named(name, part, segment string) string {
	if part == NamePart {
		return segment
	}
	return name
}

// known is how the keys that name the guard's Value begin after its Key: the
// form up to its first segment of any text.
func (g Guard) known() string {
	known := ""
	for form := g.Form; ; {
		part, more, deeper := strings.Cut(form, "/")
		if part == AnyPart || !deeper {
			return known
		}
		if part == NamePart {
			part = g.Value
		}
		known, form = known+part+"/", more
		if more == "" {
			return known
		}
	}
}
