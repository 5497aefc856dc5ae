package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Recovery is what became of an interrupted apply.
type Recovery struct {
	// Journal is as it was found.
	Journal *state.Journal
	// Outcome says what was done with it.
	Outcome RecoveryOutcome
	// Serial and Revision are those of the new head, where there is one.
	Serial, Revision int64
	// Steps is how many transactions it took.
	Steps int
	// Restored counts the keys that have their former value again, Left are
	// those that others have written since, LeftMore is how many more there are.
	Restored int
	Left     []state.Left
	LeftMore int
	// Moved is why it could not go forward, empty where it did.
	Moved []Moved
}

// RecoveryOutcome says how an interrupted apply ended.
type RecoveryOutcome string

// The outcomes of a recovery.
const (
	// Finished: the apply was carried out to its end.
	Finished RecoveryOutcome = "finished"
	// Undone: what it had written was taken back.
	Undone RecoveryOutcome = "rolled-back"
	// Dropped: it had written nothing yet.
	Dropped RecoveryOutcome = "dropped"
	// Abandoned: what it had written stays, and is what was applied last.
	Abandoned RecoveryOutcome = "abandoned"
)

// Recover takes an interrupted apply over: it carries it on where what is left
// of its guards holds, else undoes it. It returns nil where there is no
// journal. The network's keys are below prefix.
func Recover(ctx context.Context, s Store, network, prefix string, o Options) (*Recovery, error) {
	return resume(ctx, s, network, prefix, o, (*journaled).recover)
}

// Abandon takes an interrupted apply over and ends it where it is: what it
// wrote stays, with a head and a history record that say so.
func Abandon(ctx context.Context, s Store, network, prefix string, o Options) (*Recovery, error) {
	return resume(ctx, s, network, prefix, o, (*journaled).abandon)
}

// finale ends a journal that was taken over.
type finale func(j *journaled, ctx context.Context, prefix string, out *Recovery) error

func resume(ctx context.Context, s Store, network, prefix string, o Options, end finale) (*Recovery, error) {
	o = o.withDefaults()
	found, _, err := readJournal(ctx, s, network)
	if found == nil || err != nil {
		return nil, err
	}
	held, err := o.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = held.Unlock(context.WithoutCancel(ctx)) }()
	ctx, cancel := guarded(ctx, held)
	defer cancel()
	j := newJournaled(s, network, o, held)
	j.journal = found
	j.noteAuth(ctx)
	taken, err := j.takeOver(ctx)
	if !taken && err == nil {
		return nil, nil //nolint:nilnil // another recovery has ended it meanwhile
	}
	out := &Recovery{}
	if err == nil {
		out.Journal = j.journal
		err = j.finish(ctx, prefix, out, end)
	}
	if err != nil {
		return nil, j.cutOff(err)
	}
	out.Steps = j.stats.Steps
	return out, nil
}

// finish ends a journal that was taken over.
func (j *journaled) finish(ctx context.Context, prefix string, out *Recovery, end finale) error {
	if j.nothingDone() {
		out.Outcome = Dropped
		return j.discard(ctx)
	}
	if j.journal.Phase == state.Abandoning {
		end = (*journaled).abandon // someone decided so, and it was cut off
	}
	return end(j, ctx, prefix, out)
}

// readJournal reads the journal's head, nil where there is none.
func readJournal(ctx context.Context, s Store, network string) (*state.Journal, *kv.Entry, error) {
	key := state.NewLayout(network).Journal()
	found, err := s.Read(ctx, key)
	if err != nil || len(found) == 0 {
		return nil, nil, err
	}
	j, err := state.DecodeJournal(found[0].Value)
	if err != nil {
		return nil, nil, &state.Damaged{Key: key, Cause: err}
	}
	return j, &found[0], nil
}

