package kv

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Outcome is what became of a commit.
type Outcome string

const (
	// Committed says that all of it was written, at one revision.
	Committed Outcome = "committed"
	// Rejected says that a guard did not hold, and nothing was written.
	Rejected Outcome = "rejected"
	// Unknown says that the reply was lost; it may have been written or may yet be.
	Unknown Outcome = "unknown"
)

// Moved is a guard that did not hold, and what was found.
type Moved struct {
	Guard Guard `json:"guard"`
	// Key is the key that was found moved; below the guard's prefix where the
	// guard has one.
	Key string `json:"key"`
	// Found is the key's ModRevision now, 0 where it does not exist.
	Found int64 `json:"found"`
}

// Result is the outcome of a commit with its particulars.
type Result struct {
	Outcome Outcome
	// Revision is the cluster's revision of the commit, when committed.
	Revision int64
	// Moved lists every guard that does not hold, when rejected. It may be
	// empty where the key moved back before it was read.
	Moved []Moved
	// Bytes is the size of the request as the server counts it.
	Bytes int
	// Cause is why the outcome is unknown; when rejected, why the moved keys
	// could not be read.
	Cause error
}

// TooLarge is the error for a transaction that does not fit a request. Nothing
// was sent.
type TooLarge struct {
	// Key is the one write that no request holds, with the guards that it must
	// be sent with; empty where it is all of them together.
	Key             string
	Bytes, MaxBytes int
	// Ops and Guards are counted over the whole transaction.
	Ops, Guards, MaxTxnOps int
}

// Failure says what to do about it; the size and the limits are its evidence.
func (e *TooLarge) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.TooLarge, Summary: "The change does not fit into one etcd request", Detail: "Nothing was written.", Evidence: []any{e},
		Hint: "apply it in parts, for example with fewer instances at first; or raise --max-request-bytes of every member of the cluster",
	}
	if e.Key != "" {
		f.Summary = "A single write does not fit into one etcd request"
		f.Detail = fmt.Sprintf("%s takes about %d bytes and %d guards. Nothing was written.", e.Key, e.Bytes, e.Guards)
		f.Hint = "make the value smaller, or raise --max-request-bytes and --max-txn-ops of every member of the cluster"
	}
	return f
}

// Error says the size and the limit.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("%s: %d bytes with %d writes and %d guards; the limits are %d bytes and %d operations a level",
		e.Failure().Summary, e.Bytes, e.Ops, e.Guards, e.MaxBytes, e.MaxTxnOps)
}
