package apply

import (
	"context"
	"errors"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// stepBytes is how large a step may be. Larger ones are hardly faster, and
// keep the cluster from its other work for longer.
const stepBytes = 512 << 10

// carryOut does what is left of the intent, or undoes what was done.
func (j *journaled) carryOut(ctx context.Context) (*Result, error) {
	err := j.grant(ctx)
	if err == nil {
		err = j.steps(ctx)
	}
	switch {
	case err == nil:
	case errors.As(err, new(*Stopped)), errors.As(err, new(*Unknown)):
		return nil, err
	default:
		return nil, j.undo(ctx, err)
	}
	if err := j.revoke(ctx); err != nil {
		return nil, err
	}
	if err := j.close(ctx); err != nil {
		return nil, err
	}
	out := j.stats
	out.Serial, out.Resolved = j.journal.Serial, j.resolved
	return &out, j.unproven()
}

// steps carries out the writes that are left.
func (j *journaled) steps(ctx context.Context) error {
	for j.journal.Done < j.journal.Ops {
		if j.turnsBack() {
			return ErrStopped
		}
		revision, err := j.step(ctx)
		if err != nil {
			return err
		}
		j.stats.Revision = revision
	}
	return nil
}

// close removes a journal that outlived its last write.
func (j *journaled) close(ctx context.Context) error {
	if j.journal.Revokes == 0 {
		return nil
	}
	if err := j.discard(ctx); err != nil {
		return j.stands(err)
	}
	return nil
}

// turnsBack reports whether the run was interrupted and has less behind it
// than before it.
func (j *journaled) turnsBack() bool {
	return j.options.stopped() && 2*j.journal.Done < j.journal.Ops
}

// step carries out as many of the next writes as one request holds.
func (j *journaled) step(ctx context.Context) (int64, error) {
	for {
		from, end := j.journal.Done, j.cut()
		txn := kv.Txn{Guards: j.guards(from, end), Ops: j.intent.Ops[from:end:end]}
		next := j.journal.At(j.fence)
		next.Phase, next.Done = state.Applying, end
		next.Steps = append(next.Steps, state.JournalStep{End: end})
		last := end == len(j.intent.Ops) && len(j.intent.Revokes) == 0
		if last {
			txn.Ops = append(txn.Ops, kv.Op{Kind: kv.DeletePrefix, Key: j.layout.JournalPrefix()})
			next = nil
		}
		revision, err := j.write(ctx, txn, next)
		var large *kv.TooLarge
		if errors.As(err, &large) && j.shrink(from, end) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if last {
			j.journal.Done = end
		}
		// Only this unit was too large: the next ones are not parted for it.
		j.cutUnits, j.budget = false, stepBytes
		j.stats.Steps++
		j.stats.Writes += len(txn.Ops)
		j.stats.Guards += len(txn.Guards)
		j.report()
		return revision, nil
	}
}

func (j *journaled) report() {
	if j.options.Progress != nil {
		j.options.Progress(j.journal.Done, j.journal.Ops)
	}
}

// cut finds where the next step ends: after the last unit that fits, and before
// a write to a key that the step removes early. A unit that fits no request by
// itself is parted, which is better than not to apply.
func (j *journaled) cut() int {
	in, from := j.intent, j.journal.Done
	spent, fits, whole := 0, from, from
	unit, _ := slices.BinarySearch(in.Units, from+1)
	guard, _ := slices.BinarySearchFunc(in.Guards, from, func(g state.IntentGuard, at int) int { return g.At - at })
	first := in.Units[unit]
	end := j.repeats(from)
	for i := from; i < end; i++ {
		spent += opBytes(in.Ops[i])
		for ; guard < len(in.Guards) && in.Guards[guard].At == i; guard++ {
			spent += guardBytes(in.Guards[guard].Guard)
		}
		if spent > j.room() {
			break
		}
		fits = i + 1
		if in.Units[unit] == fits {
			whole = fits
			unit++
		}
	}
	fits = j.wholeEnd(from, fits)
	switch {
	case whole > from:
		return whole
	case j.cutUnits:
		return max(fits, from+1)
	}
	return first
}

// wholeEnd keeps the last unit whole: by its history a lost reply is found out,
// so that may not be there before the head is.
func (j *journaled) wholeEnd(from, fits int) int {
	last := lastUnit(j.intent)
	switch {
	case from >= last:
		return len(j.intent.Ops)
	case fits > last:
		return last
	}
	return fits
}

// repeats is the first write, from one on, to a key that one of those before it
// removes: no request may do both, and an undoing takes back one after the
// other.
func (j *journaled) repeats(from int) int {
	in := j.intent
	n, _ := slices.BinarySearchFunc(in.Needs, from, func(n state.IntentNeed, at int) int { return n.At - at })
	for _, need := range in.Needs[n:] {
		if need.Of >= from && in.Ops[need.Of].Kind == kv.Delete {
			return need.At
		}
	}
	return len(in.Ops)
}

// room is how many bytes a step may have now.
func (j *journaled) room() int {
	return max(min(j.budget, roomOf(j.store.Limits(), len(j.value))), 1)
}

// roomOf is what the server takes in a request beside the journal's head.
func roomOf(l kv.Limits, head int) int {
	return min(l.MaxRequestBytes*3/4, l.MaxRequestBytes-head-requestOverhead)
}

// unitRoom is how many bytes may be seen to change at one revision: no more than a
// request holds, whatever its limit is. Of small writes it is their number.
func (j *journaled) unitRoom() int {
	entries := kv.MostEntries(j.store.Limits().MaxTxnOps)
	return max(min(j.room(), entries*leastWrite), 1)
}

// leastWrite is less than what a write with its guards is counted with where the
// order is made, so that some may have more guards than others.
const leastWrite = 80

// perEntry is about what an entry costs a request beside its texts.
const perEntry = 28

func opBytes(o kv.Op) int { return len(o.Key) + len(o.Value) + len(o.End) + perEntry }
func guardBytes(g kv.Guard) int {
	return len(g.Key) + len(g.End) + len(g.Form) + len(g.Value) + perEntry
}

// shrink makes the next try of a step smaller; false where it can't be.
func (j *journaled) shrink(from, end int) bool {
	if end-from <= 1 || from >= lastUnit(j.intent) {
		return false
	}
	unit, _ := slices.BinarySearch(j.intent.Units, from+1)
	j.cutUnits = j.cutUnits || j.intent.Units[unit] >= end
	j.budget = max(j.room()/2, 1)
	return true
}

// guards are those of the writes of a step, each once, with the objects that
// earlier steps created and these writes refer to, and the keys that earlier
// steps removed and these write.
func (j *journaled) guards(from, end int) []kv.Guard {
	seen := map[kv.Guard]bool{}
	var out []kv.Guard
	add := func(g kv.Guard) {
		if !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	steps := j.journal.At(j.fence).Steps
	if j.seen == nil {
		j.seen = j.intent.Seen()
	}
	for _, g := range j.seen.Guards(from, end, written(steps)) {
		add(g)
	}
	n, _ := slices.BinarySearchFunc(j.intent.Needs, from, func(n state.IntentNeed, at int) int { return n.At - at })
	for ; n < len(j.intent.Needs) && j.intent.Needs[n].At < end; n++ {
		of := j.intent.Needs[n].Of
		switch op := j.intent.Ops[of]; {
		case of >= from:
		case op.Kind == kv.Delete:
			add(kv.Guard{Kind: kv.Unmoved, Key: op.Key})
		default:
			add(kv.Guard{Kind: kv.Exists, Key: op.Key, Revision: written(steps)(of)})
		}
	}
	return out
}

// written tells the revision of the step that carried out a write.
func written(steps []state.JournalStep) func(op int) int64 {
	return func(op int) int64 {
		i, _ := slices.BinarySearchFunc(steps, op+1, func(s state.JournalStep, end int) int { return s.End - end })
		return steps[i].Revision
	}
}
