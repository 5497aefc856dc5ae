package addr

import (
	"cmp"
	"strconv"
)

// Key is the key of one instance of a block: absent, a string of for_each, or
// a number of count. The zero value is "no key". Keys are comparable.
type Key struct {
	kind keyKind
	text string
	num  int
}

type keyKind uint8

const (
	noKey keyKind = iota
	intKey
	stringKey
)

// NoKey is the key of a block without for_each and count.
var NoKey = Key{} //nolint:gochecknoglobals // an immutable zero value with a name

// StringKey is the key of an instance of for_each.
func StringKey(s string) Key { return Key{kind: stringKey, text: s} }

// IntKey is the key of an instance of count.
func IntKey(n int) Key { return Key{kind: intKey, num: n} }

// IsSet reports whether there is a key at all.
func (k Key) IsSet() bool { return k.kind != noKey }

// Text is the key's plain text ("ams", "3"), empty where there is none.
func (k Key) Text() string {
	switch k.kind {
	case stringKey:
		return k.text
	case intKey:
		return strconv.Itoa(k.num)
	case noKey:
	}
	return ""
}

// String prints the key as it stands in an address: ["ams"], [3] or nothing.
func (k Key) String() string {
	switch k.kind {
	case stringKey:
		return "[" + quote(k.text) + "]"
	case intKey:
		return "[" + strconv.Itoa(k.num) + "]"
	case noKey:
	}
	return ""
}

// Compare orders keys: none, then numbers by value, then strings.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.kind, o.kind), cmp.Compare(k.num, o.num), cmp.Compare(k.text, o.text))
}
