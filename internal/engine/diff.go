package engine

import (
	"bytes"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff is the difference between a file and its canonical form, as a unified
// diff; nothing where there is none.
func Diff(f *Formatted) string {
	_, text, _ := bytes.Cut(diff.Diff(f.Name, f.Before, f.Name+" (formatted)", f.After), []byte("\n")) // the first line is no part of the format
	return string(text)
}
