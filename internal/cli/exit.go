package cli

import (
	"context"
	"errors"
	"syscall"

	"github.com/sigilgate/sigilform/internal/abort"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/embedded"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/fault"
)

// The exit codes.
const (
	exitDone        = 0
	exitError       = 1
	exitFound       = 2
	exitConflict    = 3
	exitHeld        = 4
	exitInterrupted = 5
	exitDenied      = 6
	exitUnknown     = 7
	exitCrash       = abort.Code
	// exitSignal and the number of the signal are the code of a command that was
	// told to end, and did, as shells count.
	exitSignal = 128
)

// found is the end of a command that found what it was asked to look for:
// changes, drift, unformatted files. It is no error to be printed.
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
	if codeOf(err) != exitError || !errors.As(context.Cause(ctx), &by) {
		return err
	}
	return &ended{cause: err, by: by}
}

// codeOf is the exit code of an error. Where several hold it is the first of
// 70, 7, 5, 4, 3, 6, 130, 1, 2.
func codeOf(err error) int {
	switch {
	case err == nil:
		return exitDone
	case has[*fault.Fault](err):
		return exitCrash
	case has[*apply.Unknown](err):
		return exitUnknown
	case has[*apply.Interrupted](err), has[*apply.Stopped](err):
		return exitInterrupted
	case has[*embedded.Held](err), has[*apply.Locked](err):
		return exitHeld
	case has[*apply.Rejected](err), has[*apply.Refused](err), has[*engine.Conflicted](err), has[*engine.Unexpected](err):
		return exitConflict
	case has[*engine.Denied](err):
		return exitDenied
	case isFound(err):
		return exitFound
	}
	var stop *ended
	if errors.As(err, &stop) {
		return exitSignal + int(stop.by.signal)
	}
	return exitError
}

func has[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

// isFound reports whether a finding is all there is: joined with an error, the
// error counts.
func isFound(err error) bool {
	_, ok := err.(*found) //nolint:errorlint // a wrapped or joined one is not all there is
	return ok
}
