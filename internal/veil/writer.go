package veil

import "io"

// Writer shortens what passes through it. A private value must not be parted by
// two writes.
type Writer struct {
	To io.Writer
	// Veil is nil where everything is shown.
	Veil *Veil
	// Strict shortens every UUID.
	Strict bool
}

// Write passes a text on.
func (w *Writer) Write(p []byte) (int, error) { return w.WriteString(string(p)) }

// WriteString passes a text on without a copy of it.
func (w *Writer) WriteString(s string) (int, error) {
	text := s
	if spans := w.Veil.Find(s, w.Strict); len(spans) > 0 {
		text = replaced(s, spans)
	}
	if _, err := io.WriteString(w.To, text); err != nil {
		return 0, err //nolint:wrapcheck // it stands for the other writer
	}
	return len(s), nil
}
