package render

import (
	"strings"
	"unicode"
)

// wide lists the blocks whose characters take two columns.
func wide(r rune) bool {
	for _, block := range [...][2]rune{
		{0x1100, 0x115F},
		{0x2E80, 0x303E},
		{0x3041, 0x33FF},
		{0x3400, 0x4DBF},
		{0x4E00, 0x9FFF},
		{0xA000, 0xA4CF},
		{0xAC00, 0xD7A3},
		{0xF900, 0xFAFF},
		{0xFE30, 0xFE6F},
		{0xFF00, 0xFF60},
		{0xFFE0, 0xFFE6},
		{0x1F300, 0x1F64F},
		{0x1F680, 0x1F6FF},
		{0x1F900, 0x1F9FF},
		{0x20000, 0x3FFFD},
	} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

// width is how many columns a text takes that has no colours in it.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// pad fills a text up to a width.
func pad(s string, to int) string { return s + strings.Repeat(" ", max(to-visibleWidth(s), 0)) }

// padLeft puts a text to the right end of a width.
func padLeft(s string, to int) string { return strings.Repeat(" ", max(to-visibleWidth(s), 0)) + s }

// wrap breaks prose into lines of at most the given width, between words. Lines
// that are indented already are kept as they are.
func wrap(s string, to int) []string {
	var lines []string
	for _, paragraph := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		if strings.HasPrefix(paragraph, " ") || width(paragraph) <= to {
			lines = append(lines, strings.TrimRight(paragraph, " "))
			continue
		}
		lines = append(lines, wrapOne(strings.Fields(paragraph), to)...)
	}
	return lines
}

func wrapOne(words []string, to int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range words {
		w := width(word)
		if used > 0 && used+1+w > to {
			lines, line, used = append(lines, line), "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+w
	}
	return append(lines, line)
}
