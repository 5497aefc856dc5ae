package kv_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TestShapeFor: the shallowest tree that holds so much, at the edges of each
// depth, within what a level may hold.
func TestShapeFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		n, limit int
		want     kv.Shape
	}{
		{0, 128, kv.Shape{Depth: 1, Width: 128, Leaf: 128}},
		{128, 128, kv.Shape{Depth: 1, Width: 128, Leaf: 128}},
		{129, 128, kv.Shape{Depth: 2, Width: 64, Leaf: 64}},
		{4096, 128, kv.Shape{Depth: 2, Width: 64, Leaf: 64}},
		{4097, 128, kv.Shape{Depth: 3, Width: 42, Leaf: 44}},
		{42 * 42 * 44, 128, kv.Shape{Depth: 3, Width: 42, Leaf: 44}},
		{42*42*44 + 1, 128, kv.Shape{Depth: 4, Width: 32, Leaf: 32}},
		{4, 4, kv.Shape{Depth: 1, Width: 4, Leaf: 4}},
		{1, 1, kv.Shape{Depth: 1, Width: 1, Leaf: 1}},
		{48, 11, kv.Shape{Depth: 5, Width: 2, Leaf: 3}},
		{16, 8, kv.Shape{Depth: 2, Width: 4, Leaf: 4}},
	} {
		got, ok := kv.ShapeFor(test.n, test.limit)
		if !ok || got != test.want || got.Capacity() < test.n {
			t.Errorf("%d with %d a level: %+v, %v, which holds %d", test.n, test.limit, got, ok, got.Capacity())
		}
		if used := got.Width*(got.Depth-1) + got.Leaf; used > test.limit {
			t.Errorf("%+v uses %d of %d", got, used, test.limit)
		}
	}
	for _, none := range [][2]int{{2, 1}, {5, 4}, {100, 0}} {
		if got, ok := kv.ShapeFor(none[0], none[1]); ok || got != (kv.Shape{}) {
			t.Errorf("%d with %d a level: %+v", none[0], none[1], got)
		}
	}
	// At most 3 levels of 2 in 6, 2 of 3 in 6: what is beyond has no shape.
	if got, ok := kv.ShapeFor(10_000, 6); ok {
		t.Errorf("10,000 with 6 a level: %+v", got)
	}
}

// TestMostEntries: as many as the largest shape holds, and no more.
func TestMostEntries(t *testing.T) {
	t.Parallel()
	for limit := range 16 {
		most := kv.MostEntries(limit)
		if _, ok := kv.ShapeFor(most, limit); !ok && limit > 0 {
			t.Errorf("with %d a level %d have no shape", limit, most)
		}
		if _, ok := kv.ShapeFor(most+1, limit); ok {
			t.Errorf("with %d a level there is a shape for more than %d", limit, most)
		}
	}
}

// TestCapacityDoesNotOverflow: more than anyone has is as much as there can be.
func TestCapacityDoesNotOverflow(t *testing.T) {
	t.Parallel()
	for shape, want := range map[kv.Shape]int{
		{Depth: 1, Width: 9, Leaf: 7}:                              7,
		{Depth: 3, Width: 3, Leaf: 5}:                              45,
		{Depth: 2, Leaf: 5}:                                        0,
		{Depth: 9, Width: 1 << 16, Leaf: 1 << 16}:                  math.MaxInt32,
		{Depth: 2, Width: math.MaxInt32, Leaf: 1}:                  math.MaxInt32,
		{Depth: 2, Width: 1 << 16, Leaf: math.MaxInt32 >> 16}:      math.MaxInt32 >> 16 << 16,
		{Depth: 2, Width: 1 << 16, Leaf: math.MaxInt32>>16 + 1}:    math.MaxInt32,
		{Depth: 40, Width: math.MaxInt32, Leaf: math.MaxInt32 / 2}: math.MaxInt32,
	} {
		if got := shape.Capacity(); got != want {
			t.Errorf("%+v holds %d, not %d", shape, got, want)
		}
	}
}

