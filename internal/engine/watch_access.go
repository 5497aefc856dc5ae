package engine

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// accessRead is one reading of all roles and users.
type accessRead struct {
	// live is nil where the user may not read them.
	live *kv.Auth
	// revision is where the cluster was afterwards, moves what applies had
	// written, as far as the watch knew, before.
	revision int64
	moves    int
}

// accessInterval is how often roles and users are read beside the watch. Where
// there is no watch the whole check reads them.
func (w *watching) accessInterval() time.Duration {
	switch {
	case !w.options.Follow:
		return 0
	case w.options.Interval > 0:
		return min(w.options.Interval, accessInterval)
	}
	return accessInterval
}

// readAccess reads roles and users. They have no revision in common with the
// keys, and an apply writes both: what was read is judged once the watch has got
// to where the cluster is now, and only if no apply came in between.
func (f *following) readAccess(ctx context.Context) error {
	read := &accessRead{moves: f.drift.Moves()}
	live, err := f.engine.auth(ctx, f.live.session, f.drift.HasAccess())
	if err != nil {
		return unlessEnded(ctx, err)
	}
	read.live = live
	if read.revision, err = f.live.session.Revision(ctx, state.NewLayout(f.live.name).Head()); err != nil {
		return unlessEnded(ctx, err)
	}
	f.read = read
	now := f.engine.now()
	if events := f.judgeAccess(now); len(events) > 0 {
		return f.update(WatchUpdate{Events: events})
	}
	return nil
}

// judgeAccess compares the roles and users that were read, once it may.
func (f *following) judgeAccess(now time.Time) []drift.Event {
	read := f.read
	if read == nil || f.drift.Revision() < read.revision {
		return nil
	}
	f.read = nil
	if read.moves != f.drift.Moves() {
		return nil // read in the middle of an apply; it asks for another reading
	}
	return f.drift.Access(read.live, now)
}
