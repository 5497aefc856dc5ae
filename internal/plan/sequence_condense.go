package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// condense makes one unit of those that may not come after each other, and of
// those that hand a unique value over. Where that does not fit a request, names
// change by themselves, apart from the rest of their objects; what still does
// not fit is handed over in two: given up first, and taken then. What may be
// absent for a moment goes first, then what is least bad to see twice.
func (s *sequencer) condense(room int) {
	if s.detachNames(s.large(room)) {
		s.soft = nil
		for _, h := range s.plan.Handovers {
			s.relateHandover(h)
		}
	}
	var loose []handover
	for _, r := range []rank{mayBeAbsent, deviceName, username} {
		large := s.large(room)
		s.soft = slices.DeleteFunc(s.soft, func(h handover) bool {
			let := s.rank(h) == r && large[h.from] != 0
			if let {
				loose = append(loose, h)
			}
			return let
		})
	}
	for _, h := range s.soft {
		together(h.from, h.to)
	}
	s.loosen(loose)
	s.joinAll(s.fitting(components(s.list(), s.edges()), room))
}

// rank orders handovers by how bad it is to see the value twice.
type rank int

const (
	mayBeAbsent rank = iota
	deviceName
	username
)

func (s *sequencer) rank(h handover) rank {
	at, _ := s.layout.Locate(h.From)
	switch {
	case !s.isMarker(h.From):
		return mayBeAbsent
	case at.Space == addr.Device:
		return deviceName
	}
	return username
}

// large numbers the groups of units that do not fit a request, with all
// handovers at one revision.
func (s *sequencer) large(room int) map[*unit]int {
	out := map[*unit]int{}
	if room <= 0 || len(s.soft) == 0 {
		return out
	}
	strict := s.edges()
	for _, h := range s.soft {
		strict[h.from] = append(strict[h.from], h.to)
		strict[h.to] = append(strict[h.to], h.from)
	}
	for i, group := range components(s.list(), strict) {
		if bytesOf(group) <= room {
			continue
		}
		for _, u := range group {
			out[u] = i + 1
		}
	}
	return out
}

// detachNames makes units of their own of the names by which objects exist that
// move between objects that stay, within groups that are too large.
func (s *sequencer) detachNames(large map[*unit]int) bool {
	detached := false
	for _, h := range s.soft {
		if large[h.from] == 0 {
			continue
		}
		for _, key := range []string{h.From, h.To} {
			detached = s.isMarker(key) && s.existed[key] && s.detach(key) || detached
		}
	}
	return detached
}

// detach makes a unit of its own of the write of a key.
func (s *sequencer) detach(key string) bool {
	u := s.at[key]
	if u == nil {
		return false
	}
	i := slices.IndexFunc(u.ops, func(op kv.Op) bool { return op.Key == key && op.Kind == kv.Put })
	if i < 0 || len(u.ops) == 1 {
		return false
	}
	own := s.newUnit(unitID{space: "detached", id: key}, u.turn)
	own.ops = append(own.ops, u.ops[i])
	u.ops = slices.Delete(u.ops, i, i+1)
	s.at[key] = own
	return true
}

// fitting parts the groups that are too large all the same, down to what is one
// object: then for some revisions a law is broken between two of them, but none
// within one.
func (s *sequencer) fitting(groups [][]*unit, room int) [][]*unit {
	var out [][]*unit
	for _, group := range groups {
		if room <= 0 || len(group) == 1 || bytesOf(group) <= room {
			out = append(out, group)
			continue
		}
		out = append(out, components(group, mutual(group))...)
	}
	return out
}

// mutual are the edges of a group that go both ways by themselves.
func mutual(group []*unit) map[*unit][]*unit {
	type edge struct{ from, to *unit }
	all := map[edge]bool{}
	for _, u := range group {
		for _, v := range u.next {
			all[edge{from: u, to: v}] = true
		}
	}
	out := map[*unit][]*unit{}
	for _, u := range group {
		for _, v := range u.next {
			if all[edge{from: v, to: u}] {
				out[u] = append(out[u], v)
			}
		}
	}
	return out
}

