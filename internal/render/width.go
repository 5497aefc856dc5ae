package render

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// width is how many columns a text takes that has no colours in it, on every
// machine: the user's locale does not count.
func width(s string) int {
	c := runewidth.Condition{StrictEmojiNeutral: true}
	return c.StringWidth(s)
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
