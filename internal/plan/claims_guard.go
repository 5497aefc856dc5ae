package plan

import (
	"slices"

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
				m.plan.stands(key, m.entry(key).Value)
			}
		}
	}
}

// guarded reports whether a claim that is taken is guarded. Names that move from
// one of ours to another may be at both for a moment; and where a whole parent
// comes, nobody's object may be below it anyway.
func (h *holding) guarded(many map[claimed]int, handed, empty map[string]bool) bool {
	if h.space == keys.Node {
		return true
	}
	if many[h.claimed()] > keys.MostClaims || slices.ContainsFunc(h.Keys, func(key string) bool { return handed[key] }) {
		return false
	}
	return h.Parent == "" || !underAny(h.Parent, empty)
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

// stands notes the value of a key that the plan does not write, beside one that it
// writes.
func (p *Plan) stands(key, value string) {
	if p.Beside == nil {
		p.Beside = map[string]string{}
	}
	p.Beside[key] = value
}

// learnClaims finds the writes that take what each guard keeps from being taken:
// only with the last of them it is taken.
func (s *sequencer) learnClaims() {
	wanted := map[kv.Guard]bool{}
	for _, g := range s.plan.Guards {
		wanted[g] = g.Kind == kv.Unheld
	}
	puts := map[string]string{}
	for _, op := range s.plan.Data {
		if op.Kind == kv.Put {
			puts[op.Key] = op.Value
		}
	}
	value := func(key string) (string, bool) {
		if v, ok := puts[key]; ok {
			return v, true
		}
		v, ok := s.plan.Beside[key]
		return v, ok
	}
	seen := map[keys.Location]bool{}
	for key := range puts {
		at, ok := s.layout.Locate(key)
		of := keys.Location{Space: at.Space, ID: at.ID, Parent: at.Parent}
		if !ok || seen[of] {
			continue
		}
		seen[of] = true
		for _, h := range s.layout.Held(at.Space, at.ID, at.Parent, value) {
			for _, g := range s.layout.Unheld(h) {
				if wanted[g] {
					s.takes[g] = slices.DeleteFunc(slices.Clone(h.Keys), func(key string) bool { _, put := puts[key]; return !put })
				}
			}
		}
	}
}
