package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
)

// awaitTurn makes sure that no apply of several transactions is under way: it
// waits for one that is, and refuses one that was interrupted. It takes no
// lock: what guards a single transaction are its guards.
func (e *Engine) awaitTurn(ctx context.Context, s *session, network string, wait time.Duration) error {
	limit, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	l := &live{engine: e, session: s, name: network}
	for {
		shown, entry, err := l.lock(ctx)
		if err != nil || shown.Journal == nil {
			return err
		}
		if shown.Lock == nil || s.server != nil {
			return &apply.Interrupted{Network: network, Journal: shown.Journal}
		}
		e.progress("waiting for another apply")
		waiting, st := e.stage(limit, "wait for lock")
		st.note(slog.String(attrNetwork, network))
		err = s.AwaitGone(waiting, *entry)
		st.end(err)
		if err != nil {
			if limit.Err() == nil {
				return err // nobody can tell, which is not the same as held
			}
			return &apply.Locked{Network: network, Lock: *shown.Lock}
		}
	}
}
