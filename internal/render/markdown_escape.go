package render

import (
	"strings"
	"unicode/utf16"
)

// Limit is how long a text may be, and in which unit.
type Limit struct {
	Max int
	// Bytes counts bytes, else UTF-16 code units, which are never fewer than
	// characters.
	Bytes bool
}

// CommentLimit is that of a comment on GitHub.
func CommentLimit() Limit { return Limit{Max: 65_536} }

// maxSummary is what GitHub shows of a step's summary, in bytes. At its 1 MiB the
// summary is dropped without a word, and two bytes less already.
const maxSummary = 1<<20 - 3

// SummaryLimit is that of a step's summary which holds some bytes already.
func SummaryLimit(used int64) Limit { return Limit{Max: int(max(maxSummary-used, 0)), Bytes: true} }

func (l Limit) measure(s string) int {
	if l.Bytes {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// htmlText is a text of others inside an element.
func htmlText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(Escape(s))
}

// code is a text of others in type of its own: nothing in it has a meaning, and
// nobody is mentioned.
func code(s string) string {
	return "<code>" + strings.NewReplacer("`", "&#96;", "*", "&#42;", "_", "&#95;", "|", "&#124;", "\\", "&#92;", "~", "&#126;", "[", "&#91;", "]", "&#93;", "$", "&#36;").Replace(htmlText(s)) + "</code>"
}

// prose is a text of others as Markdown in which nothing has a meaning.
func (m *markdown) prose(s string) string {
	var b strings.Builder
	for _, r := range escapeLine(m.page.redact.text(s)) {
		b.WriteString(inert(r))
	}
	return b.String()
}

// within is prose that is cut where it would be longer than the room.
func (m *markdown) within(s string, room int) string {
	const cut = " …"
	all := m.prose(s)
	if m.limit.measure(all) <= room {
		return all
	}
	var b strings.Builder
	room -= m.limit.measure(cut)
	for _, r := range escapeLine(m.page.redact.text(s)) {
		part := inert(r)
		if room -= m.limit.measure(part); room < 0 {
			break
		}
		b.WriteString(part)
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + cut
}

// inert is a character that is not Markdown. A comment after an at sign keeps it
// from calling somebody, one after a number sign from linking to an issue; a
// dollar sign begins no formula.
func inert(r rune) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '$':
		return "&#36;"
	case r == '@', r == '#':
		return string(r) + "<!-- -->"
	case strings.ContainsRune("\\`*_{}[]|~!", r):
		return "\\" + string(r)
	}
	return string(r)
}

// fenced is a block of which no line can end it.
func fenced(language, text string) string {
	longest, run := 0, 0
	for _, c := range []byte(text) {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", max(longest+1, 3))
	return fence + language + "\n" + text + fence + "\n"
}
