package apply

import (
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Refused is the error for a plan that does not fit the cluster as it is.
// Nothing was sent.
type Refused struct {
	// Reason is the code of its failure.
	Reason failure.Code
	// Summary, Detail and Hint are those of a failure; that nothing was written
	// is added.
	Summary string
	Detail  string
	Hint    string
	// Head is the head that was found, nil where there is none.
	Head *state.Head
}

// Failure is why, and that nothing was written.
func (e *Refused) Failure() *failure.Failure {
	return &failure.Failure{Code: e.Reason, Summary: e.Summary, Detail: e.Detail + " Nothing was written.", Hint: e.Hint}
}

// Error is the failure on one line.
func (e *Refused) Error() string { return failure.Text(e) }

// Moved is a guard of the plan that did not hold.
type Moved struct {
	kv.Moved
	// Address is the object that the key belongs to, empty where the plan
	// changes none that has it.
	Address string `json:"address,omitempty"`
}

// Rejected is the error for a commit whose guards did not all hold: others
// wrote to what the plan saw. Nothing was written.
type Rejected struct {
	// Moved lists what moved. It is empty where that could not be read, or
	// had moved back.
	Moved []Moved
	// Cause is why it could not be read.
	Cause error
}

// Failure has the keys that moved as its evidence.
func (e *Rejected) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.Rejected, Summary: "The network moved since the plan", Detail: "Others wrote what the plan had seen. Nothing was written.",
		Hint: "plan again", Evidence: []any{e.Moved}, Cause: e.Cause,
	}
	if e.Cause != nil {
		f.Detail += fmt.Sprintf(" Which keys moved could not be read: %s.", failure.Because(e.Cause))
	}
	return f
}

// Error names the first key that moved.
func (e *Rejected) Error() string {
	text := failure.Text(e)
	if len(e.Moved) > 0 {
		text += " The first key that moved is " + e.Moved[0].Key + "."
	}
	return text
}

// Unwrap returns the cause.
func (e *Rejected) Unwrap() error { return e.Cause }

// NotWritten is the error for a commit whose reply was lost and that, it is
// certain now, was not and will not be carried out.
type NotWritten struct{ Cause error }

// Failure says so.
func (e *NotWritten) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NotWritten, Summary: "The reply to the commit was lost, and nothing was written", Hint: "plan again", Cause: e.Cause,
		Detail: fmt.Sprintf("It is certain that it was not carried out and will not be. The reply was lost because: %s.", failure.Because(e.Cause)),
	}
}

// Error is the failure on one line.
func (e *NotWritten) Error() string { return failure.Text(e) }

// Unwrap returns why the reply was lost.
func (e *NotWritten) Unwrap() error { return e.Cause }

// Unknown is the error for a commit of which nobody can say yet whether it was
// carried out.
type Unknown struct {
	// Serial and Apply are those that the history will show if it was.
	Serial int64
	Apply  string
	// Asked is for how long the cluster was asked.
	Asked time.Duration
	// Journal says that the commit was a step of several: a journal stands.
	Journal bool
	Cause   error
}

// Failure says what to look for.
func (e *Unknown) Failure() *failure.Failure {
	lost := fmt.Sprintf("The reply to the commit was lost, and for %s the cluster did not say what became of it: %s.", e.Asked, failure.Because(e.Cause))
	if e.Journal {
		return &failure.Failure{
			Code: failure.Unknown, Summary: "It is not known whether a step of the apply was carried out", Cause: e.Cause,
			Detail: lost + " The apply's journal stands: nothing is lost.",
			Hint:   "once the cluster answers, `sigilform recover` finds out, and carries the apply on or undoes it",
		}
	}
	return &failure.Failure{
		Code: failure.Unknown, Summary: "It is not known whether the apply was carried out", Cause: e.Cause,
		Detail: lost + " It was written wholly or not at all.",
		Hint:   fmt.Sprintf("once the cluster answers, run `sigilform history`: if it shows serial %d with the apply %s, it was carried out; if not, plan again", e.Serial, e.Apply),
	}
}

// Error is the failure on one line.
func (e *Unknown) Error() string { return failure.Text(e) }

// Unwrap returns why the reply was lost.
func (e *Unknown) Unwrap() error { return e.Cause }
