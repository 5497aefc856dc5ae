package engine

import (
	"bytes"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/sigilgate/sigilform/internal/config"
)

// Diff is the difference between a file and its canonical form, as a unified
// diff; nothing where there is none.
func Diff(f *Formatted) string {
	_, text, _ := bytes.Cut(diff.Diff(f.Name, f.Before, f.Name+" (formatted)", f.After), []byte("\n")) // the first line is no part of the format
	return string(text)
}

// Diff is the same, of files whose private values are learned before.
func (e *Engine) Diff(f *Formatted) string {
	for _, text := range [][]byte{f.Before, f.After} {
		config.LearnPrivate(e.Catalogue, e.Veil, f.Name, text)
	}
	return Diff(f)
}
