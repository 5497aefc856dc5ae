package kv

import (
	"fmt"
	"strings"

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
	// Least is how many bytes a request must have for all of it to be written in
	// several, 0 where that is not known.
	Least int
}

// Failure says what to do about it; the size and the limits are its evidence.
func (e *TooLarge) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.TooLarge, Summary: "The change does not fit into one etcd request", Detail: "Nothing was written.", Evidence: []any{e},
		Hint: "apply it in parts, for example with fewer instances at first; or raise --max-request-bytes of every member of the cluster",
	}
	if e.Least > 0 {
		f.Hint = fmt.Sprintf("apply it in parts, for example with fewer instances at first; or raise --max-request-bytes to %d for every member of the cluster", e.Least)
	}
	if e.Key != "" {
		f.Summary = "A single write does not fit into one etcd request"
		f.Detail = fmt.Sprintf("%s takes about %d bytes and %d guards. Nothing was written.", e.Key, e.Bytes, e.Guards)
		f.Hint = "make the value smaller, or " + e.raise()
		if e.Guards > fewGuards {
			f.Detail = fmt.Sprintf("%s takes about %d bytes with the %d guards that it must be sent with, one for each key that lies below it or that it must not be without. Nothing was written.",
				e.Key, e.Bytes, e.Guards)
			f.Hint = "change what lies below it in applies of their own before, some at a time; or " + e.raise()
		}
	}
	return f
}

// fewGuards is how many a write has that is large by its value.
const fewGuards = 16

// raise says which limits of the members are too small for one write, and what
// they must be at least.
func (e *TooLarge) raise() string {
	var flags []string
	if need := e.Bytes + e.Bytes/8 + largestEnvelope; need > e.MaxBytes {
		flags = append(flags, fmt.Sprintf("--max-request-bytes to %d", (need/kibi+1)*kibi))
	}
	ops := max(e.MaxTxnOps, 1)
	for _, ok := ShapeFor(max(e.Guards, e.Ops), ops); !ok; _, ok = ShapeFor(max(e.Guards, e.Ops), ops) {
		ops *= 2
	}
	if ops > max(e.MaxTxnOps, 1) {
		flags = append(flags, fmt.Sprintf("--max-txn-ops to %d", ops))
	}
	return "raise " + strings.Join(flags, " and ") + " for every member of the cluster"
}

// largestEnvelope is more than what a request has beside its writes and guards.
const kibi, largestEnvelope = 1 << 10, 1 << 10

// Error says the size and the limit.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("%s: %d bytes with %d writes and %d guards; the limits are %d bytes and %d operations a level",
		e.Failure().Summary, e.Bytes, e.Ops, e.Guards, e.MaxBytes, e.MaxTxnOps)
}
