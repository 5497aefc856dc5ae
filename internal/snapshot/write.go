package snapshot

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Format is the version of the saved form.
const Format = 1

// magic is how every snapshot file begins.
const magic = "sigilform-snapshot "

// Write saves a snapshot. Equal snapshots give equal bytes.
func Write(w io.Writer, s *Snapshot) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	count := &counter{to: z}
	e := json.NewEncoder(count)
	e.SetEscapeHTML(false)
	if err := errors.Join(e.Encode(bodyOf(s)), z.Close()); err != nil {
		return fmt.Errorf("encode snapshot: %w", err)
	}
	if packed.Len() > maxPacked || count.n > unpackedLimit(packed.Len()) {
		// Nobody could read it.
		return fmt.Errorf("the snapshot is too large to be saved: %d bytes, %d packed", count.n, packed.Len())
	}
	if _, err := fmt.Fprintf(w, "%s%d %d sha256:%s\n", magic, Format, packed.Len(), digestOf(packed.Bytes())); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	if _, err := w.Write(packed.Bytes()); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

// counter counts what is written.
type counter struct {
	to io.Writer
	n  int
}

// Write passes on.
func (c *counter) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.n += n
	return n, err //nolint:wrapcheck // passed on as it is
}

// Is reports whether a file that begins so is a snapshot file.
func Is(first []byte) bool { return bytes.HasPrefix(first, []byte(magic)) }

// Peek is how many of a file's first bytes [Is] needs.
const Peek = len(magic)

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
