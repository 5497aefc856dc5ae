package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// join makes one unit of what must not be seen apart: a device that loses one
// place and gets another, a device that falls with its user, and two users
// that bear one name, or hold one device, after each other.
func (s *sequencer) join() {
	for _, id := range s.sortedIDs() {
		if id.space != addr.Device {
			continue
		}
		stays := s.units[unitID{space: addr.Device, id: id.id}]
		goes := s.units[unitID{space: addr.Device, id: id.id, goes: true}]
		merge(stays, goes)
		s.joinOwners(id.id, cmp.Or(stays, goes))
	}
	s.joinNames()
}

// joinOwners joins a device with the user that it falls with. If it gets
// another one at that, that one joins, too: it must come before.
func (s *sequencer) joinOwners(device string, u *unit) {
	users := s.parents[device]
	falls := slices.ContainsFunc(users, func(user string) bool { return s.removed(s.layout.Marker(addr.User, user, "")) })
	if !falls {
		return
	}
	for _, user := range users {
		merge(s.units[unitID{space: addr.User, id: user}], u)
		merge(s.units[unitID{space: addr.User, id: user, goes: true}], u)
	}
}

// joinNames joins a user who gives a name up with the one who takes it over.
func (s *sequencer) joinNames() {
	given := map[string]unitID{}
	for i := range s.plan.Changes {
		c := &s.plan.Changes[i]
		if f := usernameOf(c); f != nil && f.Old != nil {
			given[f.Old.Text] = unitID{space: addr.User, id: c.ID, goes: c.Action == Delete}
		}
	}
	for i := range s.plan.Changes {
		c := &s.plan.Changes[i]
		f := usernameOf(c)
		if f == nil || f.New == nil {
			continue
		}
		if giver, ok := given[f.New.Text]; ok && giver.id != c.ID {
			merge(s.units[unitID{space: addr.User, id: c.ID}], s.units[giver])
		}
	}
}

// usernameOf is what happens to a user's name.
func usernameOf(c *Change) *FieldChange {
	if c.Kind != addr.User {
		return nil
	}
	for i := range c.Fields {
		if c.Fields[i].Name == "username" {
			return &c.Fields[i]
		}
	}
	return nil
}

// convert makes one unit of all that has to do with nodes which change their
// role: a moment before, what refers to one of them would refer to the wrong
// kind of node, a moment after as well.
func (s *sequencer) convert() {
	converted := s.converted()
	if len(converted) == 0 {
		return
	}
	about := s.about(converted)
	var all *unit
	created := map[string]bool{}
	take := func(u *unit) {
		for _, op := range u.ops {
			if op.Kind == kv.Put {
				created[op.Key] = true
			}
		}
		merge(u, all)
		all = u.root()
	}
	units := s.inOrder()
	for _, u := range units {
		if slices.ContainsFunc(u.ops, func(op kv.Op) bool { return about(op) }) {
			take(u)
		}
	}
	// Who refers to something that is created in there can't come before it.
	for _, u := range units {
		refers := func(op kv.Op) bool {
			return op.Kind == kv.Put && slices.ContainsFunc(s.layout.Names(op.Key, op.Value), func(m string) bool { return created[m] })
		}
		if u.root() != all && u.turn < turnDeviceGoes && slices.ContainsFunc(u.ops, refers) {
			take(u)
		}
	}
	all.turn = turnConversion
}

// converted holds the markers of the nodes whose role changes.
func (s *sequencer) converted() map[string]bool {
	there := map[string]bool{}
	for _, g := range s.plan.Guards {
		if g.Kind == kv.Unmoved && g.Revision > 0 {
			there[g.Key] = true
		}
	}
	out := map[string]bool{}
	for _, op := range s.plan.Data {
		if at, ok := s.layout.Locate(op.Key); ok && op.Kind == kv.Put && at.Space == keys.Node &&
			op.Key == s.layout.Marker(keys.Node, at.ID, "") && there[op.Key] {
			out[op.Key] = true
		}
	}
	return out
}

// about tells which writes have to do with the nodes of the markers: they are
// of such a node, or refer to one, or did so before.
func (s *sequencer) about(markers map[string]bool) func(kv.Op) bool {
	refers := func(key, value string) bool {
		return slices.ContainsFunc(s.layout.Names(key, value), func(m string) bool { return markers[m] })
	}
	// The keys that did so before, and every prefix that they lie below.
	before := map[string]bool{}
	for key, value := range s.old {
		if !refers(key, value) {
			continue
		}
		before[key] = true
		for i := range len(key) {
			if key[i] == '/' {
				before[key[:i+1]] = true
			}
		}
	}
	return func(op kv.Op) bool {
		if at, ok := s.layout.Locate(within(op)); ok && at.Space == keys.Node && markers[s.layout.Marker(keys.Node, at.ID, "")] {
			return true
		}
		return before[op.Key] || refers(op.Key, op.Value)
	}
}

// inOrder lists the units that have joined no other, in the order of their turns.
func (s *sequencer) inOrder() []*unit {
	var units []*unit
	for _, u := range s.units {
		if u.into == nil {
			units = append(units, u)
		}
	}
	slices.SortFunc(units, func(a, b *unit) int { return cmp.Or(cmp.Compare(a.turn, b.turn), strings.Compare(a.name, b.name)) })
	return units
}

func (s *sequencer) sortedIDs() []unitID {
	return slices.SortedFunc(maps.Keys(s.units), func(a, b unitID) int {
		if c := strings.Compare(string(a.space)+"/"+a.id, string(b.space)+"/"+b.id); c != 0 || a.goes == b.goes {
			return c
		}
		if b.goes {
			return -1
		}
		return 1
	})
}

// merge makes one unit of two, where both are there. What stays decides when
// it comes, and of two that stay the first.
func merge(into, from *unit) {
	if into == nil || from == nil || into.root() == from.root() {
		return
	}
	a, b := into.root(), from.root()
	b.into = a
	a.ops, b.ops = append(a.ops, b.ops...), nil
	if a.turn >= turnDeviceGoes && b.turn >= turnDeviceGoes {
		a.turn = max(a.turn, b.turn)
	} else {
		a.turn = min(a.turn, b.turn)
	}
}
