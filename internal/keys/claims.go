package keys

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// MostClaims is how many users, and how many devices, are guarded against others
// that come to have their names and UUIDs: each commit looks through all users.
const MostClaims = 64

// Claim is a value that no other object of the network may have; see
// [network.Uniques].
type Claim struct {
	Noun string
	// Within is the value of another field, or the parent, within which the
	// value is unique; empty for the network.
	Within string
	Value  string
}

// Held is a claim with the keys by which an object has it.
type Held struct {
	Claim
	// Field is the name of the field that holds the value.
	Field string
	// Identity says that the value is in the path of the keys.
	Identity bool
	// Keys must all be there. The first holds the value, or is the object's
	// marker where the value is its identity.
	Keys []string
}

// holder is one row of [network.Uniques] for a kind.
type holder struct {
	noun string
	network.Holder
}

// holders are the rows of a kind. What is unique by the path of its keys alone
// can't be twice in a store, and is in none.
func holders(kind addr.Kind) []holder {
	if kind == Node {
		kind = addr.Core
	}
	var out []holder
	for _, u := range network.Uniques() {
		inPaths := true
		for _, h := range u.Holders {
			inPaths = inPaths && h.Identity
		}
		for _, h := range u.Holders {
			if h.Kind == kind && !inPaths {
				out = append(out, holder{noun: u.Noun, Holder: h})
			}
		}
	}
	return out
}

// Held lists the claims of an object, whose values at tells by key. What is a
// Core's counts at every node, as it does for [Layout.Unheld]: a role is but one
// more key, which others may change.
func (l Layout) Held(kind addr.Kind, id, parent string, at func(key string) (value string, ok bool)) []Held {
	if Space(kind) == Node {
		kind = Node
	}
	var out []Held
	for _, h := range l.holders[kind] {
		if held, ok := l.held(h, kind, id, parent, at); ok {
			out = append(out, held)
		}
	}
	return out
}

func (l Layout) held(h holder, kind addr.Kind, id, parent string, at func(key string) (value string, ok bool)) (Held, bool) {
	out := Held{Field: h.Field, Identity: h.Identity, Claim: Claim{Noun: h.noun, Value: id}}
	key := l.Marker(kind, id, parent)
	if !h.Identity {
		key = l.FieldKey(kind, id, parent, h.Field)
	}
	value, ok := at(key)
	if !ok {
		return out, false
	}
	out.Keys = []string{key}
	if !h.Identity {
		out.Value = value
	}
	if h.Below {
		out.Within = parent
	}
	if h.Within != "" {
		within := l.FieldKey(kind, id, parent, h.Within)
		if out.Within, ok = at(within); !ok {
			return out, false
		}
		out.Keys = append(out.Keys, within)
	}
	return out, true
}

// Canonical is a claim in the form in which all spellings of one value are equal:
// programs outside may write a domain in upper case, or a number with a zero.
func (l Layout) Canonical(space addr.Kind, h Held) Claim {
	kind := space
	if kind == Node {
		kind = addr.Core
	}
	out, k := h.Claim, l.catalogue.Kind(kind)
	if f, ok := k.Field(h.Field); ok {
		out.Value = f.Canonical(h.Value)
	}
	for _, other := range l.holders[kind] {
		if other.noun != h.Noun || other.Within == "" {
			continue
		}
		if f, ok := k.Field(other.Within); ok && f.Refers != "" {
			for _, part := range l.catalogue.Kind(f.Refers).Parts() {
				out.Within = part.Canonical(h.Within)
			}
		}
	}
	return out
}

// Unheld are guards that hold as long as nobody holds a claim but by a key that
// the same transaction writes or removes: one for each form of keys that may.
func (l Layout) Unheld(h Held) []kv.Guard {
	short := l
	short.prefix = ""
	seen := map[kv.Guard]bool{}
	for kind, all := range l.holders {
		for _, other := range all {
			if other.noun != h.Noun {
				continue
			}
			parent := kv.AnyPart
			if other.Below {
				parent = h.Within
			}
			key := short.Marker(kind, kv.NamePart, parent)
			if !other.Identity {
				key = short.FieldKey(kind, kv.AnyPart, parent, other.Field)
			}
			at := strings.IndexAny(key, kv.AnyPart+kv.NamePart)
			g := kv.Guard{Kind: kv.Unheld, Key: l.prefix + key[:at], Form: key[at:], Value: h.Value}
			if other.Within != "" {
				beside := short.FieldKey(kind, kv.AnyPart, parent, other.Within)
				g.Beside, g.Within = beside[strings.LastIndexByte(beside, '/')+1:], h.Within
			}
			seen[g] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), kv.Guard.Compare)
}
