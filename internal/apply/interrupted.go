package apply

import (
	"errors"
	"fmt"

	"github.com/sigilgate/sigilform/internal/state"
)

var errLockLost = errors.New("the lock was lost")

// Interrupted is the error for a network with a journal: an apply of several
// transactions began and did not come to its end. Nothing was written.
type Interrupted struct {
	Network string
	Journal *state.Journal
}

// Error says whose apply it is.
func (e *Interrupted) Error() string {
	return fmt.Sprintf("an apply of network %q by %s was interrupted and must be recovered first", e.Network, e.Journal.Actor)
}

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

// Error says how far it came.
func (e *Stopped) Error() string {
	calls := ""
	if all := e.Journal.Grants + e.Journal.Revokes; all > 0 {
		calls = fmt.Sprintf(" and %d of %d calls of the authentication", e.Journal.Granted+e.Journal.Revoked, all)
	}
	return fmt.Sprintf("the apply stopped after %d of %d writes%s and left its journal: %v", e.Journal.Done, e.Journal.Ops, calls, e.Cause)
}

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

// Error says how much was undone.
func (e *RolledBack) Error() string {
	text := fmt.Sprintf("the apply was rolled back: %d keys have their former value", e.Restored)
	if e.Calls > 0 {
		text += fmt.Sprintf(", %d calls of the authentication were taken back", e.Calls)
	}
	if n := len(e.Left) + e.LeftMore; n > 0 {
		text += fmt.Sprintf(", %d were left as others wrote them", n)
	}
	return fmt.Sprintf("%s: %v", text, e.Cause)
}

// Unwrap returns why it was undone.
func (e *RolledBack) Unwrap() error { return e.Cause }

// ErrStopped is the cause of what ended because it was asked to.
var ErrStopped = errors.New("it was interrupted")

// NotBegun is the error for an apply that ended before it wrote anything.
type NotBegun struct{ Cause error }

// Error says so.
func (e *NotBegun) Error() string { return fmt.Sprintf("nothing was written: %v", e.Cause) }

// Unwrap returns why it ended.
func (e *NotBegun) Unwrap() error { return e.Cause }
