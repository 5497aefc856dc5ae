package kv_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/kv"
)

func unnamed(key, form, value string) kv.Guard {
	return kv.Guard{Kind: kv.Unnamed, Key: key, Form: form, Value: value}
}

// at is a snapshot of "key=value" at revisions from 11 on, each created at 5.
func at(entries ...string) *kv.Snapshot {
	s := &kv.Snapshot{Revision: 20}
	for i, text := range entries {
		key, value, _ := strings.Cut(text, "=")
		s.Entries = append(s.Entries, kv.Entry{Key: key, Value: value, CreateRevision: 5, ModRevision: int64(11 + i)})
	}
	return s
}

// TestWhatNamesIsMoved: every key of others that names what must not be named is
// found with its guard and revision, and none that the transaction itself writes.
func TestWhatNamesIsMoved(t *testing.T) {
	t.Parallel()
	byKey, byValue, other := unnamed("/u/", "*/c/=", "1"), unnamed("/u/", "*/core", "1"), unnamed("/u/", "*/core", "2")
	below := unnamed("/p/", "*/=/", "1")
	s := at("/p/3/1", "/p/4/1/x", "/u/1/c/1", "/u/1/c/2", "/u/1/core=1", "/u/2/core=2", "/u/2/name=1", "/u/3/core=3", "/u/4/core=1", "/u/5/core=1")
	r := kv.ReferringOf([]kv.Guard{below, byKey, byValue, other}, []kv.Op{
		{Kind: kv.DeletePrefix, Key: "/u/4/"}, {Kind: kv.Put, Key: "/u/5/core"}, {Kind: kv.DeleteRange, Key: "/u/1", End: "/u/2"},
	})
	want := []kv.Moved{
		{Guard: below, Key: "/p/4/1/x", Found: 12},
		{Guard: byKey, Key: "/u/1/c/1", Found: 13},
		{Guard: byValue, Key: "/u/1/core", Found: 15},
		{Guard: other, Key: "/u/2/core", Found: 16},
	}
	if diff := cmp.Diff(want, r.Moved(s)); diff != "" {
		t.Error(diff)
	}
}

