package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// RollbackOptions say which state to bring back.
type RollbackOptions struct {
	LiveOptions
	Provenance Provenance
	// Serial is the apply whose state comes back.
	Serial int64
	// Moved says what happens to values that undone applies wrote and the network
	// has changed since.
	Moved plan.Moved
	// Adopt takes over what others made where something of ours was then.
	Adopt bool
	// Cascade deletes what others made and a deletion would leave dangling.
	Cascade bool
	// AcceptRestored goes on in a cluster that was restored from a snapshot.
	AcceptRestored bool
	// DisableAuth allows to turn the cluster's authentication off.
	DisableAuth bool
	// Allow names the valves that this run may break.
	Allow  []string
	Expect Expected
	// Replan allows to plan anew when only the counter of user ids moved; see
	// [ApplyOptions].
	Replan      bool
	LockTimeout time.Duration
	// Review is given each plan before it is applied; its error stops the rollback.
	// Where others wrote meanwhile to what a plan deletes, it is given another one.
	Review func(ctx context.Context, p *Planned) error
}

// ParseMoved reads what is to become of values that the network has changed since:
// keep or restore, and empty to be asked.
func ParseMoved(text string) (plan.Moved, bool) {
	switch moved := plan.Moved(text); moved {
	case plan.MovedAsk, plan.MovedKeep, plan.MovedRestore:
		return moved, true
	}
	return "", false
}

// Pruned is the error for a serial that the history does not reach any more.
type Pruned struct {
	Network        string
	Serial, Oldest int64
}

// Failure says how far it reaches.
func (e *Pruned) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.Pruned, Summary: fmt.Sprintf("The history of network %q reaches back to serial %d, not to %d", e.Network, e.Oldest, e.Serial),
		Detail: "Older applies were removed: the network block says how many are kept. Nothing was written.",
		Hint:   fmt.Sprintf("roll back to serial %d or a later one, or apply an older configuration", e.Oldest),
	}
}

// Error is the failure on one line.
func (e *Pruned) Error() string { return failure.Text(e) }

// Rollback plans what brings the state after a serial back, has it reviewed,
// and applies it.
func (e *Engine) Rollback(ctx context.Context, o RollbackOptions) (out *Applied, err error) {
	l, err := e.enter(ctx, o.LiveOptions)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	return e.settle(ctx, l.session, l.name, l.back(&o), &course{
		expect: o.Expect, replan: o.Replan, wait: o.LockTimeout, review: o.Review, folder: folderOf(o.Source.Path), actor: o.Provenance.Actor,
	})
}

// PlanRollback plans what Rollback would apply, and applies nothing.
func (e *Engine) PlanRollback(ctx context.Context, o RollbackOptions) (out *Planned, err error) {
	l, err := e.enter(ctx, o.LiveOptions)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	out, err = e.propose(ctx, l.session, l.name, l.back(&o), &course{expect: o.Expect, wait: o.LockTimeout})
	return out, unlessCanceled(ctx, err)
}

// back plans a rollback, as often as need be.
func (l *live) back(o *RollbackOptions) func(context.Context) (*Planned, error) {
	return func(ctx context.Context) (*Planned, error) { return l.planRollback(ctx, o) }
}

