package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// relate says which unit may not come after which, from what refers to what
// ([keys.Layout.Requires]) and from what must be unique ([Plan.Handovers]):
//
//	what is referred to is written, or becomes of the right kind   before   what refers to it
//	what refers is written otherwise, or removed                   before   what it referred to goes
//	what gives a unique value up                                    with     what takes it
//
// Units that may not come after each other are one; see [sequencer.condense].
func (s *sequencer) relate() {
	s.index()
	s.splitLinks()
	for _, op := range s.plan.Data {
		if op.Kind == kv.Put {
			s.relatePut(op)
		}
	}
	for key, value := range s.old {
		s.relateOld(key, value)
	}
	s.weigh()
	s.relateDevices()
	for _, h := range s.plan.Handovers {
		s.relateHandover(h)
	}
}

// index finds units and values by the keys of their writes.
func (s *sequencer) index() {
	for _, u := range s.units {
		for _, op := range u.ops {
			s.at[op.Key] = u
			if op.Kind == kv.Put {
				s.puts[op.Key] = op.Value
			}
		}
	}
}

// splitLinks removes the links of a node that goes one by one, each with its
// other direction, before the prefix that they lie below: all links of a mesh
// are more than a request holds.
func (s *sequencer) splitLinks() {
	for _, key := range slices.Sorted(maps.Keys(s.old)) {
		at, ok := s.layout.Locate(key)
		prefix, covered := s.unitOf(key)
		if !ok || !at.IsLink() || !covered {
			continue
		}
		one := s.newUnit(unitID{space: "link", id: key, goes: true}, turnLinkGoes)
		s.removeEarly(key, one)
		s.at[key] = one
		one.before(prefix)
		prefix.turn = max(prefix.turn, turnLinksGo)
	}
}

// unitOf is the unit that writes or removes a key, nil where none does; covered
// says that it goes with a prefix.
func (s *sequencer) unitOf(key string) (u *unit, covered bool) {
	if u := s.at[key]; u != nil {
		return u, false
	}
	for i := range len(key) {
		if key[i] == '/' && s.gone[key[:i+1]] {
			return s.at[key[:i+1]], true
		}
	}
	return nil, false
}

// relatePut: what a write needs comes first, where it comes with this plan.
func (s *sequencer) relatePut(op kv.Op) {
	u := s.at[op.Key]
	for _, n := range s.layout.Requires(op.Key, op.Value) {
		if value, put := s.puts[n.Key]; put && (n.Role == "" || value == string(n.Role)) {
			s.at[n.Key].before(u)
		}
	}
}

// relateOld: what a key needs as it is goes after it, where it goes with this
// plan, or becomes a node of the other kind.
func (s *sequencer) relateOld(key, value string) {
	u, _ := s.unitOf(key)
	if u == nil {
		return
	}
	for _, n := range s.layout.Requires(key, value) {
		now, put := s.puts[n.Key]
		if put && (n.Role == "" || now == string(n.Role)) {
			continue
		}
		if needed, _ := s.unitOf(n.Key); needed != nil {
			u.before(needed)
		}
	}
}

// relateDevices keeps what is one device at one revision: it loses a place as
// it gets another, and goes with its route where its user's keys go.
func (s *sequencer) relateDevices() {
	for device, users := range s.parents {
		stays, goes := s.units[unitID{space: addr.Device, id: device}], s.units[unitID{space: addr.Device, id: device, goes: true}]
		together(stays, goes)
		u := cmp.Or(stays, goes)
		for _, user := range users {
			if owner, covered := s.unitOf(s.layout.Marker(addr.Device, device, user)); covered {
				together(u, owner)
			}
		}
	}
}

// relateHandover: a unique value is given up at the revision at which it is
// taken. A field of an object that goes is removed by itself then, before the
// rest: else all that refers to the object would have to move at once.
func (s *sequencer) relateHandover(h Handover) {
	from, covered := s.unitOf(h.From)
	to := s.at[h.To]
	if from == nil || to == nil {
		return
	}
	if !covered || s.isMarker(h.From) {
		s.soft = append(s.soft, handover{Handover: h, from: from, to: to})
		return
	}
	s.removeEarly(h.From, to)
	to.before(from)
}

// removeEarly adds the removal of a key, before the write that the plan has
// for it.
func (s *sequencer) removeEarly(key string, in *unit) {
	if !s.early[key] {
		s.early[key] = true
		in.ops = append(in.ops, kv.Op{Kind: kv.Delete, Key: key})
	}
}

// isMarker reports whether an object exists by a key, so that it can't be
// without it for a moment.
func (s *sequencer) isMarker(key string) bool {
	at, ok := s.layout.Locate(key)
	return ok && key == s.layout.Marker(at.Space, at.ID, at.Parent)
}

// handover is a [Handover] with the units of its two writes.
type handover struct {
	Handover
	from, to *unit
}

// before says that the unit may not come after another.
func (u *unit) before(other *unit) {
	if u != nil && other != nil && u != other {
		u.next = append(u.next, other)
	}
}

func together(a, b *unit) {
	a.before(b)
	b.before(a)
}
