package acl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Namer is the address of an identity in the configuration: of a node's IP, a
// cell's domain, a user's id. What has none is named by its identity.
type Namer func(id string) string

// Words says what ranges of keys mean to a reader.
type Words struct {
	Layout keys.Layout
	Own    Own
	Name   Namer
}

// Phrase is what some grants allow, as the rest of a sentence: "write status
// and health of entry.shop".
type Phrase struct {
	Access kv.Access
	Text   string
	Ranges []kv.Range
}

// thing is what a range is about: an object, and where it is not all of that
// one of its fields.
type thing struct{ object, field string }

// Phrases says what grants allow, one phrase for each object and access.
func (w Words) Phrases(grants []Grant) []Phrase {
	type group struct {
		access kv.Access
		object string
	}
	fields := map[group][]string{}
	ranges := map[group][]kv.Range{}
	var order []group
	for _, g := range w.whole(grants) {
		t := w.thing(g.Range)
		at := group{access: g.Access, object: t.object}
		if _, known := ranges[at]; !known {
			order = append(order, at)
		}
		ranges[at] = append(ranges[at], g.Range)
		if t.field != "" {
			fields[at] = append(fields[at], t.field)
		}
	}
	out := make([]Phrase, 0, len(order))
	for _, at := range order {
		text := at.object
		if names := fields[at]; len(names) > 0 {
			text = enumerate(names) + " of " + at.object
		}
		out = append(out, Phrase{Access: at.access, Text: verb(at.access) + " " + text, Ranges: ranges[at]})
	}
	return out
}

func verb(a kv.Access) string {
	switch a {
	case kv.Read:
		return "read"
	case kv.Write:
		return "write"
	default:
		return "read and write"
	}
}

func enumerate(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return names[0]
}

// everything stands for all keys of the network at once.
const everything = ""

// whole puts one grant of the network in the place of all its ranges.
func (w Words) whole(grants []Grant) []Grant {
	all := NetworkRanges(w.Layout)
	missing := slices.ContainsFunc(all, func(r kv.Range) bool {
		return !slices.ContainsFunc(grants, func(g Grant) bool { return g.Range == r && g.Access.Allows(kv.Read) })
	})
	if missing {
		return grants
	}
	out := []Grant{{Range: kv.Range{Key: everything}, Access: kv.Read}}
	for _, g := range grants {
		if slices.Contains(all, g.Range) {
			g.Access &^= kv.Read
		}
		if g.Access != 0 {
			out = append(out, g)
		}
	}
	return out
}

// thing understands a range, or names it as it is.
func (w Words) thing(r kv.Range) thing {
	switch r {
	case kv.Range{Key: everything}:
		return thing{object: "the whole network"}
	case kv.Range{Key: w.Own.Head}:
		return thing{object: "sigilform's head"}
	case kv.Range{Key: w.Own.DigestKey}:
		return thing{object: "sigilform's key of digests"}
	case kv.Below(w.Own.Objects):
		return thing{object: "sigilform's records of what was applied"}
	case kv.Below(w.Own.Networks):
		return thing{object: "the list of networks"}
	case kv.Range{Key: w.Layout.UserIDCounter()}:
		return thing{object: "the counter of user ids"}
	}
	rest, inside := strings.CutPrefix(r.Key, w.Layout.Prefix())
	_, below := r.Prefix()
	if !inside || r.End != "" && (!below || !strings.HasSuffix(rest, "/")) {
		return thing{object: r.String()}
	}
	kind, rest, _ := strings.Cut(rest, "/")
	if t, ok := w.known(kind, strings.TrimSuffix(rest, "/")); ok {
		return t
	}
	return thing{object: r.String()}
}

// known understands what lies below one of the network's own folders.
func (w Words) known(kind, rest string) (thing, bool) {
	if rest == "" {
		all, ok := map[string]string{
			"nodes": "all nodes", "cells": "all cells", "topology": "the topology", "paths": "all routes",
			"users": "all users", "routes": "all device routes",
		}[kind]
		return thing{object: all}, ok
	}
	id, field, _ := strings.Cut(rest, "/")
	switch kind {
	case "nodes", "cells":
		return ofObject(w.name(id), field), true
	case "users":
		return ofObject(cmp.Or(w.Name(id), "user "+id), field), true
	case "routes":
		return thing{object: "the route of device " + id, field: field}, true
	case "topology":
		node, member, _ := strings.Cut(field, "/")
		what, ok := map[string]string{"bindings": "binding", "links": "links"}[id]
		if member != "" && member != "core" {
			return thing{}, false
		}
		return thing{object: w.name(node), field: what}, ok && node != ""
	case "paths":
		if field == "" {
			return thing{object: "all routes of " + w.name(id)}, true
		}
		core, name, _ := strings.Cut(field, "/")
		return ofObject("the route of "+w.name(id)+" to "+w.name(core), name), true
	}
	return thing{}, false
}

// ofObject is a field of an object, or all of it.
func ofObject(name, field string) thing {
	if field == "" {
		return thing{object: "everything of " + name}
	}
	return thing{object: name, field: field}
}

func (w Words) name(id string) string { return cmp.Or(w.Name(id), id) }

// Changed says what a subject gains and loses, a sentence each: "core.ams may
// now write status of entry.shop". What another of the grants allows as well is
// neither gained nor lost.
func (w Words) Changed(subject string, from, to []Grant) []string {
	gained, lost := w.Phrases(difference(to, from)), w.Phrases(difference(from, to))
	out := make([]string, 0, len(gained)+len(lost))
	for _, p := range gained {
		out = append(out, subject+" may now "+p.Text)
	}
	for _, p := range lost {
		out = append(out, subject+" may no longer "+p.Text)
	}
	return out
}

// difference is what grants allow beyond others.
func difference(grants, others []Grant) []Grant {
	covers := map[kv.Access][]Ground{}
	for _, access := range []kv.Access{kv.Read, kv.Write} {
		for _, g := range others {
			if g.Access.Allows(access) {
				covers[access] = append(covers[access], Ground{Grant: g})
			}
		}
		slices.SortFunc(covers[access], func(x, y Ground) int {
			return cmp.Or(cmp.Compare(x.Key, y.Key), -compareEnds(x.Range, y.Range))
		})
	}
	var out []Grant
	for _, g := range grants {
		var beyond kv.Access
		for access, by := range covers {
			if _, ok := cover(by, g.Range); !ok && g.Access.Allows(access) {
				beyond |= access
			}
		}
		for _, access := range []kv.Access{kv.Read, kv.Write} {
			if covers[access] == nil && g.Access.Allows(access) {
				beyond |= access
			}
		}
		if beyond != 0 {
			out = append(out, Grant{Range: g.Range, Access: beyond})
		}
	}
	return out
}
