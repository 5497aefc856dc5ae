package diag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Severity says whether a diagnostic stops the run.
type Severity string

// An Error stops the run before anything is written, a Warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Pos is a place in a file. Line and Column count from 1 (columns in
// grapheme clusters, as editors count), Byte from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a piece of a file, End exclusive. File is as the user named it.
type Range struct {
	File  string `json:"file"`
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// Snippet is the source text at a range: whole lines, with the string literals
// of sensitive attributes already masked.
type Snippet struct {
	// Line is the number of the first line of Code.
	Line int `json:"line"`
	// Code holds one or more whole lines without the last line's end.
	Code string `json:"code"`
	// Start and End are byte offsets into Code of what is wrong.
	Start int `json:"start"`
	End   int `json:"end"`
}

// Place is a second place that a diagnostic speaks of ("first declared here").
type Place struct {
	Message   string   `json:"message"`
	Address   string   `json:"address,omitempty"`
	Attribute string   `json:"attribute,omitempty"`
	Range     *Range   `json:"range,omitempty"`
	Snippet   *Snippet `json:"snippet,omitempty"`
}

// Diagnostic is one finding. Summary is one line without a full stop, Detail
// is whole sentences that say why, Hint is what to do.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Summary  string   `json:"summary"`
	Detail   string   `json:"detail,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	// Address names the object, Attribute the attribute in it ("ip",
	// "tls.sni"); config turns both into a Range.
	Address   string   `json:"address,omitempty"`
	Attribute string   `json:"attribute,omitempty"`
	Range     *Range   `json:"range,omitempty"`
	Snippet   *Snippet `json:"snippet,omitempty"`
	Related   []Place  `json:"related,omitempty"`
	// More is how many findings like it this one stands for, which are not kept.
	More int `json:"more,omitempty"`
}

// List holds the diagnostics of a run, errors and warnings.
type List []Diagnostic

// HasErrors reports whether any of the list stops the run.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort orders by file, line and column, then by address and summary; what has
// no range comes last. Equal diagnostics are kept once.
func (l List) Sort() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, compare)
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b Diagnostic) int {
	return cmp.Or(
		compareRange(a.Range, b.Range),
		strings.Compare(a.Address, b.Address),
		strings.Compare(a.Attribute, b.Attribute),
		strings.Compare(string(a.Severity), string(b.Severity)),
		strings.Compare(a.Summary, b.Summary),
		strings.Compare(a.Detail, b.Detail),
	)
}

func compareRange(a, b *Range) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Start.Byte, b.Start.Byte),
		cmp.Compare(a.End.Byte, b.End.Byte),
	)
}

// Err returns the list as an error where it holds errors, else nil.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &Failure{Diagnostics: l}
}

// Failure carries diagnostics as an error, so that a caller finds them with
// errors.As.
type Failure struct{ Diagnostics List }

// Failure has the findings as its evidence. A single one without a place is told
// like any other failure.
func (f *Failure) Failure() *failure.Failure {
	l := f.Diagnostics
	if len(l) == 1 && l[0].Range == nil && l[0].Address == "" && len(l[0].Related) == 0 {
		return &failure.Failure{Code: failure.Invalid, Summary: l[0].Summary, Detail: l[0].Detail, Hint: l[0].Hint}
	}
	return &failure.Failure{Code: failure.Invalid, Evidence: []any{l}}
}

// Error lists the summaries of the errors, one a line.
func (f *Failure) Error() string {
	var lines []string
	for _, d := range f.Diagnostics {
		if d.Severity == Error {
			lines = append(lines, d.Summary)
		}
	}
	return strings.Join(lines, "\n")
}
