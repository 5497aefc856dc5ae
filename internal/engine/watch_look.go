package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/retry"
	"github.com/sigilgate/sigilform/internal/state"
)

// maxLooks is how often a network is read anew because an apply moved it between
// its keys and its roles, which have no revision in common.
const maxLooks = 5

// open connects, and looks for the first time or anew.
func (w *watching) open(ctx context.Context) error {
	l, err := w.engine.visit(ctx, w.options.LiveOptions)
	if err != nil {
		return err
	}
	w.live = l
	return w.look(ctx)
}

// look reads the whole network and begins from there.
func (w *watching) look(ctx context.Context) error {
	for try := 1; ; try++ {
		v, err := w.live.view(ctx)
		if err != nil {
			return err
		}
		at := w.engine.now()
		auth, err := w.engine.auth(ctx, w.live.session, len(v.state.ACL) > 0)
		if err != nil {
			return err
		}
		same, err := w.unmoved(ctx, v)
		if err != nil {
			return err
		}
		if same || try == maxLooks {
			w.drift, w.seen, w.looked = drift.NewWatch(w.engine.Catalogue, v.snapshot, v.state, auth), at, at
			return nil
		}
	}
}

// unmoved reports whether no apply came between the snapshot and now, of a
// network with roles or users.
func (w *watching) unmoved(ctx context.Context, v *view) (bool, error) {
	if len(v.state.ACL) == 0 {
		return true, nil
	}
	own := v.state.Layout
	names := []string{own.Head()}
	if !v.denied(own.Journal()) {
		names = append(names, own.Journal())
	}
	now, err := w.live.session.Read(ctx, names...)
	if err != nil {
		return false, err
	}
	var before []kv.Entry
	for _, name := range slices.Sorted(slices.Values(names)) {
		if e, ok := v.snapshot.Get(name); ok {
			before = append(before, e)
		}
	}
	return slices.Equal(before, now), nil
}

// again reads the whole network and returns what is new since it was last known.
func (w *watching) again(ctx context.Context) ([]drift.Event, error) {
	before := w.drift
	if err := w.look(ctx); err != nil {
		return nil, err
	}
	return w.drift.Continue(before, w.engine.now()), nil
}

// regain sees again after something went wrong: at once where only the watch was
// lost, else by a new connection, again and again. It says so while nothing is seen.
func (w *watching) regain(ctx context.Context, cause error) error {
	before := w.drift
	var lost *etcd.WatchLost
	if errors.As(cause, &lost) && lost.Cause == nil {
		// A watch that is lost again and again must not read everything all the time.
		if w.engine.now().Sub(w.looked) < blindPause && retry.Pause(ctx, blindPause) != nil {
			return nil
		}
		events, err := w.again(ctx)
		if err == nil {
			return w.update(WatchUpdate{Events: events, Checked: true})
		}
		cause = err
	}
	for ctx.Err() == nil {
		if err := w.update(WatchUpdate{Blind: cause}); err != nil {
			return err
		}
		if retry.Pause(ctx, blindPause) != nil {
			return nil
		}
		if cause = w.reopen(ctx); cause == nil {
			events := w.drift.Continue(before, w.engine.now())
			return w.update(WatchUpdate{Events: events, Checked: true})
		}
	}
	return nil
}

// reopen looks by a new connection: the old one may be to a cluster that is not
// there any more, or of a user who may not read any more. An embedded server is
// this process's own and stays.
func (w *watching) reopen(ctx context.Context) error {
	if w.live != nil && w.live.session.server != nil {
		return w.look(ctx)
	}
	var ignored error
	w.leave(&ignored)
	return w.open(ctx)
}

// request is what is watched of a network: what a snapshot reads and drift is
// compared from.
func (w *watching) request() etcd.WatchRequest {
	layout, own := keys.NewLayout(w.engine.Catalogue, w.live.prefix), state.NewLayout(w.live.name)
	r := etcd.WatchRequest{
		Prefixes: append(layout.ReadPrefixes(), own.ObjectsPrefix()), Keys: []string{own.Head()}, After: w.drift.Revision(),
	}
	for _, key := range []string{own.Journal(), own.DigestKey()} {
		if !slices.Contains(w.drift.Denied(), key) {
			r.Keys = append(r.Keys, key)
		}
	}
	return r
}
