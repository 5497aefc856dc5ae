package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

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

// Held lists the claims of an object, whose values at tells by key.
func (l Layout) Held(kind addr.Kind, id, parent string, at func(key string) (value string, ok bool)) []Held {
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

// Unheld is a guard that holds as long as no node holds a claim of nodes, but by
// a key that the same transaction writes or removes.
func (l Layout) Unheld(h Held) kv.Guard {
	nodes := l.prefix + l.index(Node).kind.Path
	_, path, _ := strings.Cut(strings.TrimPrefix(h.Keys[0], nodes), "/")
	return kv.Guard{Kind: kv.Unnamed, Key: nodes, Form: kv.AnyPart + "/" + path, Value: h.Value}
}

// Holds reports whether a guard of [Layout.Unheld] is about what a key holds.
func (l Layout) Holds(g kv.Guard, key string) bool {
	at, ok := l.Locate(key)
	return ok && at.Space == Node && at.base == schema.Own && g == l.Unheld(Held{Keys: []string{key}, Claim: Claim{Value: g.Value}})
}
