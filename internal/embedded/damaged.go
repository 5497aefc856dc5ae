package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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
	return &Damaged{Data: data, Cause: err}
}
