package config

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/veil"
)

// source is the text of one file, or of one value given by name.
type source struct {
	// name is how ranges call it, shown is how the user does.
	name, shown string
	text        []byte
	json        bool
	// config says that it is a file of the configuration, not of values.
	config bool
	// broken says that the text did not parse.
	broken bool
	// secret says that nothing of the text is shown.
	secret bool

	masks  []span
	masked bool
}

// span is a piece of a text by bytes.
type span struct{ start, end int }

// Lines longer than this are cut around what is wrong.
const maxShown = 160

func (r *run) addSource(s *source) { r.sources[s.name] = s }

// shown is a file's name as the user would write it.
func (r *run) shown(name string) string {
	if s, ok := r.sources[name]; ok {
		return s.shown
	}
	return r.withDir(name)
}

func (r *run) withDir(name string) string {
	if d := r.options.Dir; d != "" && d != "." {
		return path.Join(d, name)
	}
	return name
}

// rangeOf turns a range of hcl into one of diag.
func (r *run) rangeOf(h hcl.Range) *diag.Range {
	if h.Filename == "" {
		return nil
	}
	pos := func(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
	return &diag.Range{File: r.shown(h.Filename), Start: pos(h.Start), End: pos(h.End)}
}

// snippet is the first line of a range with its secrets masked.
func (r *run) snippet(h hcl.Range) *diag.Snippet {
	s := r.sources[h.Filename]
	if s == nil || s.secret || h.Start.Byte > len(s.text) || h.Start.Byte < 0 {
		return nil
	}
	line := s.line(h.Start.Byte)
	at := span{h.Start.Byte, max(h.Start.Byte, min(h.End.Byte, line.end))}
	code, at := r.maskLine(s, line, at)
	code, at = cut(code, at, r.options.Veil.Find(code, true))
	return &diag.Snippet{Line: h.Start.Line, Code: code, Start: at.start, End: at.end}
}

// line is the line that a byte is on, without its end.
func (s *source) line(at int) span {
	start := bytes.LastIndexByte(s.text[:at], '\n') + 1
	end := len(s.text)
	if i := bytes.IndexByte(s.text[at:], '\n'); i >= 0 {
		end = at + i
	}
	if end > start && s.text[end-1] == '\r' {
		end--
	}
	return span{start, max(end, at)}
}

// maskLine returns the line with masks, and where at is in it.
func (r *run) maskLine(s *source, line, at span) (string, span) {
	// Only what is near can be shown, and a line may have megabytes.
	from := max(line.start, at.start-2*maxShown)
	to := min(line.end, at.start+2*maxShown)
	var b strings.Builder
	out := span{-1, -1}
	mark := func(source int) {
		if out.start < 0 && source >= at.start {
			out.start = b.Len()
		}
		if out.end < 0 && source >= at.end {
			out.end = b.Len()
		}
	}
	pos := from
	for _, m := range within(r.masksOf(s), span{from, to}) {
		if m.end <= pos {
			continue
		}
		pos = copyTo(&b, s.text, pos, max(pos, m.start), mark)
		mark(pos)
		b.WriteString(hiddenText)
		pos = min(m.end, to)
	}
	copyTo(&b, s.text, pos, to, mark)
	mark(max(at.end, to))
	return b.String(), out
}

const hiddenText = "(sensitive)"

// copyTo appends text[from:to], byte by byte, so that places can be marked.
func copyTo(b *strings.Builder, text []byte, from, to int, mark func(int)) int {
	for i := from; i < to; {
		mark(i)
		c, size := utf8.DecodeRune(text[i:to])
		i += size
		switch {
		case c == utf8.RuneError && size <= 1, c < ' ' && c != '\t', c == 0x7f:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(c)
		}
	}
	return max(from, to)
}

// cut shortens a long line to what is around at. It parts no private value, whose
// end would not be known for one.
func cut(code string, at span, private []veil.Span) (string, span) {
	if len(code) <= maxShown {
		return code, at
	}
	start := runeStart(code, max(0, at.start-maxShown/3))
	end := runeStart(code, min(len(code), start+maxShown))
	for _, p := range private {
		if p.Start < start && start < p.End {
			start = min(p.End, at.start)
		}
		if p.Start < end && end < p.End {
			end = p.Start
		}
	}
	end = max(start, end)
	out := code[start:end]
	at.start, at.end = at.start-start, min(at.end-start, len(out))
	if end < len(code) {
		out += "…"
	}
	if start > 0 {
		out = "…" + out
		at.start, at.end = at.start+len("…"), at.end+len("…")
	}
	return out, at
}

func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// sourceText is the text of a range where it is short and one line.
func (r *run) sourceText(h hcl.Range, otherwise string) string {
	s := r.sources[h.Filename]
	if s == nil || s.secret || h.Start.Line != h.End.Line || h.End.Byte > len(s.text) || h.End.Byte-h.Start.Byte > 60 {
		return otherwise
	}
	text := string(s.text[h.Start.Byte:h.End.Byte])
	if strings.ContainsAny(text, "\"'{(") {
		return otherwise
	}
	return text
}

// rangeAt is the range of some bytes of a text.
func (s *source) rangeAt(at span) hcl.Range {
	return hcl.Range{Filename: s.name, Start: s.pos(at.start), End: s.pos(at.end)}
}

func (s *source) pos(at int) hcl.Pos {
	at = min(at, len(s.text))
	line := bytes.Count(s.text[:at], []byte("\n")) + 1
	column := utf8.RuneCount(s.text[bytes.LastIndexByte(s.text[:at], '\n')+1:at]) + 1
	return hcl.Pos{Line: line, Column: column, Byte: at}
}
