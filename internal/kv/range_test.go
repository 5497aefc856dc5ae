package kv_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TestRangesAtTheEdges: keys in a range and right beside it, also where the
// range has no end and where a prefix ends in the highest bytes.
func TestRangesAtTheEdges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		r       kv.Range
		in, out []string
	}{
		{kv.Range{Key: "/a"}, []string{"/a"}, []string{"/", "/a/", "/b"}},
		{kv.Range{Key: "/a", End: "/c"}, []string{"/a", "/b", "/bz"}, []string{"/", "/c", "/d"}},
		{kv.Range{Key: "/a", End: kv.Beyond}, []string{"/a", "/b", "\xff\xff"}, []string{"/", "/Z", "\x00"}},
		{kv.Below("/a/"), []string{"/a/", "/a/b", "/a/\xff\xff"}, []string{"/a", "/a0", "/b"}},
		{kv.Below("a\xfe"), []string{"a\xfe", "a\xfe\xff\xff"}, []string{"a\xfd\xff", "a\xff", "b"}},
		{kv.Below("a\xff"), []string{"a\xff", "a\xff\xff"}, []string{"a\xfe\xff", "b"}},
		{kv.Below("\xff\xff"), []string{"\xff\xff", "\xff\xff\xff"}, []string{"\xff\xfe\xff", "\xff"}},
		{kv.Below(""), []string{"", "\x00", "a", "\xff"}, nil},
	} {
		for _, key := range test.in {
			if !test.r.Contains(key) || !test.r.Covers(kv.Range{Key: key}) {
				t.Errorf("%v does not hold %q", test.r, key)
			}
		}
		for _, key := range test.out {
			if test.r.Contains(key) || test.r.Covers(kv.Range{Key: key}) {
				t.Errorf("%v holds %q", test.r, key)
			}
		}
	}
}

// TestRangeCoversAtTheEdges: of two ranges with a common end, and without one.
func TestRangeCoversAtTheEdges(t *testing.T) {
	t.Parallel()
	r := func(key, end string) kv.Range { return kv.Range{Key: key, End: end} }
	for _, test := range []struct {
		big, small kv.Range
		want       bool
	}{
		{r("/a", "/c"), r("/a", "/c"), true},
		{r("/a", "/c"), r("/b", "/c"), true},
		{r("/a", "/c"), r("/a", "/d"), false},
		{r("/b", "/c"), r("/a", "/c"), false},
		{r("/a", "/c"), r("/b", kv.Beyond), false},
		{r("/a", ""), r("/a", "/b"), false},
		{r("/a", ""), r("/a", kv.Beyond), false},
		{r("/a", kv.Beyond), r("/a", kv.Beyond), true},
		{r("/b", kv.Beyond), r("/a", kv.Beyond), false},
		{r("/a", kv.Beyond), r("/b", "/c"), true},
		{r("/b", kv.Beyond), r("/a", "/c"), false},
		{r("/a", kv.Beyond), r("/a", ""), true},
	} {
		if got := test.big.Covers(test.small); got != test.want {
			t.Errorf("%v covers %v: %v", test.big, test.small, got)
		}
	}
}

// TestBelowIsThePrefix: a range below a prefix holds the keys that begin with
// it and no others, whatever bytes it ends in.
func TestBelowIsThePrefix(t *testing.T) {
	t.Parallel()
	bytes := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 0xfe, 0xff}), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		prefix, key := bytes.Draw(t, "prefix"), bytes.Draw(t, "key")
		r := kv.Below(string(prefix))
		want := len(key) >= len(prefix) && slices.Equal(key[:len(prefix)], prefix)
		if r.Contains(string(key)) != want {
			t.Fatalf("%v holds %q: %v", r, key, !want)
		}
		if got, ok := r.Prefix(); !ok || got != string(prefix) {
			t.Fatalf("%v is below %q, %v", r, got, ok)
		}
	})
}
