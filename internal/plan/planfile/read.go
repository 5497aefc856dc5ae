package planfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sigilgate/sigilform/internal/plan"
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

// Error says what is wrong.
func (e *Damaged) Error() string { return "the plan file is damaged: " + e.Reason }

// TooNew is the error for a plan file of a later format.
type TooNew struct{ Format int }

// Error says which format was found and which is known.
func (e *TooNew) Error() string {
	return fmt.Sprintf("the plan file has format %d, this sigilform reads format %d: apply it with the version that made it", e.Format, Format)
}

// ErrNoPlan is the error for a file that never was a plan.
var ErrNoPlan = errors.New("this is no plan file")

// Read reads a saved plan and returns it with the file's digest. The error is
// [ErrNoPlan], a [*TooNew], a [*Damaged], or the reader's own.
func Read(r io.Reader) (*plan.Plan, string, error) {
	in := bufio.NewReaderSize(r, maxHeader)
	length, digest, err := readHeader(in)
	if err != nil {
		return nil, "", err
	}
	text, err := readBody(in, length)
	if err != nil {
		return nil, "", err
	}
	if digestOf(text) != digest {
		return nil, "", &Damaged{Reason: "its contents were changed after it was written"}
	}
	p, err := decode(text)
	if err != nil {
		return nil, "", err
	}
	return p, digest, nil
}

func readHeader(in *bufio.Reader) (length int, digest string, err error) {
	line, err := in.ReadSlice('\n')
	if !Is(line) {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, "", fmt.Errorf("read plan file: %w", err)
		}
		return 0, "", ErrNoPlan
	}
	var format int
	if err != nil {
		return 0, "", &Damaged{Reason: "its first line is not complete"}
	}
	if _, err := fmt.Sscanf(string(line), magic+"%d", &format); err == nil && format != Format {
		return 0, "", &TooNew{Format: format}
	}
	n, err := fmt.Sscanf(string(line), magic+"%d %d sha256:%s\n", &format, &length, &digest)
	header := fmt.Sprintf("%s%d %d sha256:%s\n", magic, format, length, digest)
	if n != 3 || err != nil || header != string(line) || length < 0 || length > maxBody {
		return 0, "", &Damaged{Reason: "its first line is not as it was written"}
	}
	return length, digest, nil
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
