package apply

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// undo takes back the steps that were done, the last one first, and removes
// the journal. Its error says why and what was restored: a *RolledBack, or
// where it could not be finished a *Stopped.
func (j *journaled) undo(ctx context.Context, cause error) error {
	if j.nothingDone() {
		if err := j.discard(ctx); err != nil {
			return j.undone(err, cause)
		}
		if errors.Is(cause, ErrStopped) {
			return &NotBegun{Cause: cause}
		}
		return cause
	}
	out := &RolledBack{Cause: cause}
	next := j.journal.At(j.fence)
	next.Phase = state.RollingBack
	if _, err := j.write(ctx, kv.Txn{}, next); err != nil {
		return j.undone(err, cause)
	}
	for len(j.journal.Steps) > 0 {
		n, err := j.undoStep(ctx)
		out.Restored += n
		if err != nil {
			return j.undone(err, cause)
		}
		j.report()
	}
	out.Left, out.LeftMore = j.journal.Left, j.journal.LeftMore
	var err error
	if out.Calls, err = j.ungrant(ctx); err != nil {
		return j.undone(err, cause)
	}
	if err := j.discard(ctx); err != nil {
		return j.undone(err, cause)
	}
	return out
}

// nothingDone reports whether there is nothing to take back.
func (j *journaled) nothingDone() bool {
	return j.journal.Done == 0 && j.journal.Phase != state.RollingBack && (j.journal.Grants == 0 || j.journal.Phase == state.Preparing)
}

// undone is the error of an undoing that failed: the journal stands.
func (j *journaled) undone(err, cause error) error {
	if errors.As(err, new(*Stopped)) || errors.As(err, new(*Unknown)) {
		return errors.Join(err, cause)
	}
	return &Stopped{Network: j.network, Journal: j.journal, Cause: errors.Join(cause, err)}
}

// undoTries is how often a step's undoing starts over since others write to
// its keys meanwhile.
const undoTries = 100

// undoStep takes back the last step, and returns how many keys it restored.
func (j *journaled) undoStep(ctx context.Context) (restored int, err error) {
	steps := j.journal.At(j.fence).Steps
	step, from := steps[len(steps)-1], 0
	if len(steps) > 1 {
		from = steps[len(steps)-2].End
	}
	former, err := j.former(ctx, j.intent.Ops[from:step.End], step.Revision)
	if err != nil {
		return 0, err
	}
	for range undoTries {
		back, err := j.compare(ctx, former, step.Revision)
		if err != nil {
			return restored, err
		}
		n, again, err := j.restore(ctx, back, from)
		restored += n
		if !again {
			return restored, err
		}
	}
	return restored, errors.New("others kept on writing to the keys that are to be restored")
}

// former lists what the keys of writes were before the step at the revision,
// the last write first. What a prefix held that the step removed is read from
// the store's past: others may have written there since the intent was made.
func (j *journaled) former(ctx context.Context, ops []kv.Op, revision int64) ([]formerKey, error) {
	var out []formerKey
	for _, op := range slices.Backward(ops) {
		if op.Kind == kv.Put || op.Kind == kv.Delete {
			out = append(out, j.formerOf(op.Key, op.Kind == kv.Put))
			continue
		}
		if op.Kind != kv.DeletePrefix {
			continue // the pruning of the history, which is of the last step
		}
		past, err := j.store.Scan(ctx, revision-1, op.Key)
		if errors.Is(err, kv.ErrCompacted) {
			past, err = &kv.Snapshot{Entries: j.intent.Before}, nil
		}
		if err != nil {
			return nil, err
		}
		entries := past.Under(op.Key)
		for i := range entries {
			out = append(out, formerKey{key: entries[i].Key, was: &entries[i]})
		}
	}
	return out, nil
}

// formerKey is a key with the entry that it had, nil for none.
type formerKey struct {
	key string
	was *kv.Entry
	// put says that the step wrote the key, else it removed it.
	put bool
}

func (j *journaled) formerOf(key string, put bool) formerKey {
	out := formerKey{key: key, put: put}
	i, ok := slices.BinarySearchFunc(j.intent.Before, key, func(e kv.Entry, k string) int { return strings.Compare(e.Key, k) })
	if ok {
		out.was = &j.intent.Before[i]
	}
	return out
}

