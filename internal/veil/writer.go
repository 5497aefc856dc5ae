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
func (w *Writer) Write(p []byte) (int, error) {
	spans := w.Veil.Find(string(p), w.Strict)
	if len(spans) == 0 {
		return w.To.Write(p) //nolint:wrapcheck // it stands for the other writer
	}
	if _, err := io.WriteString(w.To, replaced(string(p), spans)); err != nil {
		return 0, err //nolint:wrapcheck // it stands for the other writer
	}
	return len(p), nil
}
