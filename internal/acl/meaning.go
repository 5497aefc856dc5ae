package acl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Namer is the address of an identity in the configuration: of a node's IP, a
// cell's domain, a user's id, a device's UUID. What has none is named by its
// identity.
type Namer func(id string) string

// meaning is what a range is: of what, and which part of it.
type meaning struct {
	about about
	// whose is the object's address, or what stands for it.
	whose string
	// apart is a phrase of its own about the same object; it leaves no part.
	apart string
	part  string
	// weight orders the parts of one object, or the kinds of keys.
	weight int
}

// about is what a meaning is of; phrases come in this order.
type about uint8

const (
	aboutNetwork about = iota
	aboutKinds
	aboutObject
	aboutOwn
	aboutRange
)

// below stands for any key below a prefix.
const below = "*"

// meaning understands one range. What it does not know it shows.
func (w Words) meaning(keyRange kv.Range) meaning {
	if m, ok := w.kindOf(keyRange); ok {
		return m
	}
	if m, ok := w.ownOf(keyRange); ok {
		return m
	}
	if m, ok := w.objectOf(keyRange); ok {
		return m
	}
	return meaning{about: aboutRange, whose: keyRange.String(), part: keyRange.String()}
}

// kindOf understands all keys of a kind.
func (w Words) kindOf(keyRange kv.Range) (meaning, bool) {
	if keyRange.Key == w.Layout.UserIDCounter() && keyRange.End == "" {
		return meaning{about: aboutKinds, part: "the counter of user ids", weight: len(w.Layout.Catalogue().Wholes())}, true
	}
	prefix, ok := keyRange.Prefix()
	if !ok {
		return meaning{}, false
	}
	rest, ok := strings.CutPrefix(prefix, w.Layout.Prefix())
	if !ok {
		return meaning{}, false
	}
	for i, k := range w.Layout.Catalogue().Wholes() {
		if rest == k.Path {
			return meaning{about: aboutKinds, part: k.Words, weight: i}, true
		}
	}
	return meaning{}, false
}

// ownOf understands sigilform's own keys.
func (w Words) ownOf(keyRange kv.Range) (meaning, bool) {
	for i, k := range []struct {
		keys kv.Range
		part string
	}{
		{kv.Range{Key: w.Own.Head}, "head"},
		{kv.Below(w.Own.Objects), "records"},
		{kv.Below(w.Own.Networks), "list of networks"},
		{kv.Range{Key: w.Own.DigestKey}, "digest key"},
		{kv.Range{Key: w.Own.PlanKey}, "plan key"},
	} {
		if keyRange == k.keys {
			return meaning{about: aboutOwn, part: k.part, weight: i}, true
		}
	}
	return meaning{}, false
}

// objectOf understands an object's keys: one field, all of a map, or all of it.
func (w Words) objectOf(keyRange kv.Range) (meaning, bool) {
	key := keyRange.Key
	prefix, wide := keyRange.Prefix()
	switch {
	case wide && strings.HasSuffix(prefix, "/"):
		key += below
	case keyRange.End != "":
		return meaning{}, false
	}
	at, ok := w.Layout.Locate(key)
	if !ok {
		return w.routesOf(keyRange)
	}
	m := meaning{about: aboutObject, whose: w.whose(at)}
	kind := w.kind(at)
	if wide && slices.Contains(w.Layout.Prefixes(kind, at.ID, at.Parent), prefix) {
		m.part, m.weight = wholePart(at), -1
		return m, true
	}
	if wide && at.Space == addr.User && prefix == w.Layout.Devices(at.ID) {
		m.part = w.Layout.Catalogue().Kind(addr.Device).Plural
		return m, true
	}
	name, ok := w.Layout.FieldName(kind, at)
	if !ok {
		return meaning{}, false
	}
	if wide {
		name, ok = strings.CutSuffix(name, "."+below)
	}
	m.part, m.weight = name, w.Layout.Order(kind, name)
	return m, ok
}

// routesOf understands all routes of one Entry.
func (w Words) routesOf(keyRange kv.Range) (meaning, bool) {
	prefix, _ := keyRange.Prefix()
	rest, ok := strings.CutPrefix(prefix, w.Layout.All(addr.Route))
	ip, end, closed := strings.Cut(rest, "/")
	if !ok || !closed || end != "" {
		return meaning{}, false
	}
	node := w.node(ip)
	return meaning{about: aboutObject, whose: node, apart: "all routes of " + node}, true
}

// The parts of an object that have a prefix of their own.
const (
	wholeFields  = "\x00fields"
	wholeNode    = "\x00node"
	wholeDevice  = "\x00device"
	wholeLinks   = "\x00links"
	wholeBinding = "\x00binding"
	wholeRoute   = "\x00route"
)

func wholePart(at keys.Location) string {
	switch {
	case at.IsLink():
		return wholeLinks
	case at.IsBinding():
		return wholeBinding
	case at.Space == addr.Device && at.Parent == "":
		return wholeRoute
	case at.Space == addr.Device:
		return wholeDevice
	case at.Space == keys.Node:
		return wholeNode
	}
	return wholeFields
}

// kind is the kind by which a node's fields are named.
func (w Words) kind(at keys.Location) addr.Kind {
	if at.Space != keys.Node {
		return at.Space
	}
	a, err := addr.Parse(w.Name(at.ID))
	if err != nil {
		return keys.Node
	}
	return a.Kind
}

// whose names the object of a key.
func (w Words) whose(at keys.Location) string {
	if at.Space == keys.Node {
		return w.node(at.ID)
	}
	if at.Space == addr.Route {
		entry, core, _ := strings.Cut(at.ID, "/")
		return "the route of " + w.node(entry) + " to " + w.node(core)
	}
	return cmp.Or(w.Name(at.ID), string(at.Space)+" "+at.ID)
}

func (w Words) node(ip string) string { return cmp.Or(w.Name(ip), "node "+ip) }
