package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// An apply of several transactions may be ended where it is, and a unit that is
// larger than a request is parted. Wherever that happens, what is ours must
// still be known as ours: a key that no record names is nobody's, and no plan
// would ever show it. So a record is given up after the keys that only it names,
// and made before the first key that only it will name.

// arrange puts the writes of a unit into an order in which it may be parted:
// what is given up early and what an object loses, its record, what it gets; at last what goes as a whole,
// and the records of that.
func (s *sequencer) arrange(ops []kv.Op) {
	stays, goes := map[unitID]bool{}, map[unitID]bool{}
	for _, op := range ops {
		if id, ok := s.recorded(op.Key); ok {
			if op.Kind == kv.Put {
				stays[id] = true
			} else {
				goes[id] = true
			}
		}
	}
	rank := func(op kv.Op) int {
		if _, ok := s.recorded(op.Key); ok {
			if op.Kind == kv.Put {
				return 1
			}
			return 4
		}
		if _, released, _ := s.state.Object(op.Key); released {
			return 1 // before the record that knew it goes
		}
		at, _ := s.layout.Locate(within(op))
		id := unitID{space: at.Space, id: at.ID}
		switch {
		case op.Kind == kv.Put:
			return 2
		case s.early[op.Key]:
			return 0 // who takes what it held comes after it
		case stays[id] && !goes[id]:
			return 0
		}
		return 3
	}
	slices.SortFunc(ops, func(a, b kv.Op) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a.Key, b.Key)) })
}

// recorded is what a record is about; both kinds of nodes are one.
func (s *sequencer) recorded(key string) (unitID, bool) {
	id, released, ok := s.state.Object(key)
	return unitID{space: keys.Space(id.Kind), id: id.ID}, ok && !released
}

// removal is the unit in which an object loses what it referred to and what its
// new record does not name any more: that unit comes late, and the record with it.
func (s *sequencer) removal(at unitID, record kv.Op) (unitID, bool) {
	if record.Kind != kv.Put {
		return unitID{}, false
	}
	id := unitID{space: at.space, id: at.id, goes: true}
	if at.space == keys.Node {
		id.space = "binding"
	}
	if s.units[id] == nil || at.space != keys.Node && at.space != addr.User {
		return unitID{}, false
	}
	r, err := state.DecodeRecord(record.Value)
	if err != nil || at.space != keys.Node && s.refersBySets(at.space, r) {
		return unitID{}, false // a member too many of a set that is declared whole is seen
	}
	return id, true
}

// refersBySets reports whether the record of an object of a kind declares a set of
// references.
func (s *sequencer) refersBySets(kind addr.Kind, r *state.Record) bool {
	for set := range r.Sets {
		if s.layout.Declares(kind, set) {
			return true
		}
	}
	return false
}
