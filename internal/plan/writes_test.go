package plan

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestWritesFitTogether: no key is deleted twice, nothing is put below a range that
// goes, and a prefix without a key is deleted where something may come below it.
func TestWritesFitTogether(t *testing.T) {
	t.Parallel()
	s := &kv.Snapshot{}
	for _, key := range []string{"/u/1/a", "/u/1/d/2/b", "/u/1/d/2/c", "/u/3/a", "/u/3/d/4/b"} {
		s.Entries = append(s.Entries, kv.Entry{Key: key, ModRevision: 1, CreateRevision: 1})
	}
	put := func(key string) kv.Op { return kv.Op{Kind: kv.Put, Key: key, Value: "v"} }
	gone := func(key string) kv.Op { return kv.Op{Kind: kv.Delete, Key: key} }
	below := func(key string) kv.Op { return kv.Op{Kind: kv.DeletePrefix, Key: key} }
	for name, x := range map[string]struct {
		puts, deletes, prefixes, sweep []string
		want                           []kv.Op
	}{
		"a range, and a key of it":          {nil, []string{"/u/1/a"}, []string{"/u/1/"}, nil, []kv.Op{below("/u/1/")}},
		"a range within a range":            {nil, nil, []string{"/u/1/", "/u/1/d/2/"}, nil, []kv.Op{below("/u/1/")}},
		"one that a put is below":           {[]string{"/u/1/x"}, nil, []string{"/u/1/"}, nil, []kv.Op{gone("/u/1/a"), gone("/u/1/d/2/b"), gone("/u/1/d/2/c"), put("/u/1/x")}},
		"and a range within that":           {[]string{"/u/1/x"}, nil, []string{"/u/1/", "/u/1/d/2/"}, nil, []kv.Op{gone("/u/1/a"), below("/u/1/d/2/"), put("/u/1/x")}},
		"a put of what would be deleted":    {[]string{"/u/1/a"}, []string{"/u/1/a"}, nil, nil, []kv.Op{put("/u/1/a")}},
		"two beside each other":             {nil, nil, []string{"/u/1/", "/u/3/"}, nil, []kv.Op{below("/u/1/"), below("/u/3/")}},
		"nothing is below it":               {nil, nil, []string{"/r/1/"}, nil, nil},
		"nothing is below it, but may come": {nil, nil, []string{"/r/1/"}, []string{"/r/1/"}, []kv.Op{below("/r/1/")}},
		"nothing but a put":                 {[]string{"/r/1/x"}, nil, []string{"/r/1/"}, []string{"/r/1/"}, []kv.Op{put("/r/1/x")}},
	} {
		w := newWrites()
		for _, key := range x.puts {
			w.put(key, "v")
		}
		for _, key := range x.deletes {
			w.delete(key)
		}
		for _, prefix := range x.prefixes {
			w.deletePrefix(prefix)
		}
		for _, prefix := range x.sweep {
			w.sweep[prefix] = true
		}
		if got := w.ops(s); !slices.Equal(got, x.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, x.want)
		}
	}
}

// TestHalvesThatAreNotThere: what a derived field goes with is guarded where it is
// there; of one that is not there is nothing to keep.
func TestHalvesThatAreNotThere(t *testing.T) {
	t.Parallel()
	layout := keys.NewLayout(schema.Network(), "/sigilgate/")
	status := layout.FieldKey(addr.Device, "d", "7", "route.status")
	core := layout.FieldKey(addr.Device, "d", "7", "core")
	for _, there := range []bool{false, true} {
		r := &rests{
			layout:  layout,
			get:     func(key string) (kv.Entry, bool) { return kv.Entry{Key: key, CreateRevision: 5, ModRevision: 6}, there },
			touches: func(key string) bool { return key == status },
		}
		if got := slices.Contains(r.halves(addr.Device, "d", "7"), kv.Guard{Kind: kv.Exists, Key: core, Revision: 5}); got != there {
			t.Errorf("the Core of a device is there: %v, and guarded: %v", there, got)
		}
		for _, g := range r.halves(addr.Device, "d", "7") {
			if g.Key == core && !there {
				t.Errorf("what is not there is guarded: %+v", g)
			}
		}
	}
}
