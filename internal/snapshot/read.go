package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sigilgate/sigilform/internal/failure"
)

const (
	// maxHeader bounds the first line, maxPacked the rest.
	maxHeader = 256
	maxPacked = 1 << 28
	// maxUnpacked bounds what the rest unpacks to (a million keys are some
	// 200 MB), maxRatio how many times larger that is than what was packed,
	// once it is more than maxSmall.
	maxUnpacked = 1 << 30
	maxRatio    = 200
	maxSmall    = 1 << 26
)

// unpackedLimit is how much a body of so many bytes may unpack to.
func unpackedLimit(packed int) int { return min(maxUnpacked, max(maxSmall, maxRatio*packed)) }

// Damaged is the error for a snapshot file that is not as it was written.
type Damaged struct {
	// Reason is a clause: "it is truncated: 10 of 20 bytes are there".
	Reason string
}

// Failure says what is wrong.
func (e *Damaged) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.DamagedSnapshot, Summary: "The snapshot file is damaged", Detail: "It can't be used: " + e.Reason + ".",
		Hint: "take the snapshot again, or fetch the file again",
	}
}

// Error is the failure on one line.
func (e *Damaged) Error() string { return failure.Text(e) }

// TooNew is the error for a snapshot file of a later format.
type TooNew struct{ Format int }

// Failure says which format was found and which is known.
func (e *TooNew) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NewerSnapshot, Summary: "The snapshot file is of a newer version",
		Detail: fmt.Sprintf("It has format %d, and this version reads format %d.", e.Format, Format), Hint: "use the version that took it, or a later one",
	}
}

// Error is the failure on one line.
func (e *TooNew) Error() string { return failure.Text(e) }

// ErrNoSnapshot is the error for a file that never was a snapshot.
var ErrNoSnapshot error = &failure.Failure{Code: failure.NoSnapshot, Summary: "This is not a snapshot file", Hint: "`sigilform snapshot --out FILE` takes one"}

// Read reads a saved snapshot. The error is [ErrNoSnapshot], a [*TooNew], a
// [*Damaged], or the reader's own.
func Read(r io.Reader) (*Snapshot, error) {
	in := bufio.NewReaderSize(r, maxHeader)
	length, digest, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	packed, err := readPacked(in, length)
	if err != nil {
		return nil, err
	}
	if digestOf(packed) != digest {
		return nil, &Damaged{Reason: "its contents were changed after it was written"}
	}
	b, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	if err := check(b); err != nil {
		return nil, err
	}
	return b.snapshot(), nil
}

func readHeader(in *bufio.Reader) (length int, digest string, err error) {
	line, err := in.ReadSlice('\n')
	if !Is(line) {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, "", fmt.Errorf("read snapshot file: %w", err)
		}
		return 0, "", ErrNoSnapshot
	}
	if err != nil {
		return 0, "", &Damaged{Reason: "its first line is not complete"}
	}
	var format int
	if _, err := fmt.Sscanf(string(line), magic+"%d", &format); err == nil && format > Format {
		return 0, "", &TooNew{Format: format}
	}
	n, err := fmt.Sscanf(string(line), magic+"%d %d sha256:%s\n", &format, &length, &digest)
	header := fmt.Sprintf("%s%d %d sha256:%s\n", magic, Format, length, digest)
	if n != 3 || err != nil || header != string(line) || length < 0 || length > maxPacked {
		return 0, "", &Damaged{Reason: "its first line is not as it was written"}
	}
	return length, digest, nil
}

func readPacked(in *bufio.Reader, length int) ([]byte, error) {
	// Grow with what is there, not with what the header claims.
	var packed bytes.Buffer
	n, err := io.Copy(&packed, io.LimitReader(in, int64(length)+1))
	if err != nil {
		return nil, fmt.Errorf("read snapshot file: %w", err)
	}
	switch {
	case n < int64(length):
		return nil, &Damaged{Reason: fmt.Sprintf("it is truncated: %d of %d bytes are there", n, length)}
	case n > int64(length):
		return nil, &Damaged{Reason: "something follows its end"}
	}
	return packed.Bytes(), nil
}

// unpack reads the body, and refuses one that unpacks to more than any
// snapshot does.
func unpack(packed []byte) (*body, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, &Damaged{Reason: "its contents can't be unpacked"}
	}
	limit := unpackedLimit(len(packed))
	in := &io.LimitedReader{R: z, N: int64(limit) + 1}
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	var b body
	err = d.Decode(&b)
	if err == nil {
		var rest json.RawMessage
		if err = d.Decode(&rest); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			err = errors.New("something follows its end")
		}
	}
	switch {
	case in.N <= 0:
		return nil, &Damaged{Reason: fmt.Sprintf("%d bytes of it unpack to more than %d", len(packed), limit)}
	case err != nil:
		return nil, &Damaged{Reason: fmt.Sprintf("its contents can't be read (%v)", err)}
	}
	return &b, nil
}
