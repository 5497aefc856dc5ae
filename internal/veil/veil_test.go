package veil_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/veil"
)

const (
	phone  = "51329cc7-64c0-4147-a96c-3faeb9a24b8b"
	tablet = "51329cc7-0000-4147-a96c-3faeb9a24b8b"
	digest = "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899"
	other  = "77777777-64c0-4147-a96c-3faeb9a24b8b"
)

// TestText: what is known is shortened wherever it stands, in either case, and
// where a message has cut it; what is not known only as a part of a key.
func TestText(t *testing.T) {
	t.Parallel()
	v := new(veil.Veil)
	v.Know(phone, tablet, digest, "short", "exactly8", "ninebytes", "ключключ", "ключключи", phone, "")
	if got := v.Text(other); got != other {
		t.Errorf("what nobody knows became %q", got)
	}
	for in, want := range map[string]string{
		"":                            "",
		"nothing":                     "nothing",
		phone:                         "51329cc7…",
		"x" + phone + "y":             "x51329cc7…y",
		phone + phone:                 "51329cc7…51329cc7…",
		tablet:                        "51329cc7…2",
		digest:                        "aabbccdd…",
		strings.ToUpper(digest):       "AABBCCDD…",
		digest[:60] + "…":             "aabbccdd…",
		digest[:9] + "…":              "aabbccdd…",
		digest[:8] + "…":              digest[:8] + "…",
		digest[:60] + " …":            digest[:60] + " …",
		"short":                       "…",
		"it is short":                 "it is short",
		"exactly8":                    "…2",
		"a ninebytes b":               "a ninebyte… b",
		"ключключ":                    "…3",
		"a ключключи b":               "a ключключ… b",
		"/users/7/devices/" + other:   "/users/7/devices/77777777…",
		"/devices/" + other + "0":     "/devices/77777777…0",
		"/" + other[:35]:              "/" + other[:35],
		"/g" + other[1:]:              "/g" + other[1:],
		"51329cc7-64c0-4147-a96c":     "51329cc7-64c0-4147-a96c",
		"51329cc7" + phone:            "51329cc751329cc7…",
		"\xff" + phone + "\xfe":       "\xff51329cc7…\xfe",
		"a\u0000" + phone + "\u0000b": "a\u000051329cc7…\u0000b",
	} {
		if got := v.Text(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestStrict: of a message every UUID is shortened, but for what only looks like one.
func TestStrict(t *testing.T) {
	t.Parallel()
	v := new(veil.Veil)
	for in, want := range map[string]string{
		other:             "77777777…",
		"(" + other + ")": "(77777777…)",
		"a" + other:       "a" + other,
		other + "0":       other + "0",
		"no " + other[9:]: "no " + other[9:],
		"7777777-7-7-7-7": "7777777-7-7-7-7",
		"g" + other + "g": "g77777777…g",
	} {
		if got := new(veil.Veil).Strict(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := v.Strict(other + " and 77777777-0000-4147-a96c-3faeb9a24b8b"); got != "77777777… and 77777777…2" {
		t.Errorf("two that begin alike became %s", got)
	}
	if got := v.Text(other); got != "77777777…" {
		t.Errorf("what was seen once is not known: %s", got)
	}
}

// TestAlike: each of those that begin alike has a number of its own, and keeps it.
func TestAlike(t *testing.T) {
	t.Parallel()
	v := new(veil.Veil)
	shown := map[string]string{}
	for i := range 40 {
		value := fmt.Sprintf("51329cc7-%04x-4147-a96c-3faeb9a24b8b", i)
		v.Know(value)
		text := v.Text(value)
		if before, ok := shown[text]; ok {
			t.Errorf("%s and %s are both shown as %s", before, value, text)
		}
		shown[text] = value
	}
	for text, value := range shown {
		if v.Text(value) != text || v.Text(text) != text {
			t.Errorf("%s is shown as %s, and then as %s, %s", value, text, v.Text(value), v.Text(text))
		}
	}
}

// TestNoVeil: without one everything is shown.
func TestNoVeil(t *testing.T) {
	t.Parallel()
	var none *veil.Veil
	none.Know(phone)
	if none.Text(phone) != phone || none.Strict("/"+phone) != "/"+phone || none.Find(phone, true) != nil {
		t.Error("something is shortened")
	}
}

// TestWriter: what passes is shortened, and counts as written whole.
func TestWriter(t *testing.T) {
	t.Parallel()
	var to bytes.Buffer
	v := new(veil.Veil)
	v.Know(phone)
	w := &veil.Writer{To: &to, Veil: v}
	for _, text := range []string{phone + "\n", other + "\n", "plain\n"} {
		if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	w.Strict = true
	_, _ = w.Write([]byte(other + "\n"))
	w.Veil = nil
	_, _ = w.Write([]byte(phone + "\n"))
	if want := "51329cc7…\n" + other + "\nplain\n77777777…\n" + phone + "\n"; to.String() != want {
		t.Errorf("%q passed, want %q", to.String(), want)
	}
}

// TestNothingPasses: whatever is around a value, and whatever else is known, no more
// than its beginning is shown.
func TestNothingPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-c]{9,20}`)
		values := rapid.SliceOfN(value, 1, 6).Draw(t, "values")
		v := new(veil.Veil)
		v.Know(values...)
		around := rapid.StringMatching(`[a-c ]{0,6}`)
		parts := []string{around.Draw(t, "before")}
		for _, one := range rapid.SliceOfN(rapid.SampledFrom(values), 1, 4).Draw(t, "texts") {
			parts = append(parts, one, around.Draw(t, "after"))
		}
		text := strings.Join(parts, "")
		at := 0
		for _, x := range v.Find(text, false) {
			if x.Start < at || x.End <= x.Start || x.End > len(text) {
				t.Fatalf("a span of %q is %+v, after %d", text, x, at)
			}
			for _, one := range values {
				if strings.Contains(text[at:x.Start], one) {
					t.Fatalf("%q holds %s before %d, which is shown", text, one, x.Start)
				}
			}
			at = x.End
		}
		for _, one := range values {
			if strings.Contains(text[at:], one) {
				t.Fatalf("%q ends with %s, which is shown", text, one)
			}
		}
	})
}

// TestConcurrent: it is asked while it learns.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	v := new(veil.Veil)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 50 {
				v.Know(fmt.Sprintf("%08d-secret-%d", j, i))
				_ = v.Strict("/" + phone)
			}
		})
	}
	all.Wait()
	if v.Text(phone) != "51329cc7…" {
		t.Error("what all saw is not known")
	}
}

// BenchmarkFind is a text of a megabyte, and 30,000 known values.
func BenchmarkFind(b *testing.B) {
	v := new(veil.Veil)
	var text strings.Builder
	for i := range 30_000 {
		value := fmt.Sprintf("%08x-64c0-4147-a96c-3faeb9a24b8b", i*2654435761&0xffffffff)
		v.Know(value)
		if i%10 == 0 {
			fmt.Fprintf(&text, "/sigilgate/users/%d/devices/%s/status: active → archived, and what else is said of it in words; some more words that say nothing of any device, and again as many of those.\n", i, value)
		}
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		_ = v.Text(text.String())
	}
}
