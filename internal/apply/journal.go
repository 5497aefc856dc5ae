package apply

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// partBytes is the size of a part of the intent, where the server takes it.
const partBytes = 512 << 10

// journaled is an apply of several transactions under way, or its recovery.
//
//	begin ── preparing: the journal's head is there, which shuts out all others
//	  │      all guards hold at one revision? no: the journal goes, nothing was written
//	  │      the intent with the former values is written
//	grant ── the calls of the authentication before the data, if there are any
//	step ─── its guards, the fence and the lock hold: its writes, and the position moves
//	  │      a guard does not hold, or it was interrupted early: the steps are undone
//	last ─── its writes with the new head and the history, and the journal goes
//	revoke ─ or stays until the calls of the authentication after the data are made
type journaled struct {
	store   Store
	network string
	layout  state.Layout
	options Options
	held    Held
	// journal is as the store has it, fence the ModRevision of its key, value
	// its text.
	journal *state.Journal
	fence   int64
	value   string
	intent  *state.Intent
	// seen tells how the intent's guards hold now.
	seen *state.Seen
	// cutUnits allows to part a unit that is too large for one request.
	cutUnits bool
	// budget is how many bytes a step may have.
	budget int
	// auth is the revision that the authentication has, by what this run did.
	auth uint64
	// known is how a recovery found the authentication, with what it did since;
	// nil in a run of its own.
	known *kv.Auth
	// open says that authentication was off when the run began.
	open bool
	// notEnforced is why authentication was not turned on after all.
	notEnforced *kv.NotEnforced
	// removing says that the journal goes without having been carried out.
	removing bool
	// resolved says that a reply was lost and reading told.
	resolved bool
	stats    Result
}

// runJournaled applies a plan that is too large for one request, or that has
// calls of the authentication. What no request holds is found out before
// anything is written.
func runJournaled(ctx context.Context, s Store, p *plan.Plan, o Options, auth uint64) (*Result, error) {
	for _, op := range slices.Concat(p.Data, p.State) {
		if one := (&kv.TooLarge{Key: op.Key, Ops: 1, Bytes: opBytes(op)}); within(one, s.Limits()) != nil {
			return nil, one
		}
	}
	if o.Lock == nil {
		return nil, errors.New("internal error: an apply of several transactions without a lock")
	}
	held, err := o.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = held.Unlock(context.WithoutCancel(ctx)) }()
	ctx, cancel := guarded(ctx, held)
	defer cancel()
	j := newJournaled(s, p.Network, o, held)
	j.auth = auth
	j.noteAuth(ctx)
	if err := j.learn(ctx, bytesOf(p)); err != nil {
		return nil, notBegun(ctx, err)
	}
	end, err := closing(p, s.ClusterID(), o, partOf(s.Limits()))
	if err != nil {
		return nil, err
	}
	intent := intentOf(p, end, j.unitRoom())
	intent.Apply = o.Apply
	if err := fitting(intent, s.Limits()); err != nil {
		return nil, err
	}
	if err := j.begin(ctx, p, intent); err != nil {
		return nil, err
	}
	return j.carryOut(ctx)
}

// notBegun makes an end of the context what it means before the first write.
func notBegun(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return err
	case errors.Is(cause, context.Canceled):
		cause = ErrStopped
	}
	return &NotBegun{Cause: cause}
}

func newJournaled(s Store, network string, o Options, held Held) *journaled {
	return &journaled{
		store: s, network: network, layout: state.NewLayout(network), options: o, held: held,
		budget: stepBytes, intent: &state.Intent{},
	}
}

// begin writes the journal, from which on everyone can carry on or undo.
func (j *journaled) begin(ctx context.Context, p *plan.Plan, intent *state.Intent) error {
	j.journal = &state.Journal{
		Format: state.FormatVersion, Apply: j.options.Apply, Serial: p.Serial + 1, Owner: j.options.Owner, Actor: j.options.Actor,
		Command: j.options.Command, Commit: p.Commit, Since: j.options.Now.UTC(), Phase: state.Preparing,
	}
	if a := p.Access; a != nil {
		j.journal.Grants, j.journal.Revokes, j.journal.AuthRevision = len(a.Grants), len(a.Revokes), j.auth
	}
	first := *j.journal
	_, err := j.write(ctx, kv.Txn{Guards: []kv.Guard{headGuard(p), {Kind: kv.Empty, Key: j.layout.JournalPrefix()}}}, &first)
	if err != nil {
		return j.failedToBegin(ctx, p, err)
	}
	if err := j.prepare(ctx, intent, p.Prefix); err != nil {
		cause := j.failedToBegin(ctx, p, err)
		if err := j.discard(ctx); err != nil {
			return j.undone(err, cause)
		}
		return cause
	}
	return nil
}

// failedToBegin says what kept an apply from its first step. Nothing of the
// network was written.
func (j *journaled) failedToBegin(ctx context.Context, p *plan.Plan, err error) error {
	var unknown *Unknown
	if errors.As(err, &unknown) && j.fence == 0 {
		return j.arrived(ctx, unknown)
	}
	var rejected *Rejected
	if errors.As(err, &rejected) {
		if refused := checkHead(ctx, j.store, p); refused != nil && j.fence == 0 {
			return refused
		}
		for i := range rejected.Moved {
			rejected.Moved[i].Address = newOwners(p).about(rejected.Moved[i].Moved)
		}
	}
	return err
}

