package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns s in one line that can't drive a terminal: control
// characters, escape sequences, characters that turn the direction of text or
// have no shape, and bytes that are not UTF-8 are spelt out, a backslash is
// doubled. Different texts stay different.
func Escape(s string) string { return escaper{}.escape(s) }

// escapeProse is for sentences and source code: lines and backslashes stay.
func escapeProse(s string) string { return escaper{lines: true, backslash: true}.escape(s) }

// escapeLine is for a sentence in one line: backslashes stay.
func escapeLine(s string) string { return escaper{backslash: true}.escape(s) }

// escaper says what stays as it is.
type escaper struct {
	lines     bool
	backslash bool
}

func (e escaper) escape(s string) string {
	if e.harmless(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case e.keeps(r):
			b.WriteRune(r)
		default:
			b.WriteString(spell(r))
		}
		i += n
	}
	return b.String()
}

func (e escaper) harmless(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !e.keeps(r) })
}

func (e escaper) keeps(r rune) bool {
	switch r {
	case '\\':
		return e.backslash
	case '\n':
		return e.lines
	case ' ':
		return true
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !shapeless(r)
}

// shapeless reports whether a graphic character shows nothing by itself.
func shapeless(r rune) bool {
	return r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0' || r == '\u2800' ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Zs, r)
}

// spell writes a character by its name or number.
func spell(r rune) string {
	switch r {
	case '\\':
		return `\\`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	case 0x1b:
		return `\e`
	}
	if r < utf8.RuneSelf {
		return fmt.Sprintf(`\x%02x`, r)
	}
	return fmt.Sprintf(`\u{%x}`, r)
}

// spelt is a value in one line, in quotes where it could be mistaken for the
// words around it: where it is empty, has spaces, or the signs that we use.
func spelt(s string) string {
	if s != "" && !strings.ContainsFunc(s, marks) {
		if e := Escape(s); e == s {
			return s
		}
	}
	return `"` + strings.ReplaceAll(Escape(s), `"`, `\"`) + `"`
}

func marks(r rune) bool { return strings.ContainsRune(" \"'(){}→\\", r) }
