package kv_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ form, key, value, want string }{
		{"*/core_nodes/=", "7/core_nodes/1", "", "1"},
		{"*/core_nodes/=", "7/core_nodes/1/2", "", ""},
		{"*/core_nodes/=", "7/core_nodes/", "", ""},
		{"*/core_nodes/=", "7/core_nodes", "", ""},
		{"*/core_nodes/=", "/core_nodes/1", "", ""},
		{"*/core_nodes/=", "7/access/1", "", ""},
		{"*/core", "3/core", "1", "1"},
		{"*/core", "3/core/x", "1", ""},
		{"*/=/", "3/1/status", "x", "1"},
		{"*/=/", "3/1/tls/sni", "x", "1"},
		{"*/=/", "3/1/", "x", ""},
		{"*/=/", "3/1", "x", ""},
		{"=/*/", "3/1/status", "x", "3"},
		{"=/*/", "3//status", "x", ""},
	} {
		g := kv.Guard{Kind: kv.Unnamed, Key: "/p/", Form: c.form}
		if got, ok := g.Names("/p/"+c.key, c.value); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s by %s names %q, %v", c.key, c.form, got, ok)
		}
	}
	if _, ok := (kv.Guard{Key: "/p/", Form: "*/core"}).Names("/q/3/core", "1"); ok {
		t.Error("a key elsewhere names something")
	}
	if _, ok := (kv.Guard{Key: "/p/", Form: "*/core"}).Names("3/core", "1"); ok {
		t.Error("a key elsewhere names something")
	}
}

func TestWhereUnnamedLooks(t *testing.T) {
	t.Parallel()
	at := func(form string) kv.Guard {
		return kv.Guard{Kind: kv.Unnamed, Key: "/p/paths/", Form: form, Value: "3"}
	}
	for form, want := range map[string]string{"=/*/": "/p/paths/3/", "*/=/": "/p/paths/", "=/": "/p/paths/3/", "a/=/core": "/p/paths/a/3/", "core": "/p/paths/"} {
		if got, ok := at(form).Range().Prefix(); !ok || got != want {
			t.Errorf("%s looks at %s", form, got)
		}
	}
	r := kv.ReferringOf([]kv.Guard{at("=/*/"), at("*/=/"), {Kind: kv.Empty, Key: "/x/"}, {Kind: kv.Unnamed, Key: "/p/users/", Form: "*/c/=", Value: "3"}}, nil)
	if got := r.Prefixes(); !slices.Equal(got, []string{"/p/paths/", "/p/users/"}) || r.None() {
		t.Errorf("it looks at %q", got)
	}
	if !kv.ReferringOf([]kv.Guard{{Kind: kv.Empty, Key: "/x/"}}, nil).None() {
		t.Error("a guard of another kind is one of them")
	}
}

// forms are what the drawn guards look for.
func forms() []kv.Guard {
	return []kv.Guard{
		{Kind: kv.Unnamed, Key: "/u/", Form: "*/c/=", Value: "1"},
		{Kind: kv.Unnamed, Key: "/u/", Form: "*/core", Value: "1"},
		{Kind: kv.Unnamed, Key: "/p/", Form: "*/=/", Value: "1"},
		{Kind: kv.Unnamed, Key: "/p/", Form: "=/*/", Value: "2"},
		{Kind: kv.Unnamed, Key: "/u/", Form: "*/core", Value: "2"},
	}
}

func drawEntries(t *rapid.T, label string, revision int64) map[string]kv.Entry {
	out := map[string]kv.Entry{}
	for range rapid.IntRange(0, 6).Draw(t, label) {
		key := rapid.SampledFrom([]string{"/u/1/c/1", "/u/1/c/2", "/u/2/core", "/u/3/core", "/u/2/name", "/p/1/2/s", "/p/2/1/s", "/p/3/3/s", "/u/1/c/1/x"}).Draw(t, "key")
		out[key] = kv.Entry{Key: key, Value: rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "value"), CreateRevision: revision, ModRevision: revision}
	}
	return out
}

func snapshotOf(entries map[string]kv.Entry, revision int64) *kv.Snapshot {
	s := &kv.Snapshot{Revision: revision}
	for _, e := range entries {
		s.Entries = append(s.Entries, e)
	}
	slices.SortFunc(s.Entries, func(a, b kv.Entry) int { return cmp.Compare(a.Key, b.Key) })
	return s
}

