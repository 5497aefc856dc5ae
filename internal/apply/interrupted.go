package apply

import (
	"errors"
	"fmt"

	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/kv"
)

var errLockLost = errors.New("the lock was lost")

// Interrupted is the error for a network with a journal: an apply of several
// transactions began and did not come to its end. Nothing was written.
type Interrupted struct {
	Network string
	Journal *state.Journal
}

// Failure says whose apply it is, and how far it came.
func (e *Interrupted) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.Interrupted, Summary: fmt.Sprintf("An apply of network %q was interrupted and must be recovered first", e.Network),
		Detail: progressOf(e.Journal), Hint: recoverHint, Evidence: []any{e.Journal},
	}
}

// Error is the failure on one line.
func (e *Interrupted) Error() string { return failure.Text(e) }

// Stopped is the error for an apply that ended between its steps and left its
// journal: part of it is written.
type Stopped struct {
	Network string
	// Journal is as far as this run knows.
	Journal *state.Journal
	// Taken says that another process has taken the journal over.
	Taken bool
	Cause error
}

// Failure says how far it came, and who goes on.
func (e *Stopped) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.Stopped, Summary: "The apply stopped in the middle and left its journal", Evidence: []any{e.Journal}, Cause: e.Cause,
		Detail: fmt.Sprintf("%d of %d writes%s are done, in whole steps. It stopped because: %s.", e.Journal.Done, e.Journal.Ops, callsOf(e.Journal), failure.Because(e.Cause)),
		Hint:   recoverHint,
	}
	switch {
	case e.Taken:
		f.Summary = "Another process has taken the apply over"
		f.Detail = fmt.Sprintf("It was at %d of %d writes then. This process wrote nothing since.", e.Journal.Done, e.Journal.Ops)
		f.Hint = "`sigilform history` shows whether it was finished; `sigilform lock show` who is at it"
	case errors.As(e.Cause, new(*ShutOut)):
		f.Hint = "run `sigilform recover` as an administrator, who has the role root: it carries the apply on where the network has not moved, else undoes it"
	}
	return f
}

// Error is the failure on one line.
func (e *Stopped) Error() string { return failure.Text(e) }

// Unwrap returns why it stopped.
func (e *Stopped) Unwrap() error { return e.Cause }

// RolledBack is the error for an apply of several transactions that was undone.
type RolledBack struct {
	// Restored counts the keys that have their former value again.
	Restored int
	// Calls counts the calls of the authentication that were taken back.
	Calls int
	// Left are the keys that others have written since: they were not touched.
	// LeftMore is how many more there are, where they are too many to name.
	Left     []state.Left
	LeftMore int
	// Cause is why, a *Rejected where others wrote what the plan had seen.
	Cause error
}

// Failure says why, and how much was undone.
func (e *RolledBack) Failure() *failure.Failure {
	f := &failure.Failure{Code: failure.RolledBack, Summary: "The apply was rolled back", Hint: "plan again", Evidence: []any{e}, Cause: e.Cause}
	var moved *Rejected
	var large *kv.TooLarge
	switch {
	case errors.Is(e.Cause, ErrStopped):
		f.Summary = "Interrupted; the apply was rolled back"
	case errors.As(e.Cause, &moved):
		f.Summary = "The network moved during the apply, which was rolled back"
		f.Evidence = append(f.Evidence, moved.Moved)
	case errors.As(e.Cause, &large):
		f.Detail = "A single write is larger than the server takes. "
		f.Hint = "make the value smaller, or raise --max-request-bytes of every member"
	default:
		f.Detail = fmt.Sprintf("It could not be carried on: %s. ", failure.Because(e.Cause))
	}
	f.Detail += fmt.Sprintf("%s their former value again.", keysHave(e.Restored))
	if e.Calls > 0 {
		f.Detail += fmt.Sprintf(" What %d calls had granted is taken back.", e.Calls)
	}
	if n := len(e.Left) + e.LeftMore; n > 0 {
		f.Detail += fmt.Sprintf(" %d others wrote meanwhile; they were left as they are.", n)
	}
	return f
}

// Error is the failure on one line, with why.
func (e *RolledBack) Error() string { return fmt.Sprintf("%s: %v", failure.Text(e), e.Cause) }

// Unwrap returns why it was undone.
func (e *RolledBack) Unwrap() error { return e.Cause }

// ErrStopped is the cause of what ended because it was asked to.
var ErrStopped = errors.New("it was interrupted")

// NotBegun is the error for an apply that ended before it wrote anything.
type NotBegun struct{ Cause error }

// Failure is that of the cause.
func (e *NotBegun) Failure() *failure.Failure {
	if errors.Is(e.Cause, ErrStopped) {
		return &failure.Failure{Code: failure.Canceled, Summary: "Interrupted before anything was written; nothing was written"}
	}
	if errors.Is(e.Cause, errLockLost) {
		return &failure.Failure{Code: failure.Other, Summary: "The lock was lost before anything was written; nothing was written", Hint: "`sigilform lock show` says who has it; then run this again", Cause: e.Cause}
	}
	return failure.Of(e.Cause)
}

// Error says that nothing was written.
func (e *NotBegun) Error() string { return fmt.Sprintf("nothing was written: %v", e.Cause) }

// Unwrap returns why it ended.
func (e *NotBegun) Unwrap() error { return e.Cause }
