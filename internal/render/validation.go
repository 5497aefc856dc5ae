package render

import (
	"io"

	"github.com/sigilgate/sigilform/internal/diag"
)

// ValidationDocument says whether a configuration is valid.
type ValidationDocument struct {
	Head
	Valid        bool `json:"valid"`
	ErrorCount   int  `json:"error_count"`
	WarningCount int  `json:"warning_count"`
	// Network is the network's name, Objects counts what it declares; both
	// are empty where they could not be read.
	Network     string    `json:"network,omitempty"`
	Objects     int       `json:"objects,omitempty"`
	Diagnostics diag.List `json:"diagnostics"`
}

// NewValidation makes the Document of a validation.
func NewValidation(l diag.List) ValidationDocument {
	return ValidationDocument{Diagnostics: l}.completed()
}

// completed fills in what follows from the diagnostics.
func (v ValidationDocument) completed() ValidationDocument {
	v.Head = head("validation")
	v.Diagnostics = diagnosticDocuments(v.Diagnostics)
	v.ErrorCount, v.WarningCount = severities(v.Diagnostics)
	v.Valid = v.ErrorCount == 0
	return v
}

// Validation shows the findings and the result.
func Validation(w io.Writer, v ValidationDocument, o Options) error {
	o.Strict = true
	v = v.completed()
	if o.Format == JSON {
		return writeJSON(w, v, o)
	}
	p := newPage(o)
	p.diagnostics(v.Diagnostics)
	if !v.Valid || o.Quiet {
		return p.flush(w)
	}
	p.space()
	what := "The configuration"
	if v.Network != "" {
		what = "Network " + p.address(v.Network)
	}
	if v.Objects > 0 {
		what += " with " + counted(v.Objects, "object", "objects")
	}
	p.line(p.color(green, "Valid."), " ", what, " passes every check.")
	return p.flush(w)
}
