package planfile

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sigilgate/sigilform/internal/plan"
)

// Format is the version of the saved form. Format 1 had no code, and is not read
// any more: whoever could change such a file could make its digest anew.
const Format = 2

// magic is how every plan file begins.
const magic = "sigilform-plan "

// body is what the header's digest covers.
type body struct {
	Format int        `json:"format"`
	Plan   *plan.Plan `json:"plan"`
}

// Write saves a plan and returns the file's digest, SHA-256 in hexadecimal. Where
// there is a key, the file gets the code by which its reader knows that it is as
// it was written. Equal plans give equal bytes. A plan of a snapshot is refused:
// it does not have the values that it would write.
func Write(w io.Writer, p *plan.Plan, key string) (string, error) {
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
	signed := headOf(text.Len(), digest)
	if _, err := fmt.Fprintf(w, "%s hmac:%s\n", signed, codeOf(key, signed)); err != nil {
		return "", fmt.Errorf("write plan: %w", err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return "", fmt.Errorf("write plan: %w", err)
	}
	return digest, nil
}

// headOf is the part of the first line that the code covers. By the digest it
// covers every byte of the body, which names the network and the cluster.
func headOf(length int, digest string) string {
	return fmt.Sprintf("%s%d %d sha256:%s", magic, Format, length, digest)
}

// none stands in a file's first line for the code of a plan without a key.
const none = "none"

func codeOf(key, signed string) string {
	if key == "" {
		return none
	}
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(signed))
	return hex.EncodeToString(m.Sum(nil))
}

// Is reports whether a file that begins so is a plan file.
func Is(first []byte) bool { return bytes.HasPrefix(first, []byte(magic)) }

// Peek is how many of a file's first bytes [Is] needs.
const Peek = len(magic)

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