// TestHowItIsWatched: by which guards, to the letter: of keys that name by their
// text, of few and of many whose value names, and where nothing has room.
func TestHowItIsWatched(t *testing.T) {
	t.Parallel()
	s := at("/u/1/core=7", "/u/2/core=8", "/u/2/name=1", "/u/3/core=9")
	notAfter := func(key string) kv.Guard { return kv.Guard{Kind: kv.NotAfter, Key: key, Revision: 20} }
	unmoved := func(key string, revision int64) kv.Guard {
		return kv.Guard{Kind: kv.Unmoved, Key: key, Revision: revision}
	}
	byValue := unnamed("/u/", "*/core", "1")
	differs := func(from, to string) kv.Guard {
		return kv.Guard{Kind: kv.Differs, Key: from, End: to, Value: "1"}
	}
	for name, test := range map[string]struct {
		guards []kv.Guard
		ops    []kv.Op
		most   int
		want   []kv.Guard
	}{
		"by key":                         {[]kv.Guard{unnamed("/u/", "*/c/=", "1")}, nil, 0, []kv.Guard{notAfter("/u/")}},
		"by key, with other names there": {[]kv.Guard{unnamed("/u/", "*/=", "none")}, nil, 9, []kv.Guard{notAfter("/u/")}},
		"by value, just enough room": {
			[]kv.Guard{byValue},
			nil, 3,
			[]kv.Guard{notAfter("/u/"), unmoved("/u/1/core", 11), unmoved("/u/2/core", 12), unmoved("/u/3/core", 14)},
		},
		"its own are not watched": {
			[]kv.Guard{byValue},
			[]kv.Op{{Kind: kv.Put, Key: "/u/2/core"}},
			2,
			[]kv.Guard{notAfter("/u/"), unmoved("/u/1/core", 11), unmoved("/u/3/core", 14)},
		},
		"by value, too little room": {[]kv.Guard{byValue}, nil, 2, []kv.Guard{differs("/u/", "/u/2/name"), differs("/u/2/name\x00", "/u0")}},
		"no room at all":            {[]kv.Guard{byValue}, nil, 0, []kv.Guard{{Kind: kv.Unwritten, Key: "/u/", End: "/u0", Revision: 20}}},
		"below another that is watched": {
			[]kv.Guard{unnamed("/u/", "*/c/=", "1"), unnamed("/u/1/", "*/=", "1")},
			nil, 0,
			[]kv.Guard{notAfter("/u/")},
		},
		"below a range that is watched": {
			[]kv.Guard{byValue, unnamed("/u/1/", "*/=", "1")},
			nil, 0,
			[]kv.Guard{{Kind: kv.Unwritten, Key: "/u/", End: "/u0", Revision: 20}},
		},
		"beside another": {
			[]kv.Guard{unnamed("/u/", "*/c/=", "1"), unnamed("/v/", "*/=", "1")},
			nil, 0,
			[]kv.Guard{notAfter("/u/"), notAfter("/v/")},
		},
	} {
		if diff := cmp.Diff(test.want, kv.ReferringOf(test.guards, test.ops).Watched(s, test.most)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestWatchedBetween: where values that equal the name but name nothing follow
// each other, an empty range between them must stay empty.
func TestWatchedBetween(t *testing.T) {
	t.Parallel()
	s := at("/u/2/core=8", "/u/2/name=1", "/u/4/name=1", "/u/5/core=9")
	want := []kv.Guard{
		{Kind: kv.Differs, Key: "/u/", End: "/u/2/name", Value: "1"},
		{Kind: kv.Unwritten, Key: "/u/2/name\x00", End: "/u/4/name", Revision: 20},
		{Kind: kv.Differs, Key: "/u/4/name\x00", End: "/u0", Value: "1"},
	}
	r := kv.ReferringOf([]kv.Guard{unnamed("/u/", "*/core", "1")}, nil)
	if diff := cmp.Diff(want[:1], r.Watched(s, 1)[:1]); diff == "" {
		t.Error("one key has room, and there are two")
	}
	// 2 keys do not fit into 1, but two cuts do not either: nothing may change.
	if got := r.Watched(s, 1); len(got) != 1 || got[0].Kind != kv.Unwritten || got[0].Key != "/u/" {
		t.Errorf("watched by %+v", got)
	}
	many := at("/u/2/core=8", "/u/2/name=1", "/u/4/name=1", "/u/5/core=9", "/u/6/core=9")
	if diff := cmp.Diff(want, r.Watched(many, 2)); diff != "" {
		t.Error(diff)
	}
	// What is first in the range leaves nothing before it.
	want = []kv.Guard{{Kind: kv.Differs, Key: "/u/\x00", End: "/u0", Value: "1"}}
	if diff := cmp.Diff(want, r.Watched(at("/u/=1", "/u/1/core=3", "/u/2/core=4"), 1)); diff != "" {
		t.Error(diff)
	}
	first := at("/u/=1", "/u/1/core=3")
	if got := r.Watched(first, 0); len(got) != 1 || got[0].Kind != kv.Unwritten {
		t.Errorf("watched by %+v", got)
	}
}

// TestManyNames: more than eight names are not looked for one by one.
func TestManyNames(t *testing.T) {
	t.Parallel()
	s := at("/u/1/core=x", "/u/2/core=y")
	for n, kind := range map[int]kv.GuardKind{8: kv.Differs, 9: kv.Unwritten} {
		var guards []kv.Guard
		for i := range n {
			guards = append(guards, unnamed("/u/", "*/core", strconv.Itoa(i)))
		}
		got := kv.ReferringOf(guards, nil).Watched(s, 1)
		if len(got) == 0 || slices.ContainsFunc(got, func(g kv.Guard) bool { return g.Kind != kind }) {
			t.Errorf("%d names are watched by %+v", n, got)
		}
	}
}

// TestJoin: of several batches each key is there once, as it was left, in order.
func TestJoin(t *testing.T) {
	t.Parallel()
	event := func(key, value string, revision int64) kv.Event {
		return kv.Event{Entry: kv.Entry{Key: key, Value: value, ModRevision: revision}}
	}
	gone := kv.Event{Entry: kv.Entry{Key: "/c", ModRevision: 9}, Deleted: true}
	got := kv.Join([]kv.Batch{
		{Revision: 6, Events: []kv.Event{event("/b", "1", 5), event("/c", "1", 6)}},
		{Revision: 9, Events: []kv.Event{event("/a", "2", 8), event("/b", "2", 7), gone}},
	})
	want := kv.Batch{Revision: 9, Events: []kv.Event{event("/a", "2", 8), event("/b", "2", 7), gone}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var many, sorted kv.Batch
	for i := range 40 {
		sorted.Events = append(sorted.Events, event(fmt.Sprintf("/%02d", i), "1", 5))
		many.Events = append(many.Events, event(fmt.Sprintf("/%02d", 39-i), "1", 5))
	}
	if diff := cmp.Diff(sorted, kv.Join([]kv.Batch{many})); diff != "" {
		t.Error(diff)
	}
	if bytes := got.Bytes(); bytes != 3*64+6+2 {
		t.Errorf("it takes %d bytes", bytes)
	}
}

// TestOneWriteTooLarge: where one write is to blame, it is named.
func TestOneWriteTooLarge(t *testing.T) {
	t.Parallel()
	if f := (&kv.TooLarge{Key: "/a/b", Bytes: 9}).Failure(); !strings.Contains(f.Summary, "A single write") || !strings.Contains(f.Detail, "/a/b") {
		t.Errorf("it says %+v", f)
	}
}
