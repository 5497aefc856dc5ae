package render

import (
	"io"
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// paint is a colour of the terminal's own sixteen.
type paint string

const (
	plain  paint = ""
	bold   paint = "1"
	dim    paint = "2"
	red    paint = "31"
	green  paint = "32"
	yellow paint = "33"
	cyan   paint = "36"
)

// page is a text under construction.
type page struct {
	b      strings.Builder
	o      Options
	redact *redactor
	// prefix is the network's; listed keys are shown without it.
	prefix string
	// gap asks for an empty line before the next one.
	gap bool
}

func newPage(o Options) *page { return &page{o: o, redact: o.redactor()} }

// line adds a line made of parts.
func (p *page) line(parts ...string) {
	if p.gap && p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	p.gap = false
	text := strings.Join(parts, "")
	p.b.WriteString(strings.TrimRight(text, " "))
	p.b.WriteByte('\n')
}

// space puts one empty line before whatever comes next.
func (p *page) space() { p.gap = true }

// prose adds wrapped sentences, indented.
func (p *page) prose(text string) {
	const indent = "  "
	for _, line := range wrap(escapeProse(p.redact.text(text)), p.o.prose()-len(indent)) {
		p.line(indent, line)
	}
}

// sentence is a text of one line that is not wrapped yet.
func (p *page) sentence(text string) string { return escapeLine(p.redact.text(text)) }

// labelled adds a wrapped sentence after a label that is as wide as told.
func (p *page) labelled(indent, label string, used int, c paint, text string) {
	for _, line := range wrap(p.sentence(text), p.o.prose()-len(indent)-used) {
		p.line(indent, label, p.color(c, line))
		label = strings.Repeat(" ", used)
	}
}

// color paints a text where colours are allowed.
func (p *page) color(c paint, text string) string {
	if !p.o.Color || c == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// value is a text of others in one line.
func (p *page) value(s string) string { return spelt(p.redact.text(s)) }

// word is a text of others that stands by itself: an identity, a key.
func (p *page) word(s string) string { return Escape(p.redact.text(s)) }

// address is a text that escapes with backslashes already.
func (p *page) address(s string) string { return escapeLine(p.redact.text(s)) }

// flush hands the finished text over, redacted once more.
func (p *page) flush(w io.Writer) error { return write(w, p.redact.text(p.b.String())) }

// sign is the symbol of an action and its colour.
func sign(a plan.Action) (string, paint) {
	switch a {
	case plan.Delete:
		return "-", red
	case plan.Update:
		return "~", yellow
	case plan.Create:
		return "+", green
	case plan.Forget:
		return "<", cyan
	case plan.Adopt, plan.Record:
		return "=", cyan
	default:
		return "?", plain
	}
}

// sign paints the symbol of an action.
func (p *page) sign(a plan.Action) string {
	s, c := sign(a)
	return p.color(c, s)
}
