package apply

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/retry"
	"github.com/sigilgate/sigilform/internal/state"
)

const (
	// firstPause doubles up to longestPause between two questions.
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
	// fenceAfter is how many answers that show nothing are waited for before
	// the head is moved: a commit on its way usually lands at once.
	fenceAfter = 3
)

// waits are those between two tries or questions.
func (o Options) waits() *retry.Waits {
	return &retry.Waits{First: firstPause, Longest: longestPause, Patience: o.Patience, Pause: o.Pause}
}

// resolve finds out what became of a commit whose reply was lost, and returns
// its revision if it was carried out.
//
// That head and history show nothing of it proves nothing: it may be on its
// way still. But it is guarded by the head. So the head is written once more,
// as it is: when that succeeds, the commit on its way can't any more; when it
// is rejected, the commit, or another, came first. Before the first apply
// there is no head to move; then only time tells.
func resolve(ctx context.Context, s Store, p *plan.Plan, o Options, cause error) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Patience)
	defer cancel()
	layout := state.NewLayout(p.Network)
	waits, silent := o.waits(), 0
	for {
		found, err := s.Read(ctx, layout.Head(), layout.History(p.Serial+1))
		if err == nil {
			if revision, done, verdict := judge(p, o, layout, found); done {
				return revision, verdict
			}
			silent++
			if silent >= fenceAfter && fenced(ctx, s, p, find(found, layout.Head())) {
				return 0, &NotWritten{Cause: cause}
			}
		}
		if !waits.Again(ctx) {
			return 0, &Unknown{Serial: p.Serial + 1, Apply: o.Apply, Asked: o.Patience, Cause: cause}
		}
	}
}

// judge looks for the traces of this very apply. They decide where the head
// moved: ours is in the history under its serial, or it can't be any more.
func judge(p *plan.Plan, o Options, layout state.Layout, found []kv.Entry) (revision int64, done bool, verdict error) {
	if e := find(found, layout.History(p.Serial+1)); e != nil {
		if h, err := state.DecodeHistory(e.Value, nil); err == nil && h.Apply == o.Apply {
			return e.ModRevision, true, nil
		}
	}
	head := find(found, layout.Head())
	var revisionNow int64
	if head != nil {
		revisionNow = head.ModRevision
		if h, err := state.DecodeHead(head.Value); err == nil && h.Apply == o.Apply && h.Serial == p.Serial+1 {
			return head.ModRevision, true, nil
		}
	}
	if revisionNow == p.HeadRevision {
		return 0, false, nil
	}
	guard := headGuard(p)
	return 0, true, &Rejected{Moved: []Moved{{Moved: kv.Moved{Guard: guard, Key: guard.Key, Found: revisionNow}}}}
}

// fenced moves the head without changing it, and reports whether that shut the
// lost commit out for certain.
func fenced(ctx context.Context, s Store, p *plan.Plan, head *kv.Entry) bool {
	if head == nil {
		return false
	}
	r, err := s.Commit(ctx, kv.Txn{
		Guards: []kv.Guard{headGuard(p)},
		Ops:    []kv.Op{{Kind: kv.Put, Key: head.Key, Value: head.Value}},
	})
	return err == nil && r.Outcome == kv.Committed
}
