package kv_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
)

// drawSnapshot draws keys of few letters, so that many begin alike, with bytes
// at both ends of the order among them.
func drawSnapshot(t *rapid.T) *kv.Snapshot {
	key := rapid.StringOfN(rapid.SampledFrom([]rune("a/0\x00\U0010ffff")), 1, 5, -1)
	keys := rapid.MapOfN(key, rapid.Int64Range(1, 9), 0, 30).Draw(t, "keys")
	s := &kv.Snapshot{}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		s.Entries = append(s.Entries, kv.Entry{Key: k, ModRevision: keys[k]})
	}
	return s
}

func TestSnapshotFindsWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSnapshot(t)
		prefix := rapid.StringOfN(rapid.SampledFrom([]rune("a/0\x00\U0010ffff")), 0, 3, -1).Draw(t, "prefix")
		var want []kv.Entry
		for _, e := range s.Entries {
			if strings.HasPrefix(e.Key, prefix) {
				want = append(want, e)
			}
			if got, ok := s.Get(e.Key); !ok || got != e {
				t.Fatalf("%q is not found", e.Key)
			}
		}
		if got := s.Under(prefix); !slices.Equal(got, want) {
			t.Fatalf("under %q: %s", prefix, cmp.Diff(want, got))
		}
		if e, ok := s.Get(prefix + "a"); ok != slices.Contains(s.Entries, e) {
			t.Fatalf("Get invents %q", e.Key)
		}
	})
}

func TestTooLargeSaysSizeAndLimit(t *testing.T) {
	t.Parallel()
	err := &kv.TooLarge{Bytes: 2_000_000, MaxBytes: 1_572_864, Ops: 900, Guards: 30, MaxTxnOps: 128}
	for _, want := range []string{"2000000 bytes", "1572864 bytes", "900 writes", "30 guards", "128 operations"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if got := kv.DefaultLimits(); got.MaxTxnOps != 128 || got.MaxRequestBytes != 1_572_864 {
		t.Errorf("a stock etcd server has other limits than %+v", got)
	}
}
