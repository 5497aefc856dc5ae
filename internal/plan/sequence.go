package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Sequence puts the plan's writes into an order in which they can be carried
// out by several transactions of room bytes each (0: of any size): whoever reads
// in the middle sees a sound network. See [sequencer.relate] for what must come
// before what; as far as that leaves it open, the order is
//
//	counter, cells, Cores, Entries with their bindings, links, routes, users, devices
//	then, of what goes: devices, users, routes, links, bindings, Entries, Cores, cells
//
// Writes that belong together are one unit, after which a transaction may end:
// an object with its record, a link's two directions, a device with its route,
// a unique value where it goes and where it comes.
func (p *Plan) Sequence(room int) *state.Intent {
	s := newSequencer(p)
	s.collect()
	s.relate()
	s.condense(room)
	return s.intent()
}

// turn is when a unit comes.
type turn int

// The turns, in order.
const (
	turnState turn = iota
	turnCounter
	turnCell
	turnCore
	turnEntry
	turnLink
	turnRoute
	turnUser
	turnDevice
	turnDeviceGoes
	turnUserGoes
	turnRouteGoes
	turnLinkGoes
	turnLinksGo
	turnBindingGoes
	turnEntryGoes
	turnCoreGoes
	turnCellGoes
	turnRecord
	turnRegistration
)

// unitID names a unit: what it is about, and whether that goes.
type unitID struct {
	space addr.Kind
	id    string
	goes  bool
}

// unit is what one transaction must not part.
type unit struct {
	turn turn
	// name orders units of one turn.
	name string
	ops  []kv.Op
	// former is what the former values of its keys take in a request.
	former int
	// next are the units that may not come before this one.
	next []*unit
	// into is the unit that this one has joined.
	into *unit
}

func (u *unit) root() *unit {
	for u.into != nil {
		u = u.into
	}
	return u
}

// sequencer carries the parts of one sequence while it is made.
type sequencer struct {
	plan   *Plan
	layout keys.Layout
	state  state.Layout
	units  map[unitID]*unit
	// gone holds the markers and prefixes that the plan removes.
	gone map[string]bool
	// parents maps a device's UUID to the users that it is, or was, below.
	parents map[string][]string
	// old holds the former values of the keys that change or go, as far as they
	// are known: what refers is.
	old map[string]string
	// referred holds the marker of the object that each guard keeps from being
	// referred to.
	referred map[kv.Guard]string
	// takes holds the keys whose writes take what each guard keeps others from
	// taking.
	takes map[kv.Guard][]string
	// existed are the keys that are there before the plan and that it changes.
	existed map[string]bool
	// at and puts are the unit and the value of each write, by key.
	at   map[string]*unit
	puts map[string]string
	// soft are the handovers between two writes of the plan.
	soft []handover
	// early are the keys that are removed before the plan's own write of them.
	early map[string]bool
}

func newSequencer(p *Plan) *sequencer {
	s := &sequencer{
		plan: p, layout: p.Layout(), state: state.NewLayout(p.Network),
		units: map[unitID]*unit{}, gone: map[string]bool{}, parents: map[string][]string{}, old: map[string]string{},
		referred: map[kv.Guard]string{}, takes: map[kv.Guard][]string{},
		existed: map[string]bool{}, at: map[string]*unit{}, puts: map[string]string{}, early: map[string]bool{},
	}
	for _, op := range p.Data {
		if op.Kind != kv.Put {
			s.gone[op.Key] = true
		}
	}
	for i := range p.Changes {
		s.learn(&p.Changes[i])
	}
	s.learnClaims()
	return s
}

// learn takes from a change what its writes alone do not tell.
func (s *sequencer) learn(c *Change) {
	note := func(key string) {
		if at, ok := s.layout.Locate(key); ok && at.Space == addr.Device && at.Parent != "" && !slices.Contains(s.parents[at.ID], at.Parent) {
			s.parents[at.ID] = append(s.parents[at.ID], at.Parent)
		}
	}
	if c.Action == Delete {
		for _, g := range s.layout.Unnamed(c.Kind, c.ID) {
			s.referred[g] = s.layout.Marker(c.Kind, c.ID, "")
		}
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		note(f.Key)
		s.existed[f.Key] = s.existed[f.Key] || f.Old != nil
		if f.Old != nil && !f.Old.Sensitive && f.writes() {
			s.old[f.Key] = f.Old.Text
		}
	}
	for _, key := range c.Falls {
		note(key)
		s.old[key] = s.plan.Fallen[key]
	}
}

// removed reports whether the plan removes a key, by itself or with a prefix.
func (s *sequencer) removed(key string) bool { return s.gone[key] || underAny(key, s.gone) }

// collect makes the units of all writes.
func (s *sequencer) collect() {
	for _, op := range s.plan.Data {
		s.add(s.place(op))
	}
	for _, op := range s.plan.State {
		s.add(s.placeState(op))
	}
}

// placed is a write with the unit that it is for.
type placed struct {
	id   unitID
	turn turn
	op   kv.Op
}

