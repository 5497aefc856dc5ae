package plan

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// A write is sound for what the plan saw beside it. What it stands on and does
// not write itself may go, or change, between the plan and the apply: then the
// write would be left dangling, or at odds with its other half.

// rests tells what the writes of a plan stand on.
type rests struct {
	layout  keys.Layout
	get     func(key string) (kv.Entry, bool)
	touches func(key string) bool
}

// needed are the guards of what a key with a value may not be there without, as
// far as that is there and stays as it is: of a node's role also its value.
func (r *rests) needed(key, value string) (out []kv.Guard) {
	for _, n := range r.layout.Requires(key, value) {
		e, there := r.get(n.Key)
		switch {
		case !there || r.touches(n.Key):
		case n.Role != "" && e.Value == string(n.Role):
			out = append(out, kv.Guard{Kind: kv.Unmoved, Key: n.Key, Revision: e.ModRevision})
		default:
			out = append(out, kv.Guard{Kind: kv.Exists, Key: n.Key, Revision: e.CreateRevision})
		}
	}
	return out
}

// halves are the guards of the fields of an object that say the same as one that
// is written, and are not: a device's status, of which its route's follows.
func (r *rests) halves(kind addr.Kind, id, parent string) (out []kv.Guard) {
	for _, p := range r.layout.Pairs(kind) {
		derived, source := r.layout.FieldKey(kind, id, parent, p.Derived), r.layout.FieldKey(kind, id, parent, p.Source)
		one, other := r.touches(derived), r.touches(source)
		e, there := r.get(source)
		switch {
		case one == other:
		case one && p.Only && there:
			out = append(out, kv.Guard{Kind: kv.Exists, Key: source, Revision: e.CreateRevision})
		case p.Only:
		case one:
			out = append(out, kv.Guard{Kind: kv.Unmoved, Key: source, Revision: e.ModRevision})
		default:
			e, _ = r.get(derived)
			out = append(out, kv.Guard{Kind: kv.Unmoved, Key: derived, Revision: e.ModRevision})
		}
	}
	return out
}

func (m *maker) rests() *rests {
	return &rests{layout: m.layout, get: m.in.Snapshot.Get, touches: m.data.touches}
}

// guardRests guards what the writes stand on. Where a role stays as it is, its node exists.
func (m *maker) guardRests() {
	r := m.rests()
	for key, value := range m.data.puts {
		for _, g := range r.needed(key, value) {
			m.guards.add(g)
			if g.Kind == kv.Unmoved {
				m.guards.drop(kv.Guard{Kind: kv.Exists, Key: g.Key, Revision: m.entry(g.Key).CreateRevision})
			}
		}
	}
}
