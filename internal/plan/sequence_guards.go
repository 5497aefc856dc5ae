package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// guard gives every guard of the plan to the writes that rely on it.
func (s *sequencer) guard(in *state.Intent) {
	x := s.indexOps(in)
	for _, g := range s.plan.Guards {
		for _, at := range x.rely(g) {
			in.Guards = append(in.Guards, state.IntentGuard{At: at, Guard: g})
		}
	}
	in.Guards = append(in.Guards, x.guardPlaced(in)...)
	slices.SortStableFunc(in.Guards, func(a, b state.IntentGuard) int { return cmp.Compare(a.At, b.At) })
	in.Needs = x.needs(s.plan.Guards)
}

// opIndex finds the writes of a sequence by what they are about.
type opIndex struct {
	s *sequencer
	// exact holds the first write of each key, and of each removed prefix; last
	// the last one, which is another where a key is removed early.
	exact, last map[string]int
	// below holds the first write below each prefix that ends in a slash.
	below map[string]int
	// objects holds the first write to each object in each of its units.
	objects map[object3][]int
	// names holds, by marker, the first write that refers to it in each unit;
	// beside holds, by reference, the first one that may not stand without it.
	names, beside map[string][]int
	// losses holds, by where the devices of a user lie, the writes that take a Core
	// from it.
	losses map[string][]int
	// units are the ends of the units.
	units []int
}

// object3 is an object of the network, by its keys alone.
type object3 struct {
	space  addr.Kind
	parent string
	id     string
}

func (s *sequencer) indexOps(in *state.Intent) *opIndex {
	x := &opIndex{s: s, exact: map[string]int{}, last: map[string]int{}, below: map[string]int{}, objects: map[object3][]int{}, names: map[string][]int{}, beside: map[string][]int{}, losses: map[string][]int{}, units: in.Units}
	start := 0
	for _, end := range in.Units {
		u := unitIndex{objects: map[object3]int{}, names: map[string]int{}, beside: map[string]int{}}
		for i := start; i < end; i++ {
			x.note(i, in.Ops[i], u)
		}
		for o, i := range u.objects {
			x.objects[o] = append(x.objects[o], i)
		}
		for m, i := range u.names {
			x.names[m] = append(x.names[m], i)
		}
		for m, i := range u.beside {
			x.beside[m] = append(x.beside[m], i)
		}
		start = end
	}
	return x
}

// unitIndex is the part of an index that is of one unit: first writes.
type unitIndex struct {
	objects       map[object3]int
	names, beside map[string]int
}

func first[K comparable](of map[K]int, key K, i int) {
	if _, ok := of[key]; !ok {
		of[key] = i
	}
}

func (x *opIndex) note(i int, op kv.Op, u unitIndex) {
	if _, early := x.exact[op.Key]; !early {
		x.exact[op.Key] = i
	}
	x.last[op.Key] = i
	for j := range len(op.Key) {
		if op.Key[j] != '/' {
			continue
		}
		if _, ok := x.below[op.Key[:j+1]]; !ok {
			x.below[op.Key[:j+1]] = i
		}
	}
	if at, ok := x.s.layout.Locate(within(op)); ok {
		first(u.objects, object3{space: at.Space, parent: at.Parent, id: at.ID}, i)
		if op.Kind == kv.Delete && x.s.layout.Carries(at) {
			x.losses[x.s.layout.Devices(at.ID)] = append(x.losses[x.s.layout.Devices(at.ID)], i)
		}
	}
	if op.Kind != kv.Put {
		return
	}
	for _, n := range x.s.layout.Requires(op.Key, op.Value) {
		if n.Object {
			first(u.names, n.Key, i)
		} else {
			first(u.beside, n.Key, i)
		}
	}
}

// rely lists the writes that must not happen unless the guard holds. A guard
// that belongs to none holds for the first: nothing happens without it.
func (x *opIndex) rely(g kv.Guard) []int {
	switch g.Kind {
	case kv.Unwritten:
		return x.relyDeleted(g)
	case kv.Unheld:
		at := 0
		for _, key := range x.s.takes[g] {
			at = max(at, x.last[key])
		}
		return []int{at}
	case kv.Unnamed:
		return []int{x.lastOfUnit(x.s.referred[g])}
	case kv.NotAfter:
		if at := x.losses[g.Key]; len(at) > 0 {
			return at
		}
	case kv.Unmoved, kv.Exists, kv.Empty, kv.Differs:
	}
	if i, ok := x.exact[g.Key]; ok && g.Kind != kv.Exists {
		return merged([]int{i}, x.lossesBeside(g))
	}
	if g.Kind == kv.Empty || g.Kind == kv.NotAfter {
		if i, ok := x.below[g.Key]; ok {
			return []int{i}
		}
	}
	if i, ok := x.removal(g.Key); ok && g.Kind != kv.Exists {
		return []int{i}
	}
	return merged(x.relyAbout(g.Key), x.lossesBeside(g))
}

func merged(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// relyAbout lists the writes to the object of a guarded key, to what refers to
// it, and to what it may not be there without.
func (x *opIndex) relyAbout(key string) []int {
	var out []int
	if at, ok := x.s.layout.Locate(key); ok {
		out = append(out, x.objects[object3{space: at.Space, parent: at.Parent, id: at.ID}]...)
		if at.Space == addr.Device { // its route lies apart
			for _, parent := range append([]string{""}, x.s.parents[at.ID]...) {
				out = append(out, x.objects[object3{space: at.Space, parent: parent, id: at.ID}]...)
			}
		}
	}
	out = append(append(out, x.names[key]...), x.beside[key]...)
	if i, ok := x.removal(key); ok {
		out = slices.DeleteFunc(out, func(at int) bool { return at > i })
		out = append(out, i)
	}
	if len(out) == 0 {
		out = x.relyBeside(key)
	}
	if len(out) == 0 {
		return []int{0}
	}
	return merged(out, nil)
}

// removal is the write that removes a key along with a prefix.
func (x *opIndex) removal(key string) (int, bool) {
	for i := range len(key) {
		if key[i] != '/' || !x.s.gone[key[:i+1]] {
			continue
		}
		if at, ok := x.exact[key[:i+1]]; ok {
			return at, true
		}
	}
	return 0, false
}

// lastOf is the plan's own write of a key that is removed early, by itself or
// with a prefix.
func (x *opIndex) lastOf(key string) int {
	if i, ok := x.removal(key); ok {
		return i
	}
	return x.last[key]
}

// needs lists which writes come after the early removal of their key, which
// must be absent still, and which refer to objects that earlier ones create.
func (x *opIndex) needs(guards []kv.Guard) []state.IntentNeed {
	absent := map[string]bool{}
	for _, g := range guards {
		if g.Kind == kv.Empty || g.Kind == kv.Unmoved && g.Revision == 0 {
			absent[g.Key] = true
		}
	}
	var out []state.IntentNeed
	for _, marker := range slices.Sorted(maps.Keys(x.names)) {
		of, written := x.exact[marker]
		if !written || x.s.gone[marker] || !absent[marker] && !underAny(marker, absent) {
			continue
		}
		for _, at := range x.names[marker] {
			if at > of {
				out = append(out, state.IntentNeed{At: at, Of: of})
			}
		}
	}
	out = append(out, x.needsBeside(absent)...)
	for key := range x.s.early {
		if of, kept := x.exact[key]; kept && of < x.lastOf(key) {
			last := x.lastOf(key)
			out = append(out, state.IntentNeed{At: last, Of: of})
		}
	}
	slices.SortStableFunc(out, func(a, b state.IntentNeed) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Of, b.Of)) })
	return out
}
