package plan

import (
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// mostMembers is how many Cores of a cell a plan guards by their numbers.
const mostMembers = 256

// guard keeps what is taken from being taken by others too, between the plan
// and its apply: what nodes hold by the value, a number in a cell by the numbers
// of the Cores that are in it. Usernames are guarded by the counter of user ids,
// the UUIDs of devices by their routes. A sensitive value is not guarded: it
// would stand among the guards.
func (c *claims) guard(taken []holding) {
	m := c.m
	for i := range taken {
		h := &taken[i]
		switch {
		case !h.taken || h.space != keys.Node || firstKey(h.Keys, m.data.putsTo) == "":
		case h.Within != "":
			c.guardMembers(h.Within)
		case !m.secretClaim(h):
			m.guards.add(m.layout.Unheld(h.Held))
		}
	}
}

// guardMembers guards the numbers of the Cores that are in a cell, where those
// are not too many.
func (c *claims) guardMembers(cell string) {
	m := c.m
	if c.members == nil {
		c.members = map[string][]string{}
		for i := range m.lives {
			l := &m.lives[i]
			for _, h := range m.layout.Held(l.Kind, l.ID, l.Parent, m.current) {
				if h.Within != "" && keys.Space(l.Kind) == keys.Node {
					c.members[h.Within] = append(c.members[h.Within], h.Keys...)
				}
			}
		}
	}
	if len(c.members[cell]) > 2*mostMembers {
		return
	}
	for _, key := range c.members[cell] {
		if !m.data.touches(key) {
			m.guards.unmoved(key, m.entry(key).ModRevision)
		}
	}
	c.members[cell] = nil
}

// learnClaims finds the write that takes what each guard keeps from being taken.
func (s *sequencer) learnClaims() {
	wanted := map[string][]kv.Guard{}
	for _, g := range s.plan.Guards {
		if g.Kind == kv.Unnamed {
			wanted[g.Value] = append(wanted[g.Value], g)
		}
	}
	for _, op := range s.plan.Data {
		if op.Kind != kv.Put {
			continue
		}
		for _, g := range wanted[op.Value] {
			if s.layout.Holds(g, op.Key) {
				s.takes[g] = op.Key
			}
		}
	}
}
