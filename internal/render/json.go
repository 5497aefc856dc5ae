package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Head opens every Document.
type Head struct {
	// FormatVersion is "1.0".
	FormatVersion string `json:"format_version"`
	// Document names what follows: "plan", "drift", "status".
	Document string `json:"document"`
}

func head(document string) Head { return Head{FormatVersion: FormatVersion, Document: document} }

// writeJSON prints a Document.
func writeJSON(w io.Writer, document any, o Options) error {
	redact := o.redactor()
	text, err := encodeJSON(redact.located(document))
	if err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	if o.Lines {
		var line bytes.Buffer
		if err := json.Compact(&line, []byte(text)); err != nil {
			return fmt.Errorf("encode JSON: %w", err)
		}
		text = line.String() + "\n"
	}
	return write(w, redact.json(text))
}

// encodeJSON is indented JSON with a line end. What could drive a terminal is
// escaped as JSON allows it anywhere in a string.
func encodeJSON(document any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		return "", err
	}
	return escapeJSON(b.String()), nil
}

// escapeJSON spells out the characters that [Escape] does and encoding/json
// leaves as they are.
func escapeJSON(text string) string {
	keeps := escaper{lines: true, backslash: true}.keeps
	if !strings.ContainsFunc(text, func(r rune) bool { return !keeps(r) }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case keeps(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(r>>10), 0xDC00+(r&0x3FF))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// write hands a finished text over in one piece.
func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// list makes an absent list an empty one: JSON has [] and never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// sortedNames are the keys of a map in order.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
