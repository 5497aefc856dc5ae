package planfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sigilgate/sigilform/internal/plan"
)

// Format is the version of the saved form.
const Format = 1

// magic is how every plan file begins.
const magic = "sigilform-plan "

// body is what the header's digest covers.
type body struct {
	Format int        `json:"format"`
	Plan   *plan.Plan `json:"plan"`
}

// Write saves a plan and returns the file's digest, SHA-256 in hexadecimal.
// Equal plans give equal bytes. A plan of a snapshot is refused: it does not
// have the values that it would write.
func Write(w io.Writer, p *plan.Plan) (string, error) {
	if p.Origin != nil {
		return "", errors.New("a plan of a snapshot can't be saved")
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(body{Format: Format, Plan: p}); err != nil {
		return "", fmt.Errorf("encode plan: %w", err)
	}
	digest := digestOf(text.Bytes())
	if _, err := fmt.Fprintf(w, "%s%d %d sha256:%s\n", magic, Format, text.Len(), digest); err != nil {
		return "", fmt.Errorf("write plan: %w", err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return "", fmt.Errorf("write plan: %w", err)
	}
	return digest, nil
}

// Is reports whether a file that begins so is a plan file.
func Is(first []byte) bool { return bytes.HasPrefix(first, []byte(magic)) }

// Peek is how many of a file's first bytes [Is] needs.
const Peek = len(magic)

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
