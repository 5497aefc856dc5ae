package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// relyDeleted lists the writes that remove what a guarded range of a deleted
// object holds, and that remove the object itself: what others write there
// between the two would be left behind.
func (x *opIndex) relyDeleted(g kv.Guard) []int {
	var out []int
	if i, ok := x.exact[g.Key]; ok {
		out = append(out, i)
	} else if i, ok := x.removal(g.Key); ok {
		out = append(out, i)
	}
	// A range begins at a prefix of the object, or behind a key below it.
	at, ok := x.s.layout.Locate(g.Key[:strings.LastIndexByte(g.Key, '/')+1] + "_")
	if ok {
		o := object3{space: at.Space, parent: at.Parent, id: at.ID}
		if i, ok := x.endOf(o, x.s.layout.Marker(at.Space, at.ID, at.Parent)); ok {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return []int{0}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// endOf is the write with which an object ends: that of its marker. Where the
// marker is put, since another object takes its place, it is the first write to
// either in that unit: what follows would be taken for others'.
func (x *opIndex) endOf(o object3, marker string) (int, bool) {
	if i, ok := x.removal(marker); ok {
		return i, true
	}
	i, ok := x.exact[marker]
	if !ok || x.s.gone[marker] {
		return i, ok
	}
	for _, first := range slices.Backward(x.objects[o]) {
		if first <= i {
			return first, true
		}
	}
	return i, true
}

// lastOfUnit is the last write of the unit that ends an object: its own
// references may go in any part of that.
func (x *opIndex) lastOfUnit(marker string) int {
	i, ok := x.removal(marker)
	if !ok {
		i, ok = x.exact[marker]
	}
	if !ok {
		return 0
	}
	unit, _ := slices.BinarySearch(x.units, i+1)
	return x.units[unit] - 1
}
