package kv

import "fmt"

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

// Error says the size and the limit.
func (e *TooLarge) Error() string {
	if e.Key != "" {
		return fmt.Sprintf("the write of %s does not fit one request: about %d bytes with %d guards; the limits are %d bytes and %d operations a level",
			e.Key, e.Bytes, e.Guards, e.MaxBytes, e.MaxTxnOps)
	}
	return fmt.Sprintf("the transaction does not fit one request: %d bytes with %d writes and %d guards; the limits are %d bytes and %d operations a level",
		e.Bytes, e.Ops, e.Guards, e.MaxBytes, e.MaxTxnOps)
}
