package kv

import (
	"cmp"
	"strings"
)

// GuardKind says what a guard compares.
type GuardKind string

const (
	// Unmoved holds while the key's ModRevision is Revision; 0 means that the
	// key must not exist.
	Unmoved GuardKind = "unmoved"
	// Exists holds while the key exists, whatever its value: its
	// CreateRevision is Revision (it was not deleted and made again).
	Exists GuardKind = "exists"
	// Empty holds while no key starts with Key.
	Empty GuardKind = "empty"
	// NotAfter holds while no key that starts with Key was created after
	// Revision (a range compare of CreateRevision). It sees additions only:
	// neither changes of keys that were there, nor deletions.
	NotAfter GuardKind = "not-after"
	// Unwritten holds while no key from Key up to End, which is not in it, was
	// created or changed after Revision. It does not see deletions.
	Unwritten GuardKind = "unwritten"
	// Unnamed holds while no key that starts with Key names Value by the form
	// Form, but for keys that the transaction itself writes or removes. It is
	// about what is there, not about when that was written.
	Unnamed GuardKind = "unnamed"
	// Unheld holds as an Unnamed does; what it looks for is not a reference but
	// somebody else who has what the transaction takes.
	Unheld GuardKind = "unheld"
	// Differs holds while a key from Key up to End, which is not in it, exists,
	// and none has the value Value. Only [Referring.Watched] makes some.
	Differs GuardKind = "differs"
)

// Guard is one condition of a transaction.
type Guard struct {
	Kind GuardKind `json:"kind"`
	// Key is the key, for Unwritten the first of the range, for the other kinds
	// of many keys the prefix.
	Key      string `json:"key"`
	Revision int64  `json:"revision,omitempty"`
	// End is where the range of an Unwritten, or of a Differs, ends.
	End string `json:"end,omitempty"`
	// Form and Value are what an Unnamed looks for, see [Guard.Names]; Value is
	// what a Differs does.
	Form  string `json:"form,omitempty"`
	Value string `json:"value,omitempty"`
	// Beside and Within narrow an Unheld down to keys with another key beside them
	// that has the value Within.
	Beside string `json:"beside,omitempty"`
	Within string `json:"within,omitempty"`
}

// Looks reports whether the guard is about what is there, not about when it was
// written: see [Referring].
func (g Guard) Looks() bool { return g.Kind == Unnamed || g.Kind == Unheld }

// sibling is the key that lies beside one that the guard is about.
func (g Guard) sibling(key string) string { return key[:strings.LastIndexByte(key, '/')+1] + g.Beside }

// Range is what the guard is about: one key, or a range of them.
func (g Guard) Range() Range {
	switch g.Kind {
	case Empty, NotAfter:
		return Below(g.Key)
	case Unwritten, Differs:
		return Range{Key: g.Key, End: g.End}
	case Unnamed, Unheld:
		return Below(g.Key + g.known())
	case Unmoved, Exists:
	}
	return Range{Key: g.Key}
}

// OpKind says what an operation does.
type OpKind string

const (
	// Put writes Value at Key.
	Put OpKind = "put"
	// Delete removes the one key Key.
	Delete OpKind = "delete"
	// DeletePrefix removes every key that starts with Key.
	DeletePrefix OpKind = "delete-prefix"
	// DeleteRange removes every key from Key, inclusive, to End, exclusive.
	DeleteRange OpKind = "delete-range"
)

// Op is one write.
type Op struct {
	Kind  OpKind `json:"kind"`
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
	// End is where a DeleteRange ends.
	End string `json:"end,omitempty"`
}

// Txn is all writes that happen together, if every guard holds. No key is
// written twice, and no put lies below the prefix of a DeletePrefix or in a
// DeleteRange: the store refuses both.
type Txn struct {
	Guards []Guard
	Ops    []Op
	// Spared are keys that no Unnamed or Unheld minds, as if they were among Ops:
	// who writes knows of them, and guards them in another way.
	Spared []string
}

// Limits are what the store accepts.
type Limits struct {
	// MaxTxnOps is how many compares, or operations, one level of a
	// transaction may hold (etcd's --max-txn-ops).
	MaxTxnOps int
	// MaxRequestBytes is how large an encoded request may be (etcd's
	// --max-request-bytes).
	MaxRequestBytes int
}

// DefaultLimits are those of a stock etcd server: 128 and 1.5 MiB.
func DefaultLimits() Limits { return Limits{MaxTxnOps: 128, MaxRequestBytes: 1536 * 1024} }

// Compare orders guards by what they are about.
func (g Guard) Compare(other Guard) int {
	return cmp.Or(
		strings.Compare(g.Key, other.Key), strings.Compare(string(g.Kind), string(other.Kind)), cmp.Compare(g.Revision, other.Revision),
		strings.Compare(g.End, other.End), strings.Compare(g.Form, other.Form), strings.Compare(g.Value, other.Value),
		strings.Compare(g.Beside, other.Beside), strings.Compare(g.Within, other.Within),
	)
}
