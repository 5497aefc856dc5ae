package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// guardClaims keeps what is taken from being taken by others too, between the
// plan and its apply. Within which others it is unique must not move either: the
// cell of a number that changes.
func (m *maker) guardClaims(taken []holding) {
	handed := m.plan.handedTo()
	many := countClaims(taken)
	for i := range taken {
		if taken[i].guarded(many, handed, m.guards.empty) {
			m.guards.add(m.layout.Unheld(taken[i].Held)...)
		}
		for _, key := range taken[i].Keys {
			if !m.data.putsTo(key) {
				m.guards.unmoved(key, m.entry(key).ModRevision)
			}
		}
	}
}

// guarded reports whether a claim that is taken is guarded. Names that move from
// one of ours to another may be at both for a moment; and where a whole user
// comes, nobody's device may be there anyway.
func (h *holding) guarded(many map[claimed]int, handed, empty map[string]bool) bool {
	if h.space == keys.Node {
		return true
	}
	if many[h.claimed()] > keys.MostClaims || slices.ContainsFunc(h.Keys, func(key string) bool { return handed[key] }) {
		return false
	}
	return h.Noun != "device name" || !underAny(h.Keys[0][:strings.LastIndex(h.Keys[0], "/devices/")+1], empty)
}

// handedTo are the keys that take a value from another key of the network.
func (p *Plan) handedTo() map[string]bool {
	out := map[string]bool{}
	for _, h := range p.Handovers {
		out[h.To] = true
	}
	return out
}

func countClaims(taken []holding) map[claimed]int {
	out := map[claimed]int{}
	for i := range taken {
		out[taken[i].claimed()]++
	}
	return out
}

// claimed is a kind of claims.
type claimed struct {
	space addr.Kind
	noun  string
}

func (h *holding) claimed() claimed { return claimed{h.space, h.Noun} }

// learnClaims finds the write that takes what each guard keeps from being taken.
func (s *sequencer) learnClaims() {
	wanted := map[string][]kv.Guard{}
	for _, g := range s.plan.Guards {
		if g.Kind == kv.Unheld {
			wanted[g.Value] = append(wanted[g.Value], g)
		}
	}
	if len(wanted) == 0 {
		return
	}
	for _, op := range s.plan.Data {
		at, ok := s.layout.Locate(op.Key)
		if op.Kind != kv.Put || !ok {
			continue
		}
		candidates := wanted[op.Value]
		if at.Space == addr.Device && op.Value != at.ID {
			candidates = append(slices.Clip(candidates), wanted[at.ID]...)
		}
		for _, g := range candidates {
			if s.layout.Takes(g, op.Key, op.Value) {
				s.takes[g] = op.Key
			}
		}
	}
}
