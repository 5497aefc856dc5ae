package render

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/diag"
)

const (
	// tabStop is how wide a tab is shown.
	tabStop = 4
	// maxSnippet is how many lines of source are shown.
	maxSnippet = 8
	// maxSource is how much of a line is shown.
	maxSource = 160
)

// sourceLine is one line of a snippet with what is wrong in it, in bytes.
type sourceLine struct {
	number     int
	text       string
	start, end int // start < 0: nothing
}

// snippet shows source lines with their numbers, and underlines what is wrong.
func (p *page) snippet(s *diag.Snippet, c paint) {
	lines := sourceLines(p.redact.snippet(s))
	cut := 0
	if len(lines) > maxSnippet {
		cut, lines = len(lines)-maxSnippet, lines[:maxSnippet]
	}
	gutter := len(strconv.Itoa(s.Line + len(lines) - 1))
	for _, line := range lines {
		text, start, end := line.shown()
		p.line("  ", p.color(dim, padLeft(strconv.Itoa(line.number), gutter)+" │ "), text)
		if start >= 0 {
			mark := strings.Repeat(" ", start) + p.color(c, strings.Repeat("^", max(end-start, 1)))
			p.line("  ", p.color(dim, strings.Repeat(" ", gutter)+" │ "), mark)
		}
	}
	if cut > 0 {
		p.line("  ", p.color(dim, strings.Repeat(" ", gutter)+" │ … "+counted(cut, "more line", "more lines")))
	}
}

// snippet is one whose secrets and private values are replaced, while lines and what
// is wrong in them stay where they are.
func (r *redactor) snippet(s *diag.Snippet) *diag.Snippet {
	spans := r.find(s.Code)
	if len(spans) == 0 {
		return s
	}
	out := diag.Snippet{Line: s.Line, Start: s.Start, End: s.End}
	var b strings.Builder
	at := 0
	for _, x := range spans {
		instead := x.instead + strings.Repeat("\n", strings.Count(s.Code[x.start:x.end], "\n"))
		b.WriteString(s.Code[at:x.start])
		begin := b.Len()
		b.WriteString(instead)
		at = x.end
		out.Start = moved(s.Start, out.Start, x, begin, b.Len())
		out.End = moved(s.End, out.End, x, begin, b.Len())
	}
	b.WriteString(s.Code[at:])
	out.Code = b.String()
	return &out
}

// located is a Document whose findings have such snippets: in JSON, what is wrong in
// them would stand elsewhere otherwise.
func (r *redactor) located(document any) any {
	switch d := document.(type) {
	case DiagnosticsDocument:
		d.Diagnostics = r.snippets(d.Diagnostics)
		return d
	case ValidationDocument:
		d.Diagnostics = r.snippets(d.Diagnostics)
		return d
	case *ValidationDocument:
		return r.located(*d)
	case ErrorDocument:
		d.Diagnostics = r.snippets(d.Diagnostics)
		return d
	case *ErrorDocument:
		return r.located(*d)
	case PlanDocument:
		d.Warnings = r.snippets(d.Warnings)
		return d
	case *PlanDocument:
		return r.located(*d)
	default:
		return document
	}
}

// snippets are findings with such snippets.
func (r *redactor) snippets(l diag.List) diag.List {
	out := make(diag.List, len(l))
	for i, d := range l {
		if d.Snippet != nil {
			d.Snippet = r.snippet(d.Snippet)
		}
		d.Related = slices.Clone(d.Related)
		for j := range d.Related {
			if s := d.Related[j].Snippet; s != nil {
				d.Related[j].Snippet = r.snippet(s)
			}
		}
		out[i] = d
	}
	return out
}

// moved is where an offset lies after a span was replaced by what is now
// between begin and end: was is where it lay by the spans before.
func moved(offset, was int, x span, begin, end int) int {
	switch {
	case offset <= x.start:
		return was
	case offset < x.end:
		return begin + len(x.instead)
	}
	return end + offset - x.end
}

// sourceLines cuts a snippet into lines and what is wrong into their parts.
func sourceLines(s *diag.Snippet) []sourceLine {
	start, end := min(max(s.Start, 0), len(s.Code)), min(max(s.End, 0), len(s.Code))
	end = max(end, start)
	texts := strings.Split(strings.TrimRight(s.Code, "\r\n"), "\n")
	lines := make([]sourceLine, 0, len(texts))
	at := 0
	for i, text := range texts {
		line := sourceLine{number: s.Line + i, text: strings.TrimSuffix(text, "\r"), start: -1}
		from, to := max(start-at, 0), min(end-at, len(line.text))
		inside := start <= at+len(text) && at <= end
		if inside && (from < to || start == end || start >= at && from <= to) {
			line.start, line.end = min(from, len(line.text)), max(to, from)
			line.skipIndent(from == 0 && start < at)
		}
		lines = append(lines, line)
		at += len(text) + 1
	}
	return lines
}

// skipIndent leaves the blanks before a line's text without a mark, where the
// mark comes from a line above.
func (l *sourceLine) skipIndent(continued bool) {
	if !continued {
		return
	}
	indent := len(l.text) - len(strings.TrimLeft(l.text, " \t"))
	l.start = min(max(l.start, indent), l.end)
	if l.start == l.end {
		l.start = -1
	}
}

// shown is a line as it is printed, with the columns of what is wrong.
func (l *sourceLine) shown() (text string, start, end int) {
	from, cut := l.window()
	var b strings.Builder
	column := 0
	if from > 0 {
		b.WriteString("… ")
		column = 2
	}
	start, end = -1, -1
	for i := from; ; {
		if i >= l.start && start < 0 && l.start >= 0 {
			start = column
		}
		if i >= l.end && end < 0 && l.start >= 0 {
			end = column
		}
		if i >= cut {
			break
		}
		piece, n := l.piece(i, column)
		b.WriteString(piece)
		column += width(piece)
		i += n
	}
	if cut < len(l.text) {
		b.WriteString(" …")
	}
	if start >= 0 && end < 0 {
		end = column
	}
	return b.String(), start, end
}

// piece is the character at i as it is shown: a tab reaches the next stop.
func (l *sourceLine) piece(i, column int) (text string, n int) {
	if l.text[i] == '\t' {
		return strings.Repeat(" ", tabStop-column%tabStop), 1
	}
	_, n = utf8.DecodeRuneInString(l.text[i:])
	return escapeProse(l.text[i : i+n]), n
}

// window is the part of a very long line that is shown, in bytes: around what
// is wrong in it.
func (l *sourceLine) window() (from, to int) {
	if len(l.text) <= maxSource {
		return 0, len(l.text)
	}
	if l.start > maxSource/2 {
		from = boundary(l.text, l.start-maxSource/4)
	}
	return from, boundary(l.text, min(from+maxSource, len(l.text)))
}

// boundary moves an index back to the start of a character.
func boundary(s string, i int) int {
	for back := 0; i > 0 && i < len(s) && back < utf8.UTFMax && !utf8.RuneStart(s[i]); back++ {
		i--
	}
	return i
}
