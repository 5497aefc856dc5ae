package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/sigilgate/sigilform/internal/fault"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Damaged is the error for data that no server can be started from. It is left
// as it is.
type Damaged struct {
	// Data is the folder of etcd's files.
	Data string
	// Cause is what was found.
	Cause error
}

// Failure says where, and what, and how to go on.
func (e *Damaged) Failure() *failure.Failure {
	if f := ofSystem(e); f != nil {
		return f
	}
	return &failure.Failure{
		Code: failure.DamagedFolder, Summary: "The data of the embedded server is damaged", Cause: e.Cause,
		Detail: fmt.Sprintf("In %s: %s. Nothing was changed there.", e.Data, failure.Because(e.Cause)),
		Hint:   "move it away with " + moveAway(e.Data) + "; then put a copy or a snapshot of it back (docs/cli.md, dev), or start anew with `sigilform apply`, which writes what the files say",
	}
}

// moveAway is the command that keeps damaged data as it is.
func moveAway(data string) string {
	return fmt.Sprintf("`mv %s %s`", filepath.Clean(data), filepath.Clean(data)+".damaged")
}

// Error says where, and what.
func (e *Damaged) Error() string {
	return fmt.Sprintf("the data of the embedded etcd server in %s is damaged: %v", e.Data, e.Cause)
}

// ofSystem is what the machine below the server does not give it, nil where it
// is not that.
func ofSystem(err error) *failure.Failure {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &failure.Failure{
			Code: failure.DiskFull, Summary: "The disk of the embedded server is full", Cause: err,
			Detail: "It can't go on: " + failure.Because(err) + ".", Hint: "make room and run it again: what was acknowledged is on the disk",
		}
	case errors.Is(err, syscall.EFBIG):
		return &failure.Failure{
			Code: failure.DiskFull, Summary: "A file of the embedded server may not grow any more", Cause: err,
			Detail: "It can't go on: " + failure.Because(err) + ".", Hint: "raise the limit for files (ulimit -f) and run it again: what was acknowledged is on the disk",
		}
	case errors.Is(err, syscall.EROFS):
		return &failure.Failure{
			Code: failure.NoAccess, Summary: "The disk of the embedded server can only be read", Cause: err,
			Detail: "It can't go on: " + failure.Because(err) + ".", Hint: "the embedded server writes, also to be read from: mount it for writing, or copy the folder to another disk",
		}
	case errors.Is(err, fs.ErrPermission):
		return &failure.Failure{
			Code: failure.NoAccess, Summary: "The embedded server may not use its data", Cause: err,
			Detail: "It can't go on: " + failure.Because(err) + ".", Hint: "run it as the user who owns .sigilform, or give that user the files back",
		}
	}
	return nil
}

// Unwrap returns what was found.
func (e *Damaged) Unwrap() error { return e.Cause }

// Newer is the error for data that a later etcd wrote than the one in this
// program. It is left as it is.
type Newer struct {
	Data  string
	Cause error
}

// Failure says where, and what etcd said, and how to go on.
func (e *Newer) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NewerFolder, Summary: "The data of the embedded server is of a newer etcd than this program has", Cause: e.Cause,
		Detail: fmt.Sprintf("In %s: %s. Nothing was changed there.", e.Data, failure.Because(e.Cause)),
		Hint:   "use the version of sigilform that wrote it, or a later one; `sigilform version` says which etcd is in it",
	}
}

// Error says where, and what etcd said.
func (e *Newer) Error() string {
	return fmt.Sprintf("the data of the embedded etcd server in %s is of a newer version: %v", e.Data, e.Cause)
}

// Unwrap returns what etcd said.
func (e *Newer) Unwrap() error { return e.Cause }

// ofNewer reports whether etcd refuses data because of its version. It has no
// errors of their own for it.
func ofNewer(err error) bool {
	text := err.Error()
	return strings.Contains(text, "invalid downgrade") || strings.Contains(text, "changing major storage version") ||
		strings.Contains(text, "version ") && strings.Contains(text, "is not supported")
}

// Unusable is the error for a folder that the system does not let be used: for
// want of rights or of room.
type Unusable struct{ Cause error }

// Failure says what the system said, and how to go on.
func (e *Unusable) Failure() *failure.Failure {
	if f := ofSystem(e.Cause); f != nil {
		return f
	}
	return &failure.Failure{
		Code: failure.NoAccess, Summary: "The embedded server can't be started", Cause: e.Cause,
		Detail: "The system says: " + failure.Because(e.Cause) + ".", Hint: "look at .sigilform and the disk that it is on",
	}
}

// Error says what the system said.
func (e *Unusable) Error() string { return e.Cause.Error() }

// Unwrap returns what the system said.
func (e *Unusable) Unwrap() error { return e.Cause }

func unusable(err error) error {
	var system syscall.Errno
	if errors.As(err, &system) {
		return &Unusable{Cause: err}
	}
	return err
}

// failed is the error for a start that failed: for the data's sake, or for
// something that the system says, as of a full disk.
func failed(data string, err error) error {
	var system syscall.Errno
	var what *fault.Fault
	if errors.As(err, &what) {
		err = fmt.Errorf("etcd panicked while it read them: %s", what.What)
	}
	switch {
	case errors.As(err, &system), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("start the embedded etcd server on %s: %w", data, err)
	}
	if ofNewer(err) {
		return &Newer{Data: data, Cause: err}
	}
	return &Damaged{Data: data, Cause: err}
}
