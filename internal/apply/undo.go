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
	if out.Calls, err = j.ungrant(ctx, func(kv.AuthOp) bool { return true }); err != nil {
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
	switch {
	case errors.As(err, new(*Stopped)), errors.As(err, new(*Unknown)):
		return errors.Join(err, cause)
	case isShutOut(cause) && isShutOut(err):
		return j.stands(cause) // the same once more
	case isShutOut(err):
		err = j.because(err)
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
	former, err := j.former(ctx, from, step.End, step.Revision)
	if err != nil {
		return 0, err
	}
	t := j.taking(former, from, step.End, step.Revision)
	for tries := 0; tries < undoTries; {
		back, err := t.compare(ctx)
		if err != nil {
			return restored, err
		}
		n, all, err := j.restore(ctx, back, from)
		restored += n
		var refused *Rejected
		switch {
		case errors.As(err, &refused):
			t.learn(refused)
			tries++
		case err != nil || all:
			return restored, err
		}
	}
	return restored, errors.New("others kept on writing to the keys that are to be restored")
}

// former lists what the keys of the writes of a step, which was carried out at
// the revision, were before it, the last write first. What a prefix held that
// the step removed is read from the store's past: others may have written there
// since the intent was made.
func (j *journaled) former(ctx context.Context, from, end int, revision int64) ([]formerKey, error) {
	var out []formerKey
	absent := j.removedBefore(from, end)
	for at := end - 1; at >= from; at-- {
		op := j.intent.Ops[at]
		unit, _ := slices.BinarySearch(j.intent.Units, at+1)
		var found []formerKey
		switch op.Kind {
		case kv.Put, kv.Delete:
			found = []formerKey{j.formerOf(op.Key, op.Kind == kv.Put)}
		case kv.DeletePrefix:
			past, err := j.store.Scan(ctx, revision-1, op.Key)
			if errors.Is(err, kv.ErrCompacted) {
				past, err = &kv.Snapshot{Entries: j.intent.Before}, nil
			}
			if err != nil {
				return nil, err
			}
			entries := past.Under(op.Key)
			for i := range entries {
				found = append(found, formerKey{key: entries[i].Key, was: &entries[i]})
			}
		case kv.DeleteRange:
			// The pruning of the history, which is of the last step.
		}
		for _, f := range found {
			f.unit = unit
			if absent[f.key] {
				f.was = nil
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// removedBefore are the keys that earlier steps removed and the writes of this
// one are about: they were absent before it.
func (j *journaled) removedBefore(from, end int) map[string]bool {
	out := map[string]bool{}
	n, _ := slices.BinarySearchFunc(j.intent.Needs, from, func(n state.IntentNeed, at int) int { return n.At - at })
	for ; n < len(j.intent.Needs) && j.intent.Needs[n].At < end; n++ {
		if of := j.intent.Needs[n].Of; j.intent.Ops[of].Kind == kv.Delete {
			out[j.intent.Ops[of].Key] = true
		}
	}
	return out
}

// formerKey is a key with the entry that it had, nil for none.
type formerKey struct {
	key string
	was *kv.Entry
	// put says that the step wrote the key, else it removed it.
	put bool
	// unit is the unit of the write.
	unit int
}

func (j *journaled) formerOf(key string, put bool) formerKey {
	out := formerKey{key: key, put: put}
	i, ok := slices.BinarySearchFunc(j.intent.Before, key, func(e kv.Entry, k string) int { return strings.Compare(e.Key, k) })
	if ok {
		out.was = &j.intent.Before[i]
	}
	return out
}

// back is what restores a step: writes, each with its guards and the unit that
// it takes back, and what is left.
type back struct {
	ops    []kv.Op
	guards [][]kv.Guard
	units  []int
	// beside are what goes along with a write.
	beside [][]kv.Op
	// spared are keys that no guard of a name minds.
	spared []string
	left   []state.Left
}

// written are the keys that are removed, and those that are put with their values.
func (b *back) written() (removed map[string]bool, put map[string]string) {
	removed, put = map[string]bool{}, map[string]string{}
	for _, op := range b.ops {
		if op.Kind == kv.Put {
			put[op.Key] = op.Value
		} else {
			removed[op.Key] = true
		}
	}
	return removed, put
}

func (b *back) with(i int, op kv.Op) { b.beside[i] = append(b.beside[i], op) }

func (b *back) add(f formerKey, found int64) {
	op := kv.Op{Kind: kv.Delete, Key: f.key}
	if f.was != nil {
		op = kv.Op{Kind: kv.Put, Key: f.key, Value: f.was.Value}
	}
	b.ops = append(b.ops, op)
	b.guards = append(b.guards, []kv.Guard{{Kind: kv.Unmoved, Key: f.key, Revision: found}})
	b.units, b.beside = append(b.units, f.unit), append(b.beside, nil)
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

// restore writes what restores a step, as much of it as one request holds, and
// with the last of it takes the step off the journal: then all is restored.
func (j *journaled) restore(ctx context.Context, b *back, from int) (restored int, all bool, err error) {
	for size := len(b.ops); ; {
		n := j.fittingUnits(b, size)
		next := j.journal.At(j.fence)
		if all = n == len(b.ops); all {
			next.Steps = next.Steps[:len(next.Steps)-1]
			next.Done = from
			keepLeft(next, b.left, j.store.Limits().MaxRequestBytes/leftShare)
		}
		txn := kv.Txn{Guards: once(slices.Concat(b.guards[:n]...)), Ops: slices.Concat(append([][]kv.Op{b.ops[:n:n]}, b.beside[:n]...)...), Spared: b.spared}
		_, err := j.write(ctx, txn, next)
		switch {
		case errors.As(err, new(*kv.TooLarge)) && n > 1:
			size = n / 2
			continue
		case err != nil:
			return 0, false, err
		}
		return n, all, nil
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

// fittingUnits is how many of the writes one request holds, at most size of them:
// up to the end of a unit, as far as one fits, so that whoever reads between two
// requests sees what was there between two steps.
func (j *journaled) fittingUnits(b *back, size int) int {
	n := j.fittingOps(b.ops, size)
	for i := n; i > 0 && i < len(b.ops); i-- {
		if b.units[i] != b.units[i-1] {
			return i
		}
	}
	return n
}

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

// once leaves out guards that are there already.
func once(guards []kv.Guard) []kv.Guard {
	seen := make(map[kv.Guard]bool, len(guards))
	return slices.DeleteFunc(guards, func(g kv.Guard) bool {
		again := seen[g]
		seen[g] = true
		return again
	})
}
