package apply

import (
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Reason says why a plan can't be applied at all.
type Reason string

// The reasons for a refusal.
const (
	// Conflicts: the plan itself says that it can't be applied.
	Conflicts Reason = "conflicts"
	// OtherCluster: the plan was made for another cluster.
	OtherCluster Reason = "other-cluster"
	// OtherNetwork: the network's keys are under another prefix than the plan's.
	OtherNetwork Reason = "other-network"
	// OtherGeneration: the network was removed and made anew since.
	OtherGeneration Reason = "other-generation"
	// AppliedAlready: this very plan was applied.
	AppliedAlready Reason = "applied-already"
	// HeadMoved: another apply happened since the plan was made.
	HeadMoved Reason = "head-moved"
	// AuthMoved: the roles and users are not as the plan took them to be.
	AuthMoved Reason = "auth-moved"
	// Restored: the cluster was restored from a snapshot older than the plan.
	Restored Reason = "restored"
	// NotAuthentic: the plan comes from a file that is not known to be as it was
	// made.
	NotAuthentic Reason = "not-authentic"
	// StateGone: the state that the plan starts from is not there.
	StateGone Reason = "state-gone"
)

// Refused is the error for a plan that does not fit the cluster as it is.
// Nothing was sent.
type Refused struct {
	Reason Reason
	// Summary is one line without a full stop, Detail whole sentences.
	Summary string
	Detail  string
	Hint    string
	// Head is the head that was found, nil where there is none.
	Head *state.Head
}

// Error is the summary and the detail.
func (e *Refused) Error() string { return e.Summary + ": " + e.Detail }

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

// Error says how many keys moved.
func (e *Rejected) Error() string {
	switch {
	case len(e.Moved) == 1:
		return fmt.Sprintf("the network moved since the plan: %s; nothing was written", e.Moved[0].Key)
	case len(e.Moved) > 1:
		return fmt.Sprintf("the network moved since the plan: %s and %d more keys; nothing was written", e.Moved[0].Key, len(e.Moved)-1)
	case e.Cause != nil:
		return fmt.Sprintf("the network moved since the plan; nothing was written; which keys moved could not be read: %v", e.Cause)
	}
	return "the network moved since the plan; nothing was written"
}

// Unwrap returns the cause.
func (e *Rejected) Unwrap() error { return e.Cause }

// NotWritten is the error for a commit whose reply was lost and that, it is
// certain now, was not and will not be carried out.
type NotWritten struct{ Cause error }

// Error says so.
func (e *NotWritten) Error() string {
	return fmt.Sprintf("the reply to the commit was lost; nothing was written, which is certain: %v", e.Cause)
}

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

// Error says what to look for.
func (e *Unknown) Error() string {
	return fmt.Sprintf("it is unknown whether the apply was carried out: after %s of asking the cluster did not say; if serial %d with the apply id %s appears in the history, it was: %v",
		e.Asked, e.Serial, e.Apply, e.Cause)
}

// Unwrap returns why the reply was lost.
func (e *Unknown) Unwrap() error { return e.Cause }
