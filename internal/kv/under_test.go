package kv_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TestUnderAtTheEdges: prefixes whose last byte has no successor, and keys
// that begin alike without lying below.
func TestUnderAtTheEdges(t *testing.T) {
	t.Parallel()
	s := &kv.Snapshot{}
	for _, key := range []string{"a", "a/", "a/\x00", "a/b", "a/b\xff", "a/b\xff\xff", "a/c", "a0", "a\xff", "\xff", "\xff\xff", "\xff\xff\x00"} {
		s.Entries = append(s.Entries, kv.Entry{Key: key})
	}
	for prefix, want := range map[string][]string{
		"a/":           {"a/", "a/\x00", "a/b", "a/b\xff", "a/b\xff\xff", "a/c"},
		"a/b\xff":      {"a/b\xff", "a/b\xff\xff"},
		"a/b\xff\xff":  {"a/b\xff\xff"},
		"a/\x00":       {"a/\x00"},
		"a\xff":        {"a\xff"},
		"\xff":         {"\xff", "\xff\xff", "\xff\xff\x00"},
		"\xff\xff":     {"\xff\xff", "\xff\xff\x00"},
		"\xff\xff\xff": nil,
		"A":            nil,
		"a/d":          nil,
	} {
		var got []string
		for _, e := range s.Under(prefix) {
			got = append(got, e.Key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("under %q: %q, want %q", prefix, got, want)
		}
	}
	if got := s.Under(""); len(got) != len(s.Entries) {
		t.Errorf("%d of %d entries lie below nothing", len(got), len(s.Entries))
	}
	if got := (&kv.Snapshot{}).Under("a"); len(got) != 0 {
		t.Errorf("an empty snapshot holds %v", got)
	}
}
