package embedded

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/sigilgate/sigilform/internal/fault"
)

// Damaged is the error for data that no server can be started from. It is left
// as it is.
type Damaged struct {
	// Data is the folder of etcd's files.
	Data string
	// Cause is what was found.
	Cause error
}

// Error says where, and what.
func (e *Damaged) Error() string {
	return fmt.Sprintf("the data of the embedded etcd server in %s is damaged: %v", e.Data, e.Cause)
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
