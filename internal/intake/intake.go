package intake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Patience is how long a pipe without a writer is waited for.
const Patience = 2 * time.Second

// ErrFolder is the error for a folder where a file is wanted.
var ErrFolder = errors.New("it is a folder")

// ErrNobody is the error for a pipe into which nobody writes.
var ErrNobody = errors.New("it is a pipe, and nobody writes into it")

// TooLarge is the error for a file that is larger than any of its kind.
type TooLarge struct{ Limit int64 }

// Error says how large it may be.
func (e *TooLarge) Error() string {
	if e.Limit >= 1<<20 {
		return fmt.Sprintf("it is larger than %d MiB", e.Limit>>20)
	}
	return fmt.Sprintf("it is larger than %d KiB", e.Limit>>10)
}

// Read reads a whole file. One that is larger than the limit, or has no end, is
// an error.
func Read(name string, limit int64) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	return readAll(f, limit)
}

func readAll(f io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, err //nolint:wrapcheck // the caller names the file
	case int64(len(text)) > limit:
		return nil, &TooLarge{Limit: limit}
	}
	return text, nil
}

// Open opens a file to be read as a stream: a regular one, a device, a pipe. It
// never waits to open one; the first read of a pipe without a writer waits for
// one for some time.
func Open(name string) (io.ReadCloser, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller names the file
	}
	if info.IsDir() {
		return nil, ErrFolder
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller names the file
	}
	if info.Mode()&fs.ModeNamedPipe != 0 {
		return &pipe{File: f}, nil
	}
	return f, nil
}

// pipe is a pipe whose writer may still be to come.
type pipe struct {
	*os.File
	begun bool
}

// wait is between two looks at a pipe.
const wait = 20 * time.Millisecond

// Read waits for the first byte.
func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.File.Read(b)
	for until := time.Now().Add(Patience); !p.begun && n == 0 && errors.Is(err, io.EOF); n, err = p.File.Read(b) {
		if time.Now().After(until) {
			return 0, ErrNobody
		}
		<-time.After(wait)
	}
	p.begun = true
	return n, err //nolint:wrapcheck // a file is transparent
}
