package render

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":           "plain",
		"\x1b[31m":        `\e[31m`,
		"a\nb\tc\r":       `a\nb\tc\r`,
		`C:\x`:            `C:\\x`,
		"\x00\x7f":        `\x00\x7f`,
		"\u009b31m":       `\u{9b}31m`,
		"\u202egnp":       `\u{202e}gnp`,
		"a\u00a0b\u2028":  `a\u{a0}b\u{2028}`,
		"bad \xff":        `bad \xff`,
		"東京 é 🙂":          "東京 é 🙂",
		"\ufffd":          "\ufffd",
		"zero\u200bwidth": `zero\u{200b}width`,
		"\U000e0041":      `\u{e0041}`,
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}

// unsafe finds what could drive a terminal or mislead a reader.
func unsafe(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	})
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "\x1b]0;x\a", "\u202e", "\xff\xfe", `\`, "a b"} {
		f.Add(seed, seed+"x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if unsafe(Escape(a)) || unsafe(spelt(a)) {
			t.Errorf("Escape(%q) = %q is not safe", a, Escape(a))
		}
		if a != b && Escape(a) == Escape(b) {
			t.Errorf("%q and %q are both %q", a, b, Escape(a))
		}
		if a != b && spelt(a) == spelt(b) {
			t.Errorf("%q and %q are both %s", a, b, spelt(a))
		}
	})
}

func TestSpelt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":              `""`,
		"ams.example":   "ams.example",
		"two words":     `"two words"`,
		"a (drift)":     `"a (drift)"`,
		`say "x"`:       `"say \"x\""`,
		"(sensitive)":   `"(sensitive)"`,
		"a→b":           `"a→b"`,
		"2001:db8::1/x": "2001:db8::1/x",
	} {
		if got := spelt(in); got != want {
			t.Errorf("spelt(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"": 0, "abc": 3, "東京": 4, "e\u0301": 1, "é": 1, "🙂": 2, "🟢": 2, "👩‍👩‍👧": 2, "→─…": 3} {
		if got := width(in); got != want {
			t.Errorf("width(%q) = %d, want %d", in, got, want)
		}
	}
	if got := visibleWidth("\x1b[31mab\x1b[0m東"); got != 4 {
		t.Errorf("visibleWidth counts the colours: %d", got)
	}
}

func TestWrapKeepsWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-z]{1,30}`)).Draw(t, "words")
		to := rapid.IntRange(20, 100).Draw(t, "width")
		lines := wrap(strings.Join(words, " "), to)
		if got := strings.Fields(strings.Join(lines, " ")); strings.Join(got, " ") != strings.Join(words, " ") {
			t.Fatalf("wrapped %q into %q", words, lines)
		}
		for _, line := range lines {
			if width(line) > to && strings.Contains(line, " ") {
				t.Fatalf("%q is wider than %d", line, to)
			}
		}
	})
}
