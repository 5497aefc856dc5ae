package intake

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/sigilgate/sigilform/internal/failure"
)

// ErrSocket is the error for a socket where a file is wanted.
var ErrSocket = errors.New("it is a socket")

// ErrUnreadable is the error for what opens like a file and can't be read, such
// as the memory of a process.
var ErrUnreadable = errors.New("it opens like a file, but nothing can be read from it")

// Cause is why a file can't be used, in one line without its name.
func Cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return failure.Because(err)
}

// Advice is a hint: what to do about a file that can't be read, where some kind
// of file is wanted, as in "a file with one key a line".
func Advice(err error, wanted string) string {
	_, large := errors.AsType[*TooLarge](err)
	switch {
	case errors.Is(err, ErrInterrupted):
		return "run it again"
	case errors.Is(err, ErrNobody):
		return "start what writes into the pipe first, or name " + wanted
	case errors.Is(err, ErrFolder):
		return "name " + wanted + ", not the folder that it is in"
	case large:
		return "name " + wanted + "; this one is not of that kind"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP):
		return "check the path: it should lead to " + wanted
	case errors.Is(err, ErrSocket), errors.Is(err, ErrUnreadable):
		return "name " + wanted
	}
	return "check the path, and who may read the file: it should be " + wanted
}
