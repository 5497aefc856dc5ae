package kv

import (
	"fmt"
	"strings"
)

// Access is what a permission allows: the sum of Read and Write.
type Access uint8

// The accesses. There is no permission without one.
const (
	Read      Access = 1
	Write     Access = 2
	ReadWrite        = Read | Write
)

// Allows reports whether the access holds all of what is wanted.
func (a Access) Allows(want Access) bool { return a&want == want }

// String is "read", "write" or "readwrite".
func (a Access) String() string {
	switch a {
	case Read:
		return "read"
	case Write:
		return "write"
	case ReadWrite:
		return "readwrite"
	}
	return "none"
}

// ParseAccess reads what [Access.String] writes.
func ParseAccess(text string) (Access, bool) {
	for _, a := range []Access{Read, Write, ReadWrite} {
		if a.String() == text {
			return a, true
		}
	}
	return 0, false
}

// Range is a range of keys as a permission of etcd names it: the key alone
// where End is empty, all keys from Key on where End is [Beyond], else those
// from Key up to End, which is not in it.
type Range struct{ Key, End string }

// Beyond as the end of a range means that it has none.
const Beyond = "\x00"

// Below is the range of all keys that begin with a prefix.
func Below(prefix string) Range {
	end := []byte(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return Range{Key: prefix, End: string(end[:i+1])}
		}
	}
	return Range{Key: prefix, End: Beyond}
}

// Prefix is the prefix that the range is below; ok is false for any other range.
func (r Range) Prefix() (prefix string, ok bool) { return r.Key, r.End != "" && Below(r.Key) == r }

// Contains reports whether a key is in the range.
func (r Range) Contains(key string) bool {
	if r.End == "" {
		return key == r.Key
	}
	return key >= r.Key && (r.End == Beyond || key < r.End)
}

// Covers reports whether all keys of another range are in this one.
func (r Range) Covers(other Range) bool {
	switch {
	case other.End == "":
		return r.Contains(other.Key)
	case r.End == "":
		return false
	case r.End == Beyond:
		return other.Key >= r.Key
	}
	return other.Key >= r.Key && other.End != Beyond && other.End <= r.End
}

// String is the key, the prefix with a star, or both ends.
func (r Range) String() string {
	if _, ok := r.Prefix(); ok {
		return r.Key + "*"
	}
	switch r.End {
	case "":
		return r.Key
	case Beyond:
		return fmt.Sprintf("[%q, …)", r.Key)
	}
	return fmt.Sprintf("[%q, %q)", r.Key, r.End)
}

// Compare orders ranges by where they begin, then by where they end.
func (r Range) Compare(other Range) int {
	if c := strings.Compare(r.Key, other.Key); c != 0 {
		return c
	}
	return strings.Compare(r.End, other.End)
}
