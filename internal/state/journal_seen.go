package state

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Seen tells how the guards of an intent hold in the middle of it: what its own
// earlier writes did to what they are about is no news. A key that the apply
// wrote has moved if others wrote it since; a prefix below which it wrote has
// gained what others added since.
type Seen struct {
	intent *Intent
	// writes are the places of the writes of each key that a guard keeps from
	// moving, and below each prefix that a guard keeps from gaining.
	writes map[string][]int
	// pending are the last guards of each such prefix, in order.
	pending []IntentGuard
}

// Seen finds the writes that the guards are about.
func (in *Intent) Seen() *Seen {
	s := &Seen{intent: in, writes: map[string][]int{}}
	last := map[string]int{}
	for i, g := range in.Guards {
		switch g.Kind {
		case kv.Unmoved:
			s.writes[g.Key] = nil
		case kv.NotAfter:
			s.writes[g.Key] = nil
			last[g.Key] = i
		default:
		}
	}
	for _, i := range last {
		s.pending = append(s.pending, in.Guards[i])
	}
	slices.SortFunc(s.pending, func(a, b IntentGuard) int { return a.Compare(b.Guard) })
	for i, op := range in.Ops {
		if op.Kind != kv.Put && op.Kind != kv.Delete {
			continue
		}
		s.note(op.Key, i)
		for j := range len(op.Key) {
			if op.Key[j] == '/' && len(last) > 0 && op.Kind == kv.Put {
				s.note(op.Key[:j+1], i)
			}
		}
	}
	return s
}

func (s *Seen) note(key string, at int) {
	if known, wanted := s.writes[key]; wanted {
		s.writes[key] = append(known, at)
	}
}

// Guards are those of the writes from one on up to another, as they are to hold
// once all writes before are carried out, each at the revision that writtenAt
// tells. A write below a prefix is guarded as well, for as long as a later guard
// counts on knowing all that is there.
func (s *Seen) Guards(from, end int, writtenAt func(op int) int64) []kv.Guard {
	var out []kv.Guard
	g, _ := slices.BinarySearchFunc(s.intent.Guards, from, func(g IntentGuard, at int) int { return g.At - at })
	for ; g < len(s.intent.Guards) && s.intent.Guards[g].At < end; g++ {
		out = append(out, s.now(s.intent.Guards[g].Guard, from, writtenAt))
	}
	for _, g := range s.pending {
		below := s.writes[g.Key]
		if i, _ := slices.BinarySearch(below, from); g.At >= end && i < len(below) && below[i] < end {
			out = append(out, s.now(g.Guard, from, writtenAt))
		}
	}
	return out
}

// now is a guard before a write.
func (s *Seen) now(g kv.Guard, before int, writtenAt func(op int) int64) kv.Guard {
	writes := s.writes[g.Key]
	i, _ := slices.BinarySearch(writes, before)
	if i == 0 {
		return g
	}
	switch last := writes[i-1]; {
	case g.Kind == kv.NotAfter:
		g.Revision = max(g.Revision, writtenAt(last))
	case g.Kind != kv.Unmoved:
	case s.intent.Ops[last].Kind == kv.Delete:
		g.Revision = 0
	default:
		g.Revision = writtenAt(last)
	}
	return g
}
