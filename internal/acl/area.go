package acl

import (
	"cmp"
	"slices"
	"sort"

	"github.com/sigilgate/sigilform/internal/kv"
)

// area is what some ranges cover together: ranges in order that neither touch
// nor overlap, so that one search answers for any key.
type area []kv.Range

// newArea joins the ranges of permissions that allow an access. One that ends
// before it begins holds nothing.
func newArea(all []Grant, access kv.Access) area {
	var ranges []kv.Range
	for _, g := range all {
		if end := reach(g.Range); g.Access.Allows(access) && (end == kv.Beyond || end > g.Key) {
			ranges = append(ranges, whole(g.Range))
		}
	}
	slices.SortFunc(ranges, func(a, b kv.Range) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), compareEnds(a, b))
	})
	var out area
	for _, r := range ranges {
		last := len(out) - 1
		switch {
		case last < 0 || !touches(out[last], r.Key):
			out = append(out, r)
		case compareEnds(r, out[last]) > 0:
			out[last].End = r.End
		}
	}
	return out
}

// touches reports whether a key is in a range, or is the first one after it.
func touches(r kv.Range, key string) bool { return r.End == kv.Beyond || key <= r.End }

// covers reports whether the area holds all keys of a range.
func (a area) covers(r kv.Range) bool {
	i := a.upTo(r.Key)
	return i >= 0 && a[i].Covers(whole(r))
}

// upTo is the last range that begins at a key or before it, -1 for none.
func (a area) upTo(key string) int {
	return sort.Search(len(a), func(i int) bool { return a[i].Key > key }) - 1
}