// arrived finds out what became of the journal's head, the only thing that was on
// its way: once the lock is given back it can't arrive any more.
func (j *journaled) arrived(ctx context.Context, unknown *Unknown) error {
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestPause)
	defer cancel()
	if err := j.held.Unlock(limit); err != nil {
		return unknown
	}
	found, err := j.store.Read(limit, j.layout.Journal())
	if err != nil {
		return unknown
	}
	if len(found) > 0 {
		if there, err := state.DecodeJournal(found[0].Value); err == nil && there.Apply == j.options.Apply {
			return &Stopped{Network: j.network, Journal: there, Cause: cmp.Or(context.Cause(ctx), unknown.Cause)}
		}
	}
	if ctx.Err() != nil {
		return notBegun(ctx, unknown)
	}
	return &NotWritten{Cause: unknown.Cause}
}

// prepare verifies every guard at one revision, and writes the intent with the
// values of that revision.
func (j *journaled) prepare(ctx context.Context, intent *state.Intent, prefix string) error {
	now, err := j.store.Scan(ctx, 0, j.scanned(prefix)...)
	if err != nil {
		return err
	}
	if err := verify(now, intent, 0, nil); err != nil {
		return err
	}
	intent.Before = formerValues(now, intent.Ops)
	if err := restorable(intent.Before, j.store.Limits()); err != nil {
		return err
	}
	if err := j.writeIntent(ctx, intent); err != nil {
		return err
	}
	j.intent = intent
	return j.interruptedEarly()
}

// writeIntent writes the intent in parts, smaller ones where the server turns
// out to take less.
func (j *journaled) writeIntent(ctx context.Context, intent *state.Intent) error {
	for size := partBytes; ; size /= 2 {
		size = min(size, j.store.Limits().MaxRequestBytes/2)
		parts, err := state.EncodeIntent(intent, size)
		if err != nil {
			return err
		}
		err = j.writeParts(ctx, parts, len(intent.Ops))
		if large := (*kv.TooLarge)(nil); size > minPart && errors.As(err, &large) {
			continue
		}
		return err
	}
}

// minPart is below what any server takes.
const minPart = 1 << 10

func (j *journaled) writeParts(ctx context.Context, parts []string, ops int) error {
	for i, part := range parts {
		next := *j.journal
		next.Parts = i + 1
		if i == len(parts)-1 {
			next.Ops = ops
		}
		if _, err := j.write(ctx, kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: j.layout.JournalPart(i), Value: part}}}, &next); err != nil {
			return err
		}
	}
	return nil
}

// interruptedEarly is the error of an interrupt before the first step.
func (j *journaled) interruptedEarly() error {
	if j.options.stopped() {
		return &NotBegun{Cause: ErrStopped}
	}
	return nil
}

// discard takes away a journal whose apply wrote nothing of the network.
func (j *journaled) discard(ctx context.Context) error {
	j.removing = true
	_, err := j.write(ctx, kv.Txn{Ops: []kv.Op{{Kind: kv.DeletePrefix, Key: j.layout.JournalPrefix()}}}, nil)
	return err
}

// scanned are the prefixes that hold everything that the guards and writes of
// a plan are about.
func (j *journaled) scanned(prefix string) []string {
	data, own := keys.NewLayout(j.options.Catalogue, prefix), j.layout
	return append(data.ReadPrefixes(), data.UserIDCounter(), own.ObjectsPrefix(), own.Head(), own.DigestKey(), own.PlanKey(), state.NetworksPrefix)
}

// intentOf is the plan's sequence with its ending.
func intentOf(p *plan.Plan, end *ending, room int) *state.Intent {
	intent := p.Sequence(room)
	if a := p.Access; a != nil {
		intent.Grants, intent.Revokes = a.Grants, a.Revokes
	}
	for _, part := range end.parts {
		intent.Ops = append(intent.Ops, part)
		intent.Units = append(intent.Units, len(intent.Ops))
	}
	for _, g := range append(end.guards, headGuard(p)) {
		intent.Guards = append(intent.Guards, state.IntentGuard{At: len(intent.Ops), Guard: g})
	}
	intent.Ops = append(intent.Ops, end.last...)
	intent.Units = append(intent.Units, len(intent.Ops))
	return intent
}

// verify checks the guards of all writes from one on, at one revision, after the
// steps that were done.
func verify(now *kv.Snapshot, in *state.Intent, from int, steps []state.JournalStep) error {
	var moved []Moved
	note := func(all []kv.Moved) {
		for _, m := range all {
			if !slices.ContainsFunc(moved, func(known Moved) bool { return known.Moved == m }) {
				moved = append(moved, Moved{Moved: m})
			}
		}
	}
	left := in.Seen().Guards(from, len(in.Ops), written(steps))
	for _, g := range left {
		note(now.Moved(g))
	}
	note(kv.ReferringOf(left, in.Ops[from:]).Moved(now))
	if len(moved) > 0 {
		return &Rejected{Moved: moved}
	}
	return nil
}

// formerValues are the entries that the writes change or remove.
func formerValues(now *kv.Snapshot, ops []kv.Op) []kv.Entry {
	var out []kv.Entry
	for _, op := range ops {
		switch op.Kind {
		case kv.Put, kv.Delete:
			if e, ok := now.Get(op.Key); ok {
				out = append(out, e)
			}
		case kv.DeletePrefix:
			out = append(out, now.Under(op.Key)...)
		case kv.DeleteRange:
			// Only the pruning of the history, in the last step: it is never undone.
		}
	}
	slices.SortFunc(out, func(a, b kv.Entry) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(out, func(a, b kv.Entry) bool { return a.Key == b.Key })
}
