package keys

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// MostClaims is how many users, and how many devices, are guarded against others
// that come to have their names and UUIDs: each commit looks through all users.
const MostClaims = 64

// Claim is a value that no other object of the network may have; see
// [schema.Unique].
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
	// Holder says which field holds the value.
	Holder *schema.Holder
	// Keys must all be there. The first holds the value, or is the object's
	// marker where the value is its identity.
	Keys []string
	// Parent is the prefix of the parent's keys, where the value is unique below it.
	Parent string
}

// claim adds a field that holds a unique value to those of its space. What is
// unique by the path of its keys alone can't be twice in a store, and is in none.
// What Cores and Entries have alike is one.
func (l *Layout) claim(c *schema.Catalogue) {
	for _, all := range c.Uniques() {
		if !slices.ContainsFunc(all, func(h schema.Holder) bool { return !h.Field.Identity }) {
			continue
		}
		for _, h := range all {
			space := Space(h.Kind)
			if !slices.ContainsFunc(l.holders[space], h.Same) {
				l.holders[space] = append(l.holders[space], h)
			}
		}
	}
}

// Held lists the claims of an object, whose values at tells by key. What is one
// node's counts at every node, as it does for [Layout.Unheld]: a role is but one
// more key, which others may change.
func (l Layout) Held(kind addr.Kind, id, parent string, at func(key string) (value string, ok bool)) []Held {
	space := Space(kind)
	var out []Held
	for i := range l.holders[space] {
		if held, ok := l.held(&l.holders[space][i], space, id, parent, at); ok {
			out = append(out, held)
		}
	}
	return out
}

func (l Layout) held(h *schema.Holder, kind addr.Kind, id, parent string, at func(key string) (value string, ok bool)) (Held, bool) {
	out := Held{Holder: h, Claim: Claim{Noun: h.Field.Unique.Noun, Value: id}}
	key := l.holds(h, kind, id, parent)
	value, ok := at(key)
	if !ok {
		return out, false
	}
	out.Keys = []string{key}
	if !h.Field.Identity {
		out.Value = value
	}
	if h.Field.Unique.Below {
		out.Within, out.Parent = parent, l.base(schema.Own, l.index(kind).kind.Parent, parent, "")
	}
	if h.Within != nil {
		within := l.base(h.Within.Base, kind, id, parent) + h.Within.Key
		if out.Within, ok = at(within); !ok {
			return out, false
		}
		out.Keys = append(out.Keys, within)
	}
	return out, true
}

// holds is the key that holds a unique value, or the marker of the object whose
// identity it is.
func (l Layout) holds(h *schema.Holder, kind addr.Kind, id, parent string) string {
	if h.Field.Identity {
		return l.Marker(kind, id, parent)
	}
	return l.base(h.Field.Base, kind, id, parent) + h.Field.Key
}

// Canonical is a claim in the form in which all spellings of one value are equal:
// programs outside may write a domain in upper case, or a number with a zero.
func (l Layout) Canonical(h Held) Claim {
	out := h.Claim
	out.Value = h.Holder.Field.Canonical(h.Value)
	within := h.Holder.Within
	if within == nil {
		return out
	}
	out.Within = within.Canonical(h.Within)
	if within.Refers != "" {
		for _, part := range l.catalogue.Kind(within.Refers).Parts() {
			out.Within = part.Canonical(h.Within)
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
	for space, all := range l.holders {
		for i := range all {
			other := &all[i]
			if other.Field.Unique.Noun != h.Noun {
				continue
			}
			parent := kv.AnyPart
			if other.Field.Unique.Below {
				parent = h.Within
			}
			id := kv.AnyPart
			if other.Field.Identity {
				id = kv.NamePart
			}
			key := short.holds(other, space, id, parent)
			at := strings.IndexAny(key, kv.AnyPart+kv.NamePart)
			g := kv.Guard{Kind: kv.Unheld, Key: l.prefix + key[:at], Form: key[at:], Value: h.Value}
			if other.Within != nil {
				g.Beside, g.Within = other.Within.Key, h.Within
			}
			seen[g] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), kv.Guard.Compare)
}
