package apply

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// abandon ends an apply where it is. Data and records of its steps agree as
// they are; what is missing is that something was applied, and what: the head
// moves, and the history gets the changes whose writes were carried out.
func (j *journaled) abandon(ctx context.Context, _ string, out *Recovery) error {
	serial := j.journal.Serial
	if err := j.leaveAccess(ctx); err != nil {
		return err
	}
	if j.journal.Done == j.journal.Ops {
		// Only calls after the data are left: they are what the next plan shows.
		out.Outcome, out.Serial, out.Revision = Abandoned, serial, j.fence
		return errors.Join(j.discard(ctx), j.unproven())
	}
	if err := j.learn(ctx, max(stepBytes, partBytes)); err != nil {
		return j.judge(ctx, err)
	}
	before, last, err := j.abandoned()
	if err != nil {
		return err
	}
	for len(before) > 0 {
		n := j.fittingOps(before, len(before))
		next := j.journal.At(j.fence)
		next.Phase = state.Abandoning
		if _, err := j.write(ctx, kv.Txn{Ops: before[:n:n]}, next); err != nil {
			return err
		}
		before = before[n:]
	}
	j.removing = true
	last = append(last, kv.Op{Kind: kv.DeletePrefix, Key: j.layout.JournalPrefix()})
	revision, err := j.write(ctx, kv.Txn{Ops: last}, nil)
	if err != nil {
		return err
	}
	out.Outcome, out.Serial, out.Revision = Abandoned, serial, revision
	return j.unproven()
}

// abandoned are the head and the history of what was carried out: what may be
// written before, and what must be written at the end, at once.
func (j *journaled) abandoned() (before, last []kv.Op, err error) {
	var head kv.Op
	for _, op := range j.intent.Ops {
		if op.Key == j.layout.Head() {
			head = op
		}
	}
	if head.Key == "" {
		return nil, nil, &state.Damaged{Key: j.layout.JournalPart(0), Cause: errors.New("it holds no head")}
	}
	h, err := state.DecodeHead(head.Value)
	if err != nil {
		return nil, nil, &state.Damaged{Key: j.layout.JournalPart(0), Cause: err}
	}
	past, err := recorded(j.layout, j.journal.Serial, j.intent.Ops)
	if err != nil {
		return nil, nil, &state.Damaged{Key: j.layout.JournalPart(0), Cause: err}
	}
	o := j.options
	h.Time, h.Actor, h.Apply = o.Now.UTC(), o.Actor, o.Apply
	past.Time, past.Actor, past.Apply, past.Mode = o.Now.UTC(), o.Actor, o.Apply, ModeAbandoned
	past.RolledBackTo = 0
	j.keepDone(&past)
	if head.Value, err = state.EncodeHead(h); err != nil {
		return nil, nil, err
	}
	parts, last, err := record(j.layout, past, partOf(j.store.Limits()))
	if err != nil {
		return nil, nil, err
	}
	// What the steps, or an abandoning that was cut off, wrote of more parts.
	rest := kv.Op{
		Kind: kv.DeleteRange, Key: j.layout.HistoryPart(past.Serial, len(parts)), End: j.layout.HistoryPart(past.Serial, state.MaxHistoryParts),
	}
	return append(parts, j.unwrittenSecrets()...), append(last, head, rest), nil
}

// unwrittenSecrets are the old sensitive values that the steps did not come to
// write: what they replaced is nowhere else. Those of fields that were not
// reached are what the network still has.
func (j *journaled) unwrittenSecrets() []kv.Op {
	secret := j.layout.HistorySecret(j.journal.Serial)
	return slices.DeleteFunc(slices.Clone(j.intent.Ops[j.journal.Done:]), func(op kv.Op) bool {
		return op.Kind != kv.Put || op.Key != secret && !strings.HasPrefix(op.Key, secret+"/")
	})
}

// ModeAbandoned is the mode, in the history, of an apply that was ended where
// it was.
const ModeAbandoned = "abandoned"
