package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// write commits a transaction of the journal's and moves the journal to next,
// or where that is nil leaves it to the transaction to remove the journal. It
// is certain of the outcome, or returns a *Stopped or *Unknown: then the
// journal stands. Any other error means that nothing was written.
func (j *journaled) write(ctx context.Context, t kv.Txn, next *state.Journal) (int64, error) {
	want := ""
	if next != nil {
		next.Moves = j.journal.Moves + 1
		var err error
		if want, err = state.EncodeJournal(next); err != nil {
			return 0, err
		}
		t.Ops = append(slices.Clip(t.Ops), kv.Op{Kind: kv.Put, Key: j.layout.Journal(), Value: want})
	}
	base := t.Guards
	for waits := j.options.waits(); ; {
		t.Guards = append([]kv.Guard{j.fenceGuard(), j.held.Guard()}, base...)
		revision, again, err := j.try(ctx, t, want)
		if err == nil && !again {
			if next != nil {
				j.journal, j.fence, j.value = next, revision, want
			}
			return revision, nil
		}
		if !again {
			return 0, j.judge(ctx, err)
		}
		if !waits.Again(ctx) {
			return 0, j.judge(ctx, err)
		}
	}
}

func (j *journaled) fenceGuard() kv.Guard {
	return kv.Guard{Kind: kv.Unmoved, Key: j.layout.Journal(), Revision: j.fence}
}

// try commits once. It says whether it is certain that nothing was written and
// that it is worth to try again.
func (j *journaled) try(ctx context.Context, t kv.Txn, want string) (revision int64, again bool, err error) {
	r, err := j.store.Commit(ctx, t)
	if err != nil {
		return 0, passing(err) && ctx.Err() == nil, err
	}
	j.stats.Bytes = max(j.stats.Bytes, r.Bytes)
	switch r.Outcome {
	case kv.Committed:
		return r.Revision, false, nil
	case kv.Rejected:
		if revision := j.begun(ctx, want); revision > 0 {
			return revision, false, nil
		}
		return 0, false, j.rejected(r)
	case kv.Unknown:
	}
	revision, err = j.settle(ctx, want, r.Cause)
	if err == nil && revision == 0 {
		return 0, true, r.Cause
	}
	j.resolved = j.resolved || err == nil
	return revision, false, err
}

// begun finds a journal's first head that an earlier try wrote after all. To
// send that again is safe: only one of them finds no journal.
func (j *journaled) begun(ctx context.Context, want string) int64 {
	if j.fence != 0 || want == "" {
		return 0
	}
	found, err := j.store.Read(ctx, j.layout.Journal())
	if err != nil || len(found) == 0 || found[0].Value != want {
		return 0
	}
	j.resolved = true
	return found[0].ModRevision
}

// passing reports whether an error of the connection may pass.
func passing(err error) bool {
	var e interface{ Temporary() bool }
	return errors.As(err, &e) && e.Temporary()
}

// rejected tells a lost fence from a network that moved.
func (j *journaled) rejected(r kv.Result) error {
	out := &Rejected{Cause: r.Cause}
	for _, m := range r.Moved {
		switch m.Guard {
		case j.fenceGuard():
			if j.fence != 0 {
				return &Stopped{Network: j.network, Journal: j.journal, Taken: true, Cause: errTaken}
			}
		case j.held.Guard():
			if j.fence == 0 {
				return &NotBegun{Cause: errLockLost}
			}
			return &Stopped{Network: j.network, Journal: j.journal, Cause: errLockLost}
		}
		out.Moved = append(out.Moved, Moved{Moved: m})
	}
	return out
}

var errTaken = errors.New("another process has taken the apply over")

// judge makes an end of the context what it means: the journal stands, or there is
// none yet. Where it is not known whether there is one, see [journaled.failedToBegin].
func (j *journaled) judge(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil || errors.As(err, new(*Stopped)):
		return err
	case j.fence == 0 && (errors.As(err, new(*Unknown)) || errors.As(err, new(*NotBegun))):
		return err
	case j.fence == 0:
		return notBegun(ctx, err)
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) {
		cause = ErrStopped
	}
	return &Stopped{Network: j.network, Journal: j.journal, Cause: cause}
}

// settle finds out what became of a commit whose reply was lost: the revision
// where it was carried out, 0 where it was not and will not be.
func (j *journaled) settle(ctx context.Context, want string, cause error) (int64, error) {
	waits, silent := j.options.waits(), 0
	for {
		found, err := j.store.Read(ctx, j.layout.Journal(), j.layout.History(j.journal.Serial))
		if err == nil {
			revision, done, err := j.look(found, want)
			if done {
				return revision, err
			}
			silent++
			if silent >= fenceAfter && j.shutOut(ctx) {
				return 0, nil
			}
		}
		if !waits.Again(ctx) {
			return 0, &Unknown{Serial: j.journal.Serial, Apply: j.journal.Apply, Asked: j.options.Patience, Journal: true, Cause: cause}
		}
	}
}

// look compares what is there with what was to be written.
func (j *journaled) look(found []kv.Entry, want string) (revision int64, done bool, err error) {
	e := find(found, j.layout.History(j.journal.Serial))
	if e != nil && want == "" && !j.removing {
		if h, err := state.DecodeHistory(e.Value, nil); err == nil && h.Apply == j.journal.Apply {
			return e.ModRevision, true, nil
		}
	}
	e = find(found, j.layout.Journal())
	switch {
	case e == nil && j.fence == 0:
		return 0, false, nil
	case e == nil && j.removing:
		return j.fence, true, nil
	case e == nil:
		return 0, true, &Stopped{Network: j.network, Journal: j.journal, Taken: true, Cause: errTaken}
	case e.Value == want:
		return e.ModRevision, true, nil
	case e.ModRevision == j.fence:
		return 0, false, nil
	case e.Value == j.again():
		j.fence = e.ModRevision // our own write, which shut the lost one out
		return 0, true, nil
	}
	if j.fence == 0 {
		return 0, true, &Rejected{Moved: []Moved{{Moved: kv.Moved{Guard: j.fenceGuard(), Key: e.Key, Found: e.ModRevision}}}}
	}
	return 0, true, &Stopped{Network: j.network, Journal: j.journal, Taken: true, Cause: errTaken}
}

// again is the journal's text as it is written once more to shut a lost commit out.
func (j *journaled) again() string {
	text, err := state.EncodeJournal(j.journal.At(j.fence))
	if err != nil {
		return fmt.Sprint(err)
	}
	return text
}

// shutOut writes the journal's head once more, as it is. When that succeeds,
// the commit on its way can't any more.
func (j *journaled) shutOut(ctx context.Context) bool {
	if j.fence == 0 {
		return true // sent again, it is the one or the other that is written
	}
	text := j.again()
	r, err := j.store.Commit(ctx, kv.Txn{
		Guards: []kv.Guard{j.fenceGuard()}, Ops: []kv.Op{{Kind: kv.Put, Key: j.layout.Journal(), Value: text}},
	})
	if err != nil || r.Outcome != kv.Committed {
		return false
	}
	j.journal, j.fence, j.value = j.journal.At(j.fence), r.Revision, text
	return true
}