// back is what restores a step: writes, each with its guard, and what is left.
type back struct {
	ops    []kv.Op
	guards []kv.Guard
	left   []state.Left
}

// compare reads the keys as they are now, and decides: what is as the step
// left it becomes what it was, what others wrote since stays.
func (j *journaled) compare(ctx context.Context, former []formerKey, revision int64) (*back, error) {
	names := make([]string, len(former))
	for i, f := range former {
		names[i] = f.key
	}
	found, err := j.store.Read(ctx, names...)
	if err != nil {
		return nil, err
	}
	now := &kv.Snapshot{Entries: found}
	out := &back{}
	for _, f := range former {
		e, there := now.Get(f.key)
		switch {
		case there == (f.was != nil) && (!there || e.Value == f.was.Value):
			// It is as it was: not touched, or restored already.
		case f.put && there && e.ModRevision == revision, !f.put && !there:
			out.add(f, e.ModRevision)
		default:
			out.left = append(out.left, state.Left{Key: f.key, Why: why(f, there), Found: e.ModRevision})
		}
	}
	return out, nil
}

func (b *back) add(f formerKey, found int64) {
	op := kv.Op{Kind: kv.Delete, Key: f.key}
	if f.was != nil {
		op = kv.Op{Kind: kv.Put, Key: f.key, Value: f.was.Value}
	}
	b.ops = append(b.ops, op)
	b.guards = append(b.guards, kv.Guard{Kind: kv.Unmoved, Key: f.key, Revision: found})
}

func why(f formerKey, there bool) string {
	switch {
	case !f.put:
		return "others created it after the apply had removed it"
	case there:
		return "others wrote it after the apply had"
	}
	return "others removed it after the apply had written it"
}

// restore writes what restores a step, in as few requests as hold it, and with
// the last of them takes the step off the journal. It says whether to compare
// again, since others wrote meanwhile.
func (j *journaled) restore(ctx context.Context, b *back, from int) (restored int, again bool, err error) {
	for size := len(b.ops); ; {
		n := j.fittingOps(b.ops, size)
		next := j.journal.At(j.fence)
		if n == len(b.ops) {
			next.Steps = next.Steps[:len(next.Steps)-1]
			next.Done = from
			keepLeft(next, b.left, j.store.Limits().MaxRequestBytes/leftShare)
		}
		_, err := j.write(ctx, kv.Txn{Guards: b.guards[:n:n], Ops: b.ops[:n:n]}, next)
		switch {
		case errors.As(err, new(*kv.TooLarge)) && n > 1:
			size = n / 2
			continue
		case errors.As(err, new(*Rejected)):
			return restored, true, nil
		case err != nil:
			return restored, false, err
		}
		restored += n
		if n == len(b.ops) {
			return restored, false, nil
		}
		b.ops, b.guards = b.ops[n:], b.guards[n:]
		size = max(size, 1)
	}
}

// leftShare is which part of a request the keys that were left may take.
const leftShare = 8

// keepLeft notes the keys that were left, by name as long as there is room: the
// journal's head must fit a request with what is restored.
func keepLeft(next *state.Journal, left []state.Left, room int) {
	next.Left = slices.Clone(next.Left)
	for i := range next.Left {
		room -= len(next.Left[i].Key) + len(next.Left[i].Why) + perLeft
	}
	for _, l := range left {
		if room -= len(l.Key) + len(l.Why) + perLeft; room < 0 || next.LeftMore > 0 {
			next.LeftMore++
			continue
		}
		next.Left = append(next.Left, l)
	}
}

// perLeft is about what a key that was left takes beside its texts.
const perLeft = 40

// fittingOps is how many of the writes one request holds, at most size of them.
func (j *journaled) fittingOps(ops []kv.Op, size int) int {
	spent := 0
	for i := range ops {
		spent += opBytes(ops[i]) + len(ops[i].Key) + perEntry
		if i == size || i > 0 && spent > j.room() {
			return i
		}
	}
	return len(ops)
}
