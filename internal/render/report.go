package render

import (
	"fmt"
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
)

// The formats of a [Report] that are for other programs.
const (
	// Markdown is a comment on a pull request.
	Markdown Format = "markdown"
	// GitHub is the commands of a GitHub workflow: annotations at file and line.
	GitHub Format = "github"
	// GitLab is the JSON of artifacts:reports:terraform.
	GitLab Format = "gitlab"
	// CodeQuality is GitLab's JSON of artifacts:reports:codequality.
	CodeQuality Format = "codequality"
	// SARIF is SARIF 2.1.0.
	SARIF Format = "sarif"
	// JUnit is the XML of test reports.
	JUnit Format = "junit"
	// NDJSON is a line of JSON for each thing, with the result in the last.
	NDJSON Format = "ndjson"
)

// Report is what a command came to, for all formats: those Documents of it that
// there are.
type Report struct {
	// Command is "sigilform plan", Tool the version.
	Command, Tool string
	Plan          *PlanDocument
	Applied       *AppliedDocument
	Drift         *DriftDocument
	Validation    *ValidationDocument
	Error         *ErrorDocument
	ExitCode      int
	// Places are the blocks of objects, by address.
	Places map[string]diag.Range
	// Path is the configuration, for findings without a place.
	Path string
	// At is when the command ended.
	At time.Time
	// Top is the folder of the repository, with slashes: what is below it is named
	// from there. Empty where it is not known.
	Top string
	// Base is put before relative file names: the way from the top of the
	// repository to the current folder, with a slash at its end.
	Base string
}

// Network is the name of the network, empty where it is not known.
func (r *Report) Network() string {
	switch {
	case r.Plan != nil:
		return r.Plan.Network
	case r.Drift != nil:
		return r.Drift.Network
	case r.Validation != nil:
		return r.Validation.Network
	}
	return ""
}

// Write prints the report in a format.
func (r *Report) Write(w io.Writer, f Format, o Options) error {
	o.Format = f
	o.Strict = r.Plan == nil && r.Drift == nil && r.Applied == nil // what it tells is messages
	switch f {
	case Text, JSON:
		return r.document(w, o)
	case Markdown:
		return write(w, r.Markdown(CommentLimit(), o))
	case GitHub:
		return write(w, r.annotations(o.redactor()))
	case GitLab:
		return writeJSON(w, r.terraform(), o)
	case CodeQuality:
		return writeJSON(w, r.codeQuality(o.redactor()), o)
	case SARIF:
		return writeJSON(w, r.sarif(o.redactor()), o)
	case JUnit:
		return r.junit(w, o.redactor())
	case NDJSON:
		return r.lines(w, o)
	}
	return fmt.Errorf("internal error: the format %q is unknown", f)
}

// document prints what is the result: why the command failed, else what it did,
// else what it found.
func (r *Report) document(w io.Writer, o Options) error {
	if o.Format == JSON {
		return writeJSON(w, r.result(), o)
	}
	p := newPage(o)
	if r.Plan != nil {
		p.planText(r.Plan)
	}
	if r.Drift != nil {
		p.driftText(r.Drift)
	}
	if r.Applied != nil {
		p.space()
		p.applied(r.Applied)
	}
	if err := p.flush(w); err != nil {
		return err
	}
	if r.Validation != nil {
		return Validation(w, *r.Validation, o)
	}
	if r.Error != nil {
		return Error(w, *r.Error, o)
	}
	return nil
}

// result is the Document that --json prints.
func (r *Report) result() any {
	switch {
	case r.Error != nil && !r.told():
		return r.Error
	case r.Applied != nil:
		return r.Applied
	case r.Plan != nil:
		return r.Plan
	case r.Drift != nil:
		return r.Drift
	case r.Validation != nil:
		return r.Validation
	}
	return ErrorDocument{Head: head("error"), ExitCode: r.ExitCode}
}

// told reports whether the error is one that another Document tells in full: the
// conflicts of a plan, the findings of a validation.
func (r *Report) told() bool {
	switch {
	case r.Error == nil:
		return false
	case r.Validation != nil && !r.Validation.Valid:
		return true
	}
	if r.Plan == nil {
		return false
	}
	return r.Error.Code == "conflict" && len(r.Plan.Conflicts) > 0 || r.Error.Code == "denied" && denied(r.Plan.Policies) > 0
}
