package cli

import (
	"context"
	"errors"
	"syscall"

	"github.com/sigilgate/sigilform/internal/failure"
)

// exitSignal and the number of the signal are the code of a command that was
// told to end, and did, as shells count.
const exitSignal = 128

// found is the end of a command that found what it was asked to look for:
// changes, drift, unformatted files. It is not an error to be printed.
type found struct{ what string }

func (f *found) Error() string { return f.what }

// shown is an error that the result tells already: as JSON always, as text
// where it is silent.
type shown struct {
	cause  error
	silent bool
}

func (s *shown) Error() string { return s.cause.Error() }
func (s *shown) Unwrap() error { return s.cause }

// signalled is why a command's context ends: somebody pressed Ctrl-C.
type signalled struct{ signal syscall.Signal }

func (s *signalled) Error() string { return "told to end by " + s.signal.String() }

// ended is the error of a command that came to no other end than that it was
// told to.
type ended struct {
	cause error
	by    *signalled
}

func (e *ended) Error() string { return e.cause.Error() }
func (e *ended) Unwrap() error { return e.cause }

// endedBy notes that a command failed because it was told to end. What was found
// out, or left behind, is told by its own code.
func endedBy(ctx context.Context, err error) error {
	var by *signalled
	if codeOf(err) != failure.ExitError || !errors.As(context.Cause(ctx), &by) {
		return err
	}
	return &ended{cause: err, by: by}
}

// codeOf is the exit code of a command that ended with the error: that of the
// failure, or of the signal where nothing else is to be told.
func codeOf(err error) int {
	if isFound(err) {
		return failure.ExitFound
	}
	code := failure.ExitCode(err)
	var stop *ended
	if code == failure.ExitError && errors.As(err, &stop) {
		return exitSignal + int(stop.by.signal)
	}
	return code
}

// isFound reports whether a finding is all there is: joined with an error, the
// error counts.
func isFound(err error) bool {
	_, ok := err.(*found) //nolint:errorlint // a wrapped or joined one is not all there is
	return ok
}
