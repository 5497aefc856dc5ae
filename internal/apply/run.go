package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/retry"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// Options say who applies, and how patient an apply is.
type Options struct {
	// Actor is who applies, Apply a random id of this apply, Now its time.
	Actor string
	Apply string
	Now   time.Time
	// PlanKey is what the network's saved plans are to be known by where it has no
	// key for that yet; where empty, none is made.
	PlanKey string
	// Catalogue says which kinds and fields there are, where a journal is all that
	// is left of a plan. A plan has its own.
	Catalogue *schema.Catalogue
	// Patience is for how long a lost reply is asked after, DefaultPatience
	// where 0.
	Patience time.Duration
	// Owner is a random id of this run, Command what runs it. They are written
	// where an apply is of several transactions.
	Owner   string
	Command string
	// Lock takes the network's lock, for an apply of several transactions.
	Lock Locker
	// Stop is closed when the run is to end: before the first write nothing
	// happens, after it the run finishes or rolls back. Ending the context
	// stops it at once, which leaves a journal.
	Stop <-chan struct{}
	// Auth is the cluster's authentication, Passwords finds those of new users.
	// Both are needed only where the plan has to do with roles and users.
	Auth      Auth
	Passwords Passwords
	// Progress is told after each of several transactions; may be nil.
	Progress func(done, all int)
	// Pause waits between two questions, and returns early with an error when
	// the context ends. A timer where nil.
	Pause func(ctx context.Context, d time.Duration) error
}

// DefaultPatience outlives the election of a new leader.
const DefaultPatience = 30 * time.Second

// Result is what an apply did.
type Result struct {
	// Serial is that of the new head, Revision the cluster's of the commit.
	// Without changes they are those that the plan saw.
	Serial   int64
	Revision int64
	// Bytes is the size of the request, Writes and Guards what was in it; all
	// are 0 without changes.
	Bytes, Writes, Guards int
	// Calls is how many calls of the authentication were made.
	Calls int
	// Steps is how many transactions it took with a journal, 0 for one without.
	Steps int
	// Resolved says that the reply was lost and that the history told.
	Resolved bool
}

// Run applies the plan in one transaction where it fits a request, else in
// several with a journal. Calls of the authentication can't join a transaction:
// a plan that has some is always applied with a journal, in which they come
// before and after the data. Without changes it writes nothing.
//
// Until something is sent, Stop or the end of ctx means that nothing was
// written. After that Stop lets the run come to an end; the end of ctx leaves
// the outcome as it is: an *Unknown, or a *Stopped with a journal.
func Run(ctx context.Context, s Store, p *plan.Plan, o Options) (*Result, error) {
	o = o.withDefaults()
	o.Catalogue = p.Catalogue
	if err := fits(ctx, s, p); err != nil {
		return nil, err
	}
	if !p.HasChanges() {
		return &Result{Serial: p.Serial, Revision: p.Revision}, nil
	}
	if err := checkHead(ctx, s, p); err != nil {
		return nil, err
	}
	auth, err := checkAuth(ctx, p, o)
	if err != nil {
		return nil, err
	}
	if o.PlanKey, err = newPlanKey(ctx, s, p, o); err != nil {
		return nil, err
	}
	if p.Access.Calls() > 0 {
		return runJournaled(ctx, s, p, o, auth)
	}
	txn, err := Transaction(p, s.ClusterID(), o)
	if err != nil {
		return nil, err
	}
	if o.stopped() {
		return nil, &NotBegun{Cause: ErrStopped}
	}
	result, err := s.Commit(ctx, txn)
	if large := (*kv.TooLarge)(nil); errors.As(err, &large) {
		return runJournaled(ctx, s, p, o, auth)
	}
	if err != nil {
		return nil, err
	}
	out := &Result{Serial: p.Serial + 1, Revision: result.Revision, Bytes: result.Bytes, Writes: len(txn.Ops), Guards: len(txn.Guards)}
	switch result.Outcome {
	case kv.Committed:
		return out, nil
	case kv.Rejected:
		return nil, explainRejection(ctx, s, p, result)
	case kv.Unknown:
	}
	revision, err := resolve(ctx, s, p, o, result.Cause)
	if err != nil {
		return nil, err
	}
	out.Revision, out.Resolved = revision, true
	return out, nil
}

func (o Options) withDefaults() Options {
	if o.Patience <= 0 {
		o.Patience = DefaultPatience
	}
	if o.Pause == nil {
		o.Pause = retry.Pause
	}
	return o
}

// stopped reports whether the run is to end.
func (o Options) stopped() bool {
	select {
	case <-o.Stop:
		return true
	default:
		return false
	}
}

// Transaction is all that an apply of the plan writes, with its guards: the
// plan's data and state, the new head, the history record, and the old values
// of sensitive fields. It is refused while there is a journal.
func Transaction(p *plan.Plan, clusterID string, o Options) (kv.Txn, error) {
	end, err := closing(p, clusterID, o, state.HistoryPartBytes)
	if err != nil {
		return kv.Txn{}, err
	}
	return end.transaction(p), nil
}

func (e *ending) transaction(p *plan.Plan) kv.Txn {
	journal := kv.Guard{Kind: kv.Empty, Key: state.NewLayout(p.Network).JournalPrefix()}
	return kv.Txn{Guards: withHead(slices.Concat(p.Guards, e.guards, []kv.Guard{journal}), headGuard(p)), Ops: slices.Concat(p.Data, p.State, e.parts, e.last)}
}

// headGuard makes applies serial: two from one head can't both commit.
func headGuard(p *plan.Plan) kv.Guard {
	return kv.Guard{Kind: kv.Unmoved, Key: state.NewLayout(p.Network).Head(), Revision: p.HeadRevision}
}

func withHead(guards []kv.Guard, head kv.Guard) []kv.Guard {
	out := make([]kv.Guard, 0, len(guards)+1)
	out = append(out, head)
	for _, g := range guards {
		if g != head {
			out = append(out, g)
		}
	}
	return out
}
