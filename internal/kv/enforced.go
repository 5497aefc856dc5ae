package kv

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/failure"
)

// NotEnforced is the error for authentication that was turned on and off again,
// since the run would have been locked out, and perhaps everybody.
type NotEnforced struct{ Cause error }

// Failure says that it is undone.
func (e *NotEnforced) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NotEnforced, Summary: "Authentication was turned on and off again", Cause: e.Cause,
		Detail: fmt.Sprintf("With it, this connection could not administer the cluster: %s. Everything else of the plan is applied.", failure.Because(e.Cause)),
		Hint:   "check the credentials of this connection, then apply again: the plan has only authentication left",
	}
}

// Error is the failure on one line.
func (e *NotEnforced) Error() string { return failure.Text(e) }

// Unwrap returns what could not be done.
func (e *NotEnforced) Unwrap() error { return e.Cause }
