package render

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/diag"
)

// DiagnosticsDocument is the findings of a run.
type DiagnosticsDocument struct {
	Head
	ErrorCount   int       `json:"error_count"`
	WarningCount int       `json:"warning_count"`
	Diagnostics  diag.List `json:"diagnostics"`
}

// NewDiagnostics makes the Document of a list, in its order.
func NewDiagnostics(l diag.List) DiagnosticsDocument {
	d := DiagnosticsDocument{Head: head("diagnostics"), Diagnostics: diagnosticDocuments(l)}
	d.ErrorCount, d.WarningCount = severities(l)
	return d
}

func severities(l diag.List) (failures, warnings int) {
	for i := range l {
		if l[i].Severity == diag.Error {
			failures++
		} else {
			warnings++
		}
	}
	return failures, warnings
}

// Diagnostics shows findings with the source that they speak of, and counts
// them. An empty list has no text.
func Diagnostics(w io.Writer, l diag.List, o Options) error {
	o.Strict = true
	d := NewDiagnostics(l)
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	t := newPage(o)
	t.diagnostics(d.Diagnostics)
	return t.flush(w)
}

// diagnostics adds all of a list, and how many there are.
func (p *page) diagnostics(l diag.List) {
	failures, warnings := severities(l)
	if p.o.Quiet {
		warnings = 0
	}
	if failures+warnings == 0 {
		return
	}
	for i := range l {
		if l[i].Severity == diag.Error || !p.o.Quiet {
			p.diagnostic(&l[i])
			p.space()
		}
	}
	p.line(p.tally(failures, warnings))
}

// tally is "2 errors, 1 warning".
func (p *page) tally(failures, warnings int) string {
	var parts []string
	if failures > 0 {
		parts = append(parts, p.color(red, counted(failures, "error", "errors")))
	}
	if warnings > 0 {
		parts = append(parts, p.color(yellow, counted(warnings, "warning", "warnings")))
	}
	return strings.Join(parts, ", ")
}

func (p *page) diagnostic(d *diag.Diagnostic) {
	label, c := "Error: ", red
	if d.Severity == diag.Warning {
		label, c = "Warning: ", yellow
	}
	p.labelled("", p.color(c, label), len(label), bold, d.Summary)
	p.place(diag.Place{Address: d.Address, Attribute: d.Attribute, Range: d.Range, Snippet: d.Snippet}, c)
	if d.Detail != "" {
		p.line()
		p.prose(d.Detail)
	}
	for _, related := range d.Related {
		p.line()
		p.prose(leading(p.redact.text(related.Message)))
		p.place(related, cyan)
	}
	p.hint(d.Hint)
}

// leading makes a message lead to a place. An address at its beginning stays
// as it is written.
func leading(message string) string {
	if message == "" {
		return ""
	}
	message = strings.TrimRight(message, ".:") + ":"
	if word, _, _ := strings.Cut(message, " "); strings.ContainsAny(word, ".[") {
		return message
	}
	first, n := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + message[n:]
}

// place says where something is and shows the source.
func (p *page) place(at diag.Place, c paint) {
	where := p.where(at)
	if where == "" {
		return
	}
	if at.Snippet == nil {
		p.line("  ", where)
		return
	}
	p.line("  ", where, ":")
	p.line()
	p.snippet(at.Snippet, c)
}

// where is "on main.hcl line 12, in core.ams", or as much of it as is known.
func (p *page) where(at diag.Place) string {
	object := p.address(at.Address)
	switch {
	case at.Range == nil && at.Address == "":
		return ""
	case at.Range == nil && at.Attribute != "":
		return "in " + object + ", attribute " + p.value(at.Attribute)
	case at.Range == nil:
		return "in " + object
	}
	text := "on " + p.word(at.Range.File)
	if at.Range.Start.Line > 0 {
		text += " line " + plainNumber(at.Range.Start.Line)
	}
	if object != "" {
		text += ", in " + object
	}
	return text
}
