package planfile

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"

	"github.com/sigilgate/sigilform/internal/failure"
)

const (
	// maxHeader bounds the first line, maxBody the rest (a plan of a million
	// keys has some 500 MB).
	maxHeader = 256
	maxBody   = 1 << 30
)

// Damaged is the error for a plan file that is not as it was written.
type Damaged struct {
	// Reason is a clause: "it is truncated: 10 of 20 bytes".
	Reason string
}

// Failure says what is wrong.
func (e *Damaged) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.DamagedPlan, Summary: "The plan file is damaged", Detail: "It can't be used: " + e.Reason + ".", Hint: "plan again; a plan file can't be edited",
	}
}

// Error is the failure on one line.
func (e *Damaged) Error() string { return failure.Text(e) }

// TooNew is the error for a plan file of a later format.
type TooNew struct{ Format int }

// Failure says which format was found and which is known.
func (e *TooNew) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NewerPlan, Summary: "The plan file is of a newer version",
		Detail: fmt.Sprintf("It has format %d, and this version reads format %d.", e.Format, Format), Hint: "apply it with the version that made it",
	}
}

// Error is the failure on one line.
func (e *TooNew) Error() string { return failure.Text(e) }

// Outdated is the error for a plan file of an earlier format, which has no code.
type Outdated struct{ Format int }

// Failure says which format was found and which is read.
func (e *Outdated) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.OutdatedPlan, Summary: "The plan file is of an earlier version",
		Detail: fmt.Sprintf("It has format %d, which anyone could change unnoticed; this version reads format %d.", e.Format, Format), Hint: "plan again",
	}
}

// Error is the failure on one line.
func (e *Outdated) Error() string { return failure.Text(e) }

// ErrNoPlan is the error for a file that never was a plan.
var ErrNoPlan error = &failure.Failure{Code: failure.NoPlan, Summary: "This is not a plan file", Hint: "`sigilform plan --out FILE` saves one"}

// File is a plan file as it was read: whole, and nothing more is known of it
// until it is verified.
type File struct {
	Plan *plan.Plan
	// Digest is the SHA-256 of its contents.
	Digest string
	head   header
}

// Keyed reports whether the file was made with a key.
func (f *File) Keyed() bool { return f.head.code != none }

// Verify reports whether the file is as someone who knows the key wrote it.
func (f *File) Verify(key string) bool {
	return key != "" && hmac.Equal([]byte(f.head.code), []byte(codeOf(key, headOf(f.head.length, f.head.digest))))
}

// Read reads a saved plan. That it is undamaged does not mean that it is as it
// was made: who changes one can make its digest anew. The error is [ErrNoPlan],
// a [*TooNew], a [*Outdated], a [*Damaged], or the reader's own. The plan is one
// of the catalogue's.
func Read(r io.Reader, c *schema.Catalogue) (*File, error) {
	in := bufio.NewReaderSize(r, maxHeader)
	h, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	text, err := readBody(in, h.length)
	if err != nil {
		return nil, err
	}
	if digestOf(text) != h.digest {
		return nil, &Damaged{Reason: "its contents were changed after it was written"}
	}
	p, err := decode(text)
	if err != nil {
		return nil, err
	}
	p.Catalogue = c
	return &File{Plan: p, Digest: h.digest, head: h}, nil
}

// header is the first line of a file.
type header struct {
	length       int
	digest, code string
}

func readHeader(in *bufio.Reader) (h header, err error) {
	line, err := in.ReadSlice('\n')
	if !Is(line) {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return h, fmt.Errorf("read plan file: %w", err)
		}
		return h, ErrNoPlan
	}
	if err != nil {
		return h, &Damaged{Reason: "its first line is not complete"}
	}
	return parseHeader(string(line))
}

func parseHeader(line string) (h header, err error) {
	var format int
	if _, err := fmt.Sscanf(line, magic+"%d", &format); err == nil && format > Format {
		return h, &TooNew{Format: format}
	} else if err == nil && format < Format {
		return h, &Outdated{Format: format}
	}
	n, err := fmt.Sscanf(line, magic+"%d %d sha256:%s hmac:%s\n", &format, &h.length, &h.digest, &h.code)
	if n != 4 || err != nil || headOf(h.length, h.digest)+" hmac:"+h.code+"\n" != line || h.length < 0 || h.length > maxBody {
		return h, &Damaged{Reason: "its first line is not as it was written"}
	}
	if h.code != none && len(h.code) != hex.EncodedLen(sha256.Size) {
		return h, &Damaged{Reason: "its code is not as it was written"}
	}
	return h, nil
}

func readBody(in *bufio.Reader, length int) ([]byte, error) {
	// Grow with what is there, not with what the header claims.
	var text bytes.Buffer
	n, err := io.Copy(&text, io.LimitReader(in, int64(length)+1))
	if err != nil {
		return nil, fmt.Errorf("read plan file: %w", err)
	}
	switch {
	case n < int64(length):
		return nil, &Damaged{Reason: fmt.Sprintf("it is truncated: %d of %d bytes are there", n, length)}
	case n > int64(length):
		return nil, &Damaged{Reason: "something follows its end"}
	}
	return text.Bytes(), nil
}

func decode(text []byte) (*plan.Plan, error) {
	var b body
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return nil, &Damaged{Reason: fmt.Sprintf("its contents can't be read (%v)", err)}
	}
	if b.Plan == nil || b.Format != Format {
		return nil, &Damaged{Reason: "it holds no plan"}
	}
	if err := check(b.Plan); err != nil {
		return nil, err
	}
	return b.Plan, nil
}