// TestWithin: what of a snapshot is in a range, of a key alone, of one that is
// not there, and at both ends.
func TestWithin(t *testing.T) {
	t.Parallel()
	s := &kv.Snapshot{Entries: []kv.Entry{{Key: "/a"}, {Key: "/b"}, {Key: "/c"}}}
	for _, test := range []struct {
		r    kv.Range
		want string
	}{
		{kv.Range{Key: "/b"}, "/b"},
		{kv.Range{Key: "/bb"}, ""},
		{kv.Range{Key: "/z"}, ""},
		{kv.Range{Key: "/a", End: "/c"}, "/a /b"},
		{kv.Range{Key: "/aa", End: "/cc"}, "/b /c"},
		{kv.Range{Key: "/b", End: kv.Beyond}, "/b /c"},
		{kv.Range{Key: "/c", End: "/a"}, ""},
	} {
		var got []string
		for _, e := range s.Within(test.r) {
			got = append(got, e.Key)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("within %v: %q", test.r, got)
		}
	}
}

// TestRangeIsTold: how ranges are spelled and ordered.
func TestRangeIsTold(t *testing.T) {
	t.Parallel()
	for r, want := range map[kv.Range]string{
		{Key: "/a"}: "/a", kv.Below("/a/"): "/a/*", {Key: "/a", End: kv.Beyond}: `["/a", …)`, {Key: "/a", End: "/z"}: `["/a", "/z")`,
	} {
		if r.String() != want {
			t.Errorf("%+v is spelled %s", r, r)
		}
		if _, prefix := r.Prefix(); prefix != strings.HasSuffix(want, "*") {
			t.Errorf("%v is below a prefix: %v", r, prefix)
		}
	}
	if got := (kv.Guard{Kind: kv.Unmoved, Key: "/a", End: "/b"}).Range(); got != (kv.Range{Key: "/a"}) {
		t.Errorf("a guard of one key is about %v", got)
	}
	if _, ok := (kv.Range{}).Prefix(); ok {
		t.Error("no range at all is below a prefix")
	}
	sorted := []kv.Range{{Key: "/a"}, {Key: "/a", End: "/b"}, {Key: "/a", End: "/c"}, {Key: "/b"}}
	for i := range sorted {
		for j := range sorted {
			if got := sorted[i].Compare(sorted[j]); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%v and %v compare as %d", sorted[i], sorted[j], got)
			}
		}
	}
}

// TestUnwrittenAtTheEdges: the range and the revision of an Unwritten, and that
// guards of a whole transaction are not judged one by one.
func TestUnwrittenAtTheEdges(t *testing.T) {
	t.Parallel()
	s := &kv.Snapshot{Revision: 20, Entries: []kv.Entry{
		{Key: "/a", CreateRevision: 2, ModRevision: 9}, {Key: "/b", CreateRevision: 3, ModRevision: 7}, {Key: "/c", CreateRevision: 9, ModRevision: 9},
	}}
	for _, test := range []struct {
		guard kv.Guard
		want  []string
	}{
		{kv.Guard{Kind: kv.Unwritten, Key: "/a", End: "/c", Revision: 9}, nil},
		{kv.Guard{Kind: kv.Unwritten, Key: "/a", End: "/c", Revision: 8}, []string{"/a"}},
		{kv.Guard{Kind: kv.Unwritten, Key: "/a", End: "/c", Revision: 6}, []string{"/a", "/b"}},
		{kv.Guard{Kind: kv.Unwritten, Key: "/b", End: kv.Beyond, Revision: 8}, []string{"/c"}},
		{kv.Guard{Kind: kv.Unnamed, Key: "/", Form: "a", Value: "x"}, nil},
		{kv.Guard{Kind: kv.Differs, Key: "/a", End: "/c", Value: ""}, nil},
	} {
		var got []string
		for _, m := range s.Moved(test.guard) {
			got = append(got, m.Key)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q moved", test.guard, got)
		}
	}
}
