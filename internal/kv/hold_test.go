package kv_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TestMovedAtTheEdges: each guard at the revision itself, right before it, and
// right after it.
func TestMovedAtTheEdges(t *testing.T) {
	t.Parallel()
	s := &kv.Snapshot{Revision: 20, Entries: []kv.Entry{
		{Key: "/a", CreateRevision: 3, ModRevision: 9},
		{Key: "/b/1", CreateRevision: 7, ModRevision: 12},
		{Key: "/b/2", CreateRevision: 8, ModRevision: 8},
		{Key: "/b0", CreateRevision: 30, ModRevision: 30},
	}}
	for _, test := range []struct {
		guard kv.Guard
		moved []string
	}{
		{kv.Guard{Kind: kv.Unmoved, Key: "/a", Revision: 9}, nil},
		{kv.Guard{Kind: kv.Unmoved, Key: "/a", Revision: 8}, []string{"/a"}},
		{kv.Guard{Kind: kv.Unmoved, Key: "/a", Revision: 10}, []string{"/a"}},
		{kv.Guard{Kind: kv.Unmoved, Key: "/a", Revision: 3}, []string{"/a"}},
		{kv.Guard{Kind: kv.Unmoved, Key: "/a"}, []string{"/a"}},
		{kv.Guard{Kind: kv.Unmoved, Key: "/none"}, nil},
		{kv.Guard{Kind: kv.Unmoved, Key: "/none", Revision: 1}, []string{"/none"}},
		{kv.Guard{Kind: kv.Exists, Key: "/a", Revision: 3}, nil},
		{kv.Guard{Kind: kv.Exists, Key: "/a", Revision: 4}, []string{"/a"}},
		{kv.Guard{Kind: kv.Exists, Key: "/a", Revision: 9}, []string{"/a"}},
		{kv.Guard{Kind: kv.Exists, Key: "/none", Revision: 3}, []string{"/none"}},
		{kv.Guard{Kind: kv.Empty, Key: "/b/"}, []string{"/b/1", "/b/2"}},
		{kv.Guard{Kind: kv.Empty, Key: "/c/"}, nil},
		{kv.Guard{Kind: kv.NotAfter, Key: "/b/", Revision: 8}, nil},
		{kv.Guard{Kind: kv.NotAfter, Key: "/b/", Revision: 9}, nil},
		{kv.Guard{Kind: kv.NotAfter, Key: "/b/", Revision: 7}, []string{"/b/2"}},
		{kv.Guard{Kind: kv.NotAfter, Key: "/b/", Revision: 6}, []string{"/b/1", "/b/2"}},
	} {
		var got []string
		for _, m := range s.Moved(test.guard) {
			got = append(got, m.Key)
			if e, _ := s.Get(m.Key); m.Found != e.ModRevision || m.Guard != test.guard {
				t.Errorf("%+v: found %+v", test.guard, m)
			}
		}
		if !slices.Equal(got, test.moved) {
			t.Errorf("%+v: %q moved, not %q", test.guard, got, test.moved)
		}
	}
}

// TestOpCoversAtTheEdges: what each write is about, and its nearest neighbours.
func TestOpCoversAtTheEdges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op      kv.Op
		in, out []string
	}{
		{kv.Op{Kind: kv.Put, Key: "/a"}, []string{"/a"}, []string{"/", "/a/", "/a0"}},
		{kv.Op{Kind: kv.Delete, Key: "/a"}, []string{"/a"}, []string{"/", "/a/", "/a0"}},
		{kv.Op{Kind: kv.DeletePrefix, Key: "/a/"}, []string{"/a/", "/a/b"}, []string{"/a", "/a0", "/b/"}},
		{kv.Op{Kind: kv.DeleteRange, Key: "/a", End: "/c"}, []string{"/a", "/b", "/bz"}, []string{"/", "/c", "/c0"}},
		{kv.Op{Kind: "unknown", Key: "/a", End: "/c"}, nil, []string{"/a", "/b"}},
	} {
		for _, key := range test.in {
			if !test.op.Covers(key) {
				t.Errorf("%+v does not cover %s", test.op, key)
			}
		}
		for _, key := range test.out {
			if test.op.Covers(key) {
				t.Errorf("%+v covers %s", test.op, key)
			}
		}
	}
}