// loosen orders handovers: who gives comes before who takes. Where that leads in
// a circle, one gives up first what it has. A name by which an object exists
// can't be given up: it is ordered before the others, and where such names alone
// make a circle one of them is at two objects for a moment.
func (s *sequencer) loosen(loose []handover) {
	slices.SortStableFunc(loose, func(a, b handover) int { return cmp.Compare(s.rank(b), s.rank(a)) })
	for _, h := range loose {
		switch {
		case !reaches(h.to, h.from):
			h.from.before(h.to)
		case !s.isMarker(h.From):
			first := s.newUnit(unitID{space: "early", id: h.From}, h.to.turn)
			s.removeEarly(h.From, first)
			first.before(h.to)
			first.before(h.from)
		}
	}
}

// reaches reports whether a unit must come before another, or with it.
func reaches(from, to *unit) bool {
	seen, open := map[*unit]bool{from: true}, []*unit{from}
	for len(open) > 0 {
		u := open[len(open)-1]
		open = open[:len(open)-1]
		if u == to {
			return true
		}
		for _, v := range u.next {
			if !seen[v] {
				seen[v] = true
				open = append(open, v)
			}
		}
	}
	return false
}

func (s *sequencer) newUnit(id unitID, t turn) *unit {
	u := s.units[id]
	if u == nil {
		u = &unit{turn: t, name: string(id.space) + "/" + id.id}
		s.units[id] = u
	}
	return u
}

// list is all units, in a fixed order.
func (s *sequencer) list() []*unit {
	return slices.SortedFunc(maps.Values(s.units), compareUnits)
}

func compareUnits(a, b *unit) int {
	return cmp.Or(cmp.Compare(a.turn, b.turn), strings.Compare(a.name, b.name), cmp.Compare(len(a.ops), len(b.ops)))
}

func (s *sequencer) edges() map[*unit][]*unit {
	out := make(map[*unit][]*unit, len(s.units))
	for _, u := range s.units {
		out[u] = slices.Clone(u.next)
	}
	return out
}

// joinAll makes one unit of each group.
func (s *sequencer) joinAll(groups [][]*unit) {
	for _, group := range groups {
		first := group[0]
		for _, u := range group[1:] {
			if stays(u) && !stays(first) || stays(u) == stays(first) && compareTurns(u, first) < 0 {
				first = u
			}
		}
		for _, u := range group {
			if u != first {
				u.into = first
				first.ops = append(first.ops, u.ops...)
				first.next = append(first.next, u.next...)
				u.ops, u.next = nil, nil
			}
		}
	}
}

// stays tells what is written from what goes. A unit of both comes when what
// is written does, at the first of its turns; of what goes only, at the last.
func stays(u *unit) bool { return u.turn < turnDeviceGoes }

func compareTurns(a, b *unit) int {
	if stays(a) {
		return compareUnits(a, b)
	}
	return compareUnits(b, a)
}

// bytesOf is about what the writes of units take in a request, with a guard for
// each, or what it takes to undo them, if that is more: either must be seen at
// one revision.
func bytesOf(units []*unit) int {
	forth, back := 0, 0
	for _, u := range units {
		back += u.former
		for _, op := range u.ops {
			forth += writeBytes(op.Key, len(op.Value))
		}
	}
	return max(forth, back)
}

const perWrite, perGuard = 28, 28

// stampsOfOne is how many times an object may have.
const stampsOfOne = 3

func writeBytes(key string, value int) int { return 2*len(key) + value + perWrite + perGuard }

// weigh notes what it takes to undo each unit: to write the former values of its
// keys, and to remove those that it creates.
func (s *sequencer) weigh() {
	add := func(key string, value int) {
		if u, _ := s.unitOf(key); u != nil {
			u.former += writeBytes(key, value)
		}
	}
	for i := range s.plan.Changes {
		c := &s.plan.Changes[i]
		for j := range c.Fields {
			if f := &c.Fields[j]; f.Old != nil && f.writes() {
				add(f.Key, max(len(f.Old.Text), len(s.plan.Secrets[f.Key])))
			}
		}
		for _, key := range c.Falls {
			add(key, len(s.plan.Fallen[key])+perWrite)
		}
		if c.Action == Delete && len(c.Fields) > 0 {
			for range stampsOfOne { // they go unsaid
				add(c.Fields[0].Key, perWrite)
			}
		}
	}
	for key, record := range s.plan.Before {
		add(key, len(record))
	}
	for key := range s.puts {
		if _, recorded := s.plan.Before[key]; !recorded && !s.existed[key] {
			add(key, 0)
		}
	}
}
