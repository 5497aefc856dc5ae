package apply

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// Options say who applies, and how patient an apply is.
type Options struct {
	// Actor is who applies, Apply a random id of this apply, Now its time.
	Actor string
	Apply string
	Now   time.Time
	// Patience is for how long a lost reply is asked after, DefaultPatience
	// where 0.
	Patience time.Duration
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
	// Resolved says that the reply was lost and that the history told.
	Resolved bool
}

// Run applies the plan in one transaction. Without changes it writes nothing.
//
// Until the commit is sent, the end of ctx means that nothing was written.
// After that the outcome is found out first, for at most the patience.
func Run(ctx context.Context, s Store, p *plan.Plan, o Options) (*Result, error) {
	o = o.withDefaults()
	if err := fits(s, p); err != nil {
		return nil, err
	}
	if !p.HasChanges() {
		return &Result{Serial: p.Serial, Revision: p.Revision}, nil
	}
	if err := checkHead(ctx, s, p); err != nil {
		return nil, err
	}
	txn, err := Transaction(p, s.ClusterID(), o)
	if err != nil {
		return nil, err
	}
	result, err := s.Commit(ctx, txn)
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
	// From here on the outcome matters more than the caller's haste.
	revision, err := resolve(context.WithoutCancel(ctx), s, p, o, result.Cause)
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
		o.Pause = pause
	}
	return o
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Transaction is all that an apply of the plan writes, with its guards: the
// plan's data and state, the new head, the history record, and the old values
// of sensitive fields.
func Transaction(p *plan.Plan, clusterID string, o Options) (kv.Txn, error) {
	layout := state.NewLayout(p.Network)
	head, err := state.EncodeHead(newHead(p, clusterID, o))
	if err != nil {
		return kv.Txn{}, err
	}
	history, err := state.EncodeHistory(newHistory(p, o))
	if err != nil {
		return kv.Txn{}, err
	}
	serial := p.Serial + 1
	ops := make([]kv.Op, 0, len(p.Data)+len(p.State)+3)
	ops = append(append(ops, p.Data...), p.State...)
	ops = append(ops,
		kv.Op{Kind: kv.Put, Key: layout.Head(), Value: head},
		kv.Op{Kind: kv.Put, Key: layout.History(serial), Value: history})
	if len(p.Secrets) > 0 {
		secrets, err := encodeSecrets(p.Secrets)
		if err != nil {
			return kv.Txn{}, err
		}
		ops = append(ops, kv.Op{Kind: kv.Put, Key: layout.HistorySecret(serial), Value: secrets})
	}
	return kv.Txn{Guards: withHead(p.Guards, headGuard(p)), Ops: ops}, nil
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