func (s *sequencer) add(p placed) {
	u := s.newUnit(p.id, p.turn)
	u.turn = max(u.turn, p.turn)
	u.ops = append(u.ops, p.op)
}

// within is a key that lies within what an operation is about.
func within(op kv.Op) string {
	if op.Kind == kv.DeletePrefix {
		return op.Key + "_"
	}
	return op.Key
}

// place finds the unit of a write to the network.
func (s *sequencer) place(op kv.Op) placed {
	at, ok := s.layout.Locate(within(op))
	if !ok {
		return placed{id: unitID{space: "counter"}, turn: turnCounter, op: op}
	}
	goes := op.Kind != kv.Put && (s.layout.Refers(at) || s.removed(s.layout.Marker(at.Space, at.ID, at.Parent)))
	switch {
	case at.IsLink():
		return s.placeLink(op, goes)
	case at.Space == keys.Node:
		return s.placeNode(op, at, goes)
	case at.Space == addr.Device:
		return s.placeDevice(op, at, goes)
	}
	turns := map[addr.Kind][2]turn{
		addr.Cell: {turnCell, turnCellGoes}, addr.Route: {turnRoute, turnRouteGoes}, addr.User: {turnUser, turnUserGoes},
	}
	out := placed{id: unitID{space: at.Space, id: at.ID, goes: goes}, turn: turns[at.Space][0], op: op}
	if goes {
		out.turn = turns[at.Space][1]
	}
	return out
}

// placeLink makes a unit of each direction of a link, and of all links of a
// node that goes. What belongs together is related by what a link requires.
func (s *sequencer) placeLink(op kv.Op, goes bool) placed {
	out := placed{id: unitID{space: "link", id: op.Key, goes: goes}, turn: turnLink, op: op}
	if goes {
		out.turn = turnLinkGoes
	}
	return out
}

// placeNode tells Cores from Entries: by the role that is written, and by the
// binding, which only an Entry has.
func (s *sequencer) placeNode(op kv.Op, at keys.Location, goes bool) placed {
	out := placed{id: unitID{space: keys.Node, id: at.ID, goes: goes}, turn: turnCore, op: op}
	entry := at.IsBinding() || op.Kind == kv.Put && op.Value == string(addr.Entry) && op.Key == s.layout.Marker(keys.Node, at.ID, "")
	lives := !s.removed(s.layout.Marker(keys.Node, at.ID, ""))
	switch {
	case goes && at.IsBinding() && lives:
		out.id.space, out.turn = "binding", turnBindingGoes
	case goes && (entry || s.wasEntry(at.ID)):
		out.turn = turnEntryGoes
	case goes:
		out.turn = turnCoreGoes
	case entry:
		out.turn = turnEntry
	}
	return out
}

// wasEntry reports whether a node that goes is an Entry.
func (s *sequencer) wasEntry(ip string) bool {
	return s.old[s.layout.Marker(keys.Node, ip, "")] == string(addr.Entry)
}

// placeDevice keeps a device and its route together, wherever its user is: a
// device that moves to another user moves at once.
func (s *sequencer) placeDevice(op kv.Op, at keys.Location, goes bool) placed {
	out := placed{id: unitID{space: addr.Device, id: at.ID, goes: goes}, turn: turnDevice, op: op}
	if goes {
		out.turn = turnDeviceGoes
	}
	return out
}

// placeState puts an object's record to its writes.
func (s *sequencer) placeState(op kv.Op) placed {
	of, released, ok := s.state.Object(op.Key)
	if !ok {
		out := placed{id: unitID{space: "state", id: op.Key}, turn: turnState, op: op}
		if op.Key == s.state.Network() && op.Value == "" {
			out.turn = turnRegistration
		}
		return out
	}
	at := unitID{space: keys.Space(of.Kind), id: of.ID, goes: op.Kind != kv.Put != released}
	if id, ok := s.removal(at, op); ok && !released {
		return placed{id: id, turn: s.units[id].turn, op: op}
	}
	for _, goes := range []bool{at.goes, !at.goes} {
		at.goes = goes
		if u := s.units[at]; u != nil {
			return placed{id: at, turn: u.turn, op: op}
		}
	}
	return placed{id: unitID{space: "record", id: string(of.Kind) + "/" + of.ID}, turn: turnRecord, op: op}
}

// intent puts the units into their order.
func (s *sequencer) intent() *state.Intent {
	out := &state.Intent{}
	for _, u := range s.inOrder() {
		s.arrange(u.ops)
		out.Ops = append(out.Ops, s.once(u.ops)...)
		out.Units = append(out.Units, len(out.Ops))
	}
	s.guard(out)
	return out
}

// once leaves the early removal of a key out where the plan's own write of it
// came to be in the same unit.
func (s *sequencer) once(ops []kv.Op) []kv.Op {
	own := map[string]bool{}
	for _, op := range ops {
		if op.Kind == kv.Put || op.Kind == kv.DeletePrefix {
			own[op.Key] = true
		}
	}
	return slices.DeleteFunc(ops, func(op kv.Op) bool {
		return op.Kind == kv.Delete && s.early[op.Key] && (own[op.Key] || underAny(op.Key, own))
	})
}