// holds is what a store makes of the guards.
func holds(s *kv.Snapshot, g kv.Guard) bool {
	if g.Kind != kv.Differs {
		return len(s.Moved(g)) == 0
	}
	within := s.Within(g.Range())
	return len(within) > 0 && !slices.ContainsFunc(within, func(e kv.Entry) bool { return e.Value == g.Value })
}

// TestWatchedSeesWhatComesToName: in whichever way they watch, the guards that
// a store compares hold right after the look, and fail once a key of others
// names what nothing named.
func TestWatchedSeesWhatComesToName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		guards := slices.DeleteFunc(forms(), func(g kv.Guard) bool { return rapid.Bool().Draw(t, "left out") })
		ops := rapid.SampledFrom([][]kv.Op{nil, {{Kind: kv.Put, Key: "/u/2/core"}}, {{Kind: kv.Delete, Key: "/u/1/c/1"}}, {{Kind: kv.DeletePrefix, Key: "/p/2/"}}}).Draw(t, "ops")
		r := kv.ReferringOf(guards, ops)
		entries := drawEntries(t, "there", 5)
		before := snapshotOf(entries, 9)
		if len(r.Moved(before)) > 0 {
			t.Skip("something names it already")
		}
		watched := r.Watched(before, rapid.IntRange(-1, 3).Draw(t, "most"))
		for _, g := range watched {
			if !holds(before, g) {
				t.Fatalf("%+v does not hold right away in %+v", g, before.Entries)
			}
		}
		for key, e := range drawEntries(t, "written", 12) {
			if old, there := entries[key]; there {
				e.CreateRevision = old.CreateRevision
			}
			entries[key] = e
		}
		after := snapshotOf(entries, 12)
		moved := r.Moved(after)
		if len(moved) > 0 && !slices.ContainsFunc(watched, func(g kv.Guard) bool { return !holds(after, g) }) {
			t.Fatalf("%+v is not noticed by %+v", moved, watched)
		}
		for _, m := range moved {
			if !slices.Contains(guards, m.Guard) || slices.ContainsFunc(ops, func(o kv.Op) bool { return o.Covers(m.Key) }) {
				t.Fatalf("%+v was not asked for", m)
			}
		}
	})
}

// TestWatchedIsNotDisturbed: what names nothing does not fail the guards, the
// less so the fewer names are looked for.
func TestWatchedIsNotDisturbed(t *testing.T) {
	t.Parallel()
	entries := map[string]kv.Entry{}
	put := func(key, value string, created, revision int64) {
		entries[key] = kv.Entry{Key: key, Value: value, CreateRevision: created, ModRevision: revision}
	}
	for i := range 40 {
		put(fmt.Sprintf("/u/%d/core", i), "7", 5, 5)
	}
	put("/u/3/name", "1", 5, 5)
	guards := forms()
	r := kv.ReferringOf(guards, nil)
	for most, kind := range map[int]kv.GuardKind{100: kv.Unmoved, 10: kv.Differs, 0: kv.Unwritten} {
		watched := r.Watched(snapshotOf(entries, 9), most)
		if !slices.ContainsFunc(watched, func(g kv.Guard) bool { return g.Kind == kind && strings.HasPrefix(g.Key, "/u/") }) {
			t.Errorf("with room for %d: %+v", most, watched)
		}
	}
	var many []kv.Guard
	for i := range 20 {
		many = append(many, kv.Guard{Kind: kv.Unnamed, Key: "/u/", Form: "*/core", Value: strconv.Itoa(100 + i)})
	}
	want := []kv.Guard{{Kind: kv.Unwritten, Key: "/u/", End: "/u0", Revision: 9}}
	if got := kv.ReferringOf(many, nil).Watched(snapshotOf(entries, 9), 10); !slices.Equal(got, want) {
		t.Errorf("many names are watched by %+v", got)
	}
	watched := r.Watched(snapshotOf(entries, 9), 10)
	put("/u/3/status", "x", 5, 12)
	put("/u/7/core", "8", 5, 12)
	after := snapshotOf(entries, 12)
	for _, g := range watched {
		if g.Kind == kv.Differs && !holds(after, g) {
			t.Errorf("%+v is disturbed", g)
		}
	}
}