func (l *live) planRollback(ctx context.Context, o *RollbackOptions) (*Planned, error) {
	v, err := l.view(ctx)
	if err != nil {
		return nil, err
	}
	past, target, err := l.engine.rewind(ctx, l.session, v.state, l.name, o.Serial)
	if err != nil {
		return nil, err
	}
	e := l.engine
	ids := e.ids()
	n := &network.Network{Catalogue: e.Catalogue, Name: l.name, Prefix: v.state.Head.Prefix}
	in := plan.Input{
		Network: n, Snapshot: v.snapshot, State: v.state, Mode: plan.ModeRollback, Past: past, Serial: o.Serial,
		Moved: o.Moved, Adopt: o.Adopt, Cascade: o.Cascade, AcceptRestored: o.AcceptRestored, Keep: v.state.Head.Keep, LogIndex: l.session.LogIndex(ctx, v.snapshot.Revision),
		Now: e.now(), IDs: ids, Tool: e.Version, Commit: first(o.Provenance.Commit, target.Commit), ConfigDigest: target.ConfigDigest,
		Connection: l.session.connection,
	}
	if err := e.access(ctx, l.session, &in, o.DisableAuth); err != nil {
		return nil, err
	}
	e.progress("planning")
	p, found := e.compare(ctx, in)
	if ids.err != nil {
		return nil, ids.err
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	if err := l.session.mayEnforce(ctx, p); err != nil {
		return nil, err
	}
	if err := judge(ctx, Limits{}, p, v.state, nil, o.Allow); err != nil {
		return nil, err
	}
	p.Warnings = append(found, p.Warnings...)
	return e.planned(n, p).keyed(e, v), nil
}

// rewind undoes the history, newest first, down to the serial, and returns the
// record of that serial as far as it is there.
func (e *Engine) rewind(ctx context.Context, at *session, st *state.State, network string, serial int64) (*state.Past, state.History, error) {
	head := int64(0)
	if st.Head != nil {
		head = st.Head.Serial
	}
	if serial < 1 || serial > head {
		return nil, state.History{}, &NoSuchSerial{Network: network, Serial: serial, Newest: head}
	}
	e.progress("reading the history")
	layout := state.NewLayout(network)
	s, err := at.Snapshot(ctx, etcd.SnapshotRequest{Prefixes: []string{layout.HistoryPrefix()}})
	if err != nil {
		return nil, state.History{}, err
	}
	past := st.Rewind()
	for n := head; n > serial; n-- {
		err := undo(past, s, layout, n)
		if pruned, ok := errors.AsType[*Pruned](err); ok {
			pruned.Serial = serial
		}
		if err != nil {
			return nil, state.History{}, err
		}
	}
	target := state.History{Serial: serial}
	if entry, ok := s.Get(layout.History(serial)); ok {
		target, err = state.DecodeHistory(entry.Value, nil)
	}
	return past, target, err
}

// undo takes one apply back.
func undo(past *state.Past, s *kv.Snapshot, layout state.Layout, serial int64) error {
	entry, ok := s.Get(layout.History(serial))
	if !ok {
		return &Pruned{Network: layout.NetworkName(), Serial: serial - 1, Oldest: oldest(s, layout, serial)}
	}
	h, err := state.DecodeHistory(entry.Value, func(n int) (string, bool) {
		part, ok := s.Get(layout.HistoryPart(serial, n))
		return part.Value, ok
	})
	if err != nil {
		return &state.Damaged{Key: entry.Key, Cause: err}
	}
	secrets, err := secretsOfSerial(s, layout, serial)
	if err != nil {
		return err
	}
	return past.Undo(&h, secrets)
}

// secretsOfSerial are the old sensitive values of an apply.
func secretsOfSerial(s *kv.Snapshot, layout state.Layout, serial int64) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range s.Under(layout.HistorySecret(serial)) {
		some, err := state.DecodeSecrets(e.Value)
		if err != nil {
			return nil, &state.Damaged{Key: e.Key, Cause: err}
		}
		maps.Copy(out, some)
	}
	return out, nil
}

// oldest is the oldest serial that can be reached: the one before the first of
// an unbroken row of records.
func oldest(s *kv.Snapshot, layout state.Layout, missing int64) int64 {
	var serials []int64
	for _, e := range s.Under(layout.HistoryPrefix()) {
		if n, rest, ok := layout.Serial(e.Key); ok && rest == "" && n > missing {
			serials = append(serials, n)
		}
	}
	if len(serials) == 0 {
		return missing
	}
	return slices.Min(serials) - 1
}
