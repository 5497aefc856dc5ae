package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
)

// LineDocument is one line of NDJSON: a stage while the command runs; at its end
// each change, policy, conflict, diagnostic, and last the result.
type LineDocument struct {
	FormatVersion string `json:"format_version"`
	// Type is "stage", "change", "policy", "conflict", "drift", "diagnostic" or
	// "result".
	Type string `json:"type"`
	// Time is when a stage began; of the others when the command ended.
	Time *time.Time `json:"time,omitempty"`
	// Stage is what is done from now on.
	Stage    string            `json:"stage,omitempty"`
	Change   *ChangeDocument   `json:"change,omitempty"`
	Policy   *PolicyDocument   `json:"policy,omitempty"`
	Conflict *ConflictDocument `json:"conflict,omitempty"`
	// Diagnostic is a finding of the configuration, or a warning of a plan.
	Diagnostic *diag.Diagnostic `json:"diagnostic,omitempty"`
	// ExitCode and Result are of the last line: the Document that --json prints,
	// without what has lines of its own.
	ExitCode *int `json:"exit_code,omitempty"`
	Result   any  `json:"result,omitempty"`
}

// Stage writes the line of a stage.
func Stage(w io.Writer, at time.Time, what string) error {
	at = at.UTC()
	return writeLine(w, &LineDocument{Type: "stage", Time: &at, Stage: what}, newRedactor(nil))
}

// lines writes what was come to, with the result in the last line.
func (r *Report) lines(w io.Writer, o Options) error {
	redact := o.redactor()
	for _, l := range r.lineDocuments() {
		if l.Diagnostic != nil {
			l.Diagnostic = &redact.snippets(diag.List{*l.Diagnostic})[0]
		}
		if !r.At.IsZero() {
			at := r.At.UTC()
			l.Time = &at
		}
		if err := writeLine(w, &l, redact); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) lineDocuments() []LineDocument {
	var out []LineDocument
	if r.Plan != nil {
		out = append(out, planLines(r.Plan)...)
	}
	if r.Drift != nil {
		for i := range r.Drift.Objects {
			out = append(out, LineDocument{Type: "drift", Change: &r.Drift.Objects[i]})
		}
	}
	if r.Validation != nil {
		for i := range r.Validation.Diagnostics {
			out = append(out, LineDocument{Type: "diagnostic", Diagnostic: &r.Validation.Diagnostics[i]})
		}
	}
	if r.Error != nil && !r.told() {
		for i := range r.Error.Diagnostics {
			out = append(out, LineDocument{Type: "diagnostic", Diagnostic: &r.Error.Diagnostics[i]})
		}
	}
	code := r.ExitCode
	return append(out, LineDocument{Type: "result", ExitCode: &code, Result: r.short()})
}

func planLines(d *PlanDocument) []LineDocument {
	out := make([]LineDocument, 0, len(d.Conflicts)+len(d.Policies)+len(d.Warnings)+len(d.Changes))
	for i := range d.Conflicts {
		out = append(out, LineDocument{Type: "conflict", Conflict: &d.Conflicts[i]})
	}
	for i := range d.Policies {
		out = append(out, LineDocument{Type: "policy", Policy: &d.Policies[i]})
	}
	for i := range d.Warnings {
		out = append(out, LineDocument{Type: "diagnostic", Diagnostic: &d.Warnings[i]})
	}
	for i := range d.Changes {
		out = append(out, LineDocument{Type: "change", Change: &d.Changes[i]})
	}
	return out
}

// short is the result without the lists that were lines.
func (r *Report) short() any {
	switch d := r.result().(type) {
	case *PlanDocument:
		s := *d
		s.Changes, s.Conflicts, s.Policies, s.Warnings = []ChangeDocument{}, []ConflictDocument{}, []PolicyDocument{}, diagnosticDocuments(nil)
		return s
	case *DriftDocument:
		s := *d
		s.Objects = []ChangeDocument{}
		return s
	case *ValidationDocument:
		s := *d
		s.Diagnostics = diagnosticDocuments(nil)
		return s
	case *ErrorDocument:
		s := *d
		s.Diagnostics = nil
		return s
	default:
		return d
	}
}

func writeLine(w io.Writer, l *LineDocument, redact *redactor) error {
	l.FormatVersion = FormatVersion
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(l); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	return write(w, redact.json(escapeJSON(b.String())))
}
