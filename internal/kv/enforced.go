package kv

import "fmt"

// NotEnforced is the error for authentication that was turned on and off again,
// since the run would have been locked out, and perhaps everybody.
type NotEnforced struct{ Cause error }

// Error says that it is undone.
func (e *NotEnforced) Error() string {
	return fmt.Sprintf("authentication was turned on and off again, since this connection could not administer the cluster then: %v", e.Cause)
}

// Unwrap returns what could not be done.
func (e *NotEnforced) Unwrap() error { return e.Cause }
