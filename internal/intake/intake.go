package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/retry"
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

// ErrInterrupted is the error for a file that was still waited for when the
// program was told to end.
var ErrInterrupted = errors.New("it was interrupted before all of it was there")

// Read reads a whole file. One that is larger than the limit, or has no end, is
// an error. The end of the context ends it.
func Read(ctx context.Context, name string, limit int64) ([]byte, error) {
	f, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	return readAll(f, limit)
}

func readAll(f io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case errors.Is(err, syscall.EIO):
		return nil, ErrUnreadable
	case err != nil:
		return nil, err //nolint:wrapcheck // the caller names the file
	case int64(len(text)) > limit:
		return nil, &TooLarge{Limit: limit}
	}
	return text, nil
}

// Open opens a file to be read as a stream: a regular one, a device, a pipe. It
// never waits to open one; the first read of a pipe without a writer waits for
// one for some time. The end of the context ends every read that waits.
func Open(ctx context.Context, name string) (io.ReadCloser, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller names the file
	}
	if info.IsDir() {
		return nil, ErrFolder
	}
	if info.Mode()&fs.ModeSocket != 0 {
		return nil, ErrSocket
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller names the file
	}
	if info.Mode().IsRegular() {
		return f, nil
	}
	s := &stream{File: f, ctx: ctx, closed: make(chan struct{}), begun: info.Mode()&fs.ModeNamedPipe == 0}
	fault.Go(s.watch, func(error) {})
	return s, nil
}

// stream is what may let its reader wait: a terminal, a pipe whose writer is
// slow, or still to come.
type stream struct {
	*os.File
	ctx    context.Context //nolint:containedctx // an io.Reader has no other way to learn of it
	closed chan struct{}
	close  sync.Once
	begun  bool
}

// watch ends a read that waits when the context ends. What has no deadline never
// waits.
func (s *stream) watch() {
	select {
	case <-s.ctx.Done():
		_ = s.SetReadDeadline(time.Unix(0, 1))
	case <-s.closed:
	}
}

// wait is between two looks at a pipe.
const wait = 20 * time.Millisecond

// Read waits for the first byte.
func (s *stream) Read(b []byte) (int, error) {
	n, err := s.File.Read(b)
	for until := time.Now().Add(Patience); !s.begun && n == 0 && errors.Is(err, io.EOF); n, err = s.File.Read(b) {
		if time.Now().After(until) {
			return 0, ErrNobody
		}
		_ = retry.Pause(s.ctx, wait)
	}
	s.begun = true
	if s.ctx.Err() != nil {
		return 0, ErrInterrupted
	}
	return n, err //nolint:wrapcheck // a file is transparent
}

// Close ends it.
func (s *stream) Close() error {
	s.close.Do(func() { close(s.closed) })
	return s.File.Close() //nolint:wrapcheck // a file is transparent
}