// takeOver makes this run the journal's owner: whoever drove it is shut out.
func (j *journaled) takeOver(ctx context.Context) (bool, error) {
	found, e, err := readJournal(ctx, j.store, j.network)
	if found == nil || err != nil {
		return false, err
	}
	j.journal, j.fence, j.value = found, e.ModRevision, e.Value
	if !j.nothingDone() {
		// Read before anything is written: a damaged journal stays as it is.
		if err := j.load(ctx); err != nil {
			return false, err
		}
	}
	next := found.At(e.ModRevision)
	next.Owner = j.options.Owner
	if _, err := j.write(ctx, kv.Txn{}, next); err != nil {
		return false, err
	}
	return true, nil
}

// load reads the intent.
func (j *journaled) load(ctx context.Context) error {
	s, err := j.store.Scan(ctx, 0, j.layout.JournalPrefix())
	if err != nil {
		return err
	}
	parts := make([]string, j.journal.Parts)
	for i := range parts {
		e, ok := s.Get(j.layout.JournalPart(i))
		if !ok {
			return &state.Damaged{Key: j.layout.JournalPart(i), Cause: errors.New("it is missing")}
		}
		parts[i] = e.Value
	}
	j.intent, err = state.DecodeIntent(parts)
	if err == nil {
		err = j.matches()
	}
	if err != nil {
		return &state.Damaged{Key: j.layout.JournalPart(0), Cause: err}
	}
	return nil
}

// matches compares the intent with the journal's head.
func (j *journaled) matches() error {
	in, head := j.intent, j.journal
	switch {
	case len(in.Ops) != head.Ops:
		return fmt.Errorf("it has %d writes, and its head says %d", len(in.Ops), head.Ops)
	case len(in.Grants) != head.Grants, len(in.Revokes) != head.Revokes:
		return fmt.Errorf("it has %d and %d calls of the authentication, and its head says %d and %d", len(in.Grants), len(in.Revokes), head.Grants, head.Revokes)
	case in.Apply != "" && in.Apply != head.Apply:
		return fmt.Errorf("it is of the apply %s, and its head is of %s", in.Apply, head.Apply)
	case lastRevision(head) > j.fence:
		return fmt.Errorf("its head says that a step was written at revision %d, after itself", lastRevision(head))
	}
	return nil
}

// recover carries on where every guard that is left holds, else undoes.
func (j *journaled) recover(ctx context.Context, prefix string, out *Recovery) error {
	err := errRollingBack
	if j.journal.Phase != state.RollingBack {
		if err := j.review(ctx); err != nil {
			return err
		}
		var now *kv.Snapshot
		now, err = j.store.Scan(ctx, 0, j.scanned(j.prefix(prefix))...)
		if err != nil {
			return err
		}
		err = verify(now, j.intent, j.journal.Done, j.journal.At(j.fence).Steps)
	}
	if err == nil && j.journal.Done < j.journal.Ops {
		err = j.obstructed()
	}
	if err == nil {
		var r *Result
		if r, err = j.carryOut(ctx); r != nil {
			out.Outcome, out.Serial, out.Revision = Finished, r.Serial, max(r.Revision, lastRevision(j.journal))
			return err
		}
	} else {
		err = j.undo(ctx, err)
	}
	return out.ofUndoing(err)
}

// lastRevision is that of the last write that is done.
func lastRevision(j *state.Journal) int64 {
	if n := len(j.Steps); n > 0 {
		return j.Steps[n-1].Revision
	}
	return 0
}

var errRollingBack = errors.New("it was being rolled back")

// ofUndoing takes the result from the error that an undoing ends with.
func (r *Recovery) ofUndoing(err error) error {
	var back *RolledBack
	if !errors.As(err, &back) {
		return err
	}
	r.Outcome, r.Restored, r.Left, r.LeftMore = Undone, back.Restored, back.Left, back.LeftMore
	var moved *Rejected
	if errors.As(back.Cause, &moved) {
		r.Moved = moved.Moved
	}
	return nil
}

// prefix is where the network's keys are to be: as the head that the apply
// writes says, since a first apply that was cut off early has registered none.
func (j *journaled) prefix(registered string) string {
	for _, op := range j.intent.Ops {
		if op.Kind != kv.Put || op.Key != j.layout.Head() {
			continue
		}
		if h, err := state.DecodeHead(op.Value); err == nil && h.Prefix != "" {
			return h.Prefix
		}
	}
	return registered
}
