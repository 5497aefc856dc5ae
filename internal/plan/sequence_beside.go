package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// An apply of several transactions may write a device before it takes a Core
// from the device's user. Others may move a device there, or add one, between the
// two: the write that takes the Core away is guarded by the places of all devices
// of the user. What the apply has written there itself by then, it knows; see
// package apply.

// lossesBeside lists the writes that take a Core from the user of a device whose
// place is guarded.
func (x *opIndex) lossesBeside(g kv.Guard) []int {
	if at, ok := x.s.layout.Locate(g.Key); ok && g.Kind == kv.Unmoved && x.places(g.Key) {
		return x.losses[x.s.layout.Devices(at.Parent)]
	}
	return nil
}

// places reports whether a key says at which Core a device is.
func (x *opIndex) places(key string) bool {
	at, ok := x.s.layout.Locate(key)
	return ok && at.Space == addr.Device && at.Parent != "" && key == x.s.layout.Placed(addr.Device, at.ID, at.Parent)
}

// guardPlaced guards the places of the devices that the plan creates.
func (x *opIndex) guardPlaced(in *state.Intent) (out []state.IntentGuard) {
	if len(x.losses) == 0 {
		return nil
	}
	guarded := map[string]bool{}
	for _, g := range x.s.plan.Guards {
		guarded[g.Key] = guarded[g.Key] || g.Kind == kv.Unmoved
	}
	for _, op := range in.Ops {
		if op.Kind != kv.Put || guarded[op.Key] || !x.places(op.Key) {
			continue
		}
		g := kv.Guard{Kind: kv.Unmoved, Key: op.Key}
		for _, at := range x.lossesBeside(g) {
			out = append(out, state.IntentGuard{At: at, Guard: g})
		}
	}
	return out
}

// needsBeside lists which writes may not stand without a reference that another
// unit creates before them: a device without the Core of its user.
func (x *opIndex) needsBeside(absent map[string]bool) (out []state.IntentNeed) {
	unitOf := func(at int) int {
		unit, _ := slices.BinarySearch(x.units, at+1)
		return unit
	}
	for _, key := range slices.Sorted(maps.Keys(x.beside)) {
		of, written := x.exact[key]
		if !written || x.s.removed(key) || !absent[key] && !underAny(key, absent) {
			continue
		}
		for _, at := range x.beside[key] {
			if unitOf(at) > unitOf(of) {
				out = append(out, state.IntentNeed{At: at, Of: of})
			}
		}
	}
	return out
}
