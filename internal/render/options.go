package render

import (
	"math"

	"github.com/sigilgate/sigilform/internal/state"
	"github.com/sigilgate/sigilform/internal/veil"
)

// FormatVersion is the version of every Document. Fields may be added to a
// version, never changed or removed.
const FormatVersion = "1.0"

// Format is how a Document is printed.
type Format string

// The formats.
const (
	// Text is for people; the zero value too.
	Text Format = "text"
	// JSON is for programs: one indented object with format_version.
	JSON Format = "json"
)

// Options say how to print.
type Options struct {
	// Restored says that the cluster was restored from a snapshot; Documents of
	// what is live hold it.
	Restored *RestoredDocument
	Format   Format
	// Lines prints a Document of JSON on one line, as in a stream of them.
	Lines bool
	// Color allows the sixteen colours of a terminal.
	Color bool
	// Summary shows a plan as a table of counts with addresses only.
	Summary bool
	// Width is that of the terminal in columns, 0 where there is none. Prose
	// is wrapped to it, values never are; without a terminal nothing is.
	Width int
	// Quiet leaves out what only explains: headers, notes, warnings, what is
	// unmanaged. Of a drift report and of an apply the last line is left, and
	// that of a plan or an apply says how many warnings were left out.
	Quiet bool
	// Journal is that of an apply that is under way or was interrupted, nil
	// where there is none: what is shown is in the middle of it.
	Journal *state.Journal
	// File is what is known of the file that a plan was read from.
	File *PlanFileDocument
	// Secrets are values that must not be shown, wherever they occur. They are
	// searched in the finished text too. One that is shorter than
	// [MinSecret] is not: it would be found by chance everywhere.
	Secrets []string
	// Veil shortens private values wherever they occur; nil where they are shown
	// whole.
	Veil *veil.Veil
	// Strict shortens every UUID, as of a message that may speak of what nobody
	// has read.
	Strict bool
}

// MinSecret is the length in bytes from which on a secret is searched.
const MinSecret = 4

// The least and the most width of prose on a terminal.
const (
	minWidth = 40
	maxWidth = 100
)

// unwrapped is the width of prose without a terminal: a log and grep need a
// sentence on one line, however long the paths and addresses in it are.
const unwrapped = math.MaxInt32

// prose is the width to which prose is wrapped.
func (o Options) prose() int {
	if o.Width == 0 {
		return unwrapped
	}
	return min(max(o.Width, minWidth), maxWidth)
}
