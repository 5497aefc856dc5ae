package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// lockIDBytes is the length of a lock's id, which people type.
const lockIDBytes = 4

// locker takes the network's lock for a run, and waits for it for so long.
func (e *Engine) locker(s *session, network, actor string, wait time.Duration) apply.Locker {
	return func(ctx context.Context) (apply.Held, error) {
		ids := e.ids()
		mine := state.Lock{ID: ids.hex(lockIDBytes), Actor: actor, Host: hostname(), PID: os.Getpid(), Command: e.Command, Since: e.now()}
		if ids.err != nil {
			return nil, ids.err
		}
		value, err := state.EncodeLock(mine)
		if err != nil {
			return nil, err
		}
		limit, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		for {
			held, err := s.Lock(ctx, state.NewLayout(network).Lock(), value, state.LockLife)
			var taken *etcd.Taken
			if !errors.As(err, &taken) {
				return held, err
			}
			if err := e.outlast(limit, s, network, taken.Entry); err != nil {
				return nil, err
			}
		}
	}
}

// outlast waits until someone's lock is gone. Nobody else can hold one on a
// server of this process's own: there it is what a killed process left.
func (e *Engine) outlast(limit context.Context, s *session, network string, lock kv.Entry) (err error) {
	if s.server != nil {
		_, err := s.BreakLock(limit, lock)
		if limit.Err() == nil || err == nil {
			return err
		}
		_, err = s.BreakLock(context.WithoutCancel(limit), lock)
		return err
	}
	e.progress("waiting for the lock")
	limit, st := e.stage(limit, "wait for lock")
	st.note(slog.String(attrNetwork, network))
	defer func() { st.end(err) }()
	if err := s.AwaitGone(limit, lock); err == nil || limit.Err() == nil {
		return err // gone; or nobody can tell, which is not the same as held
	}
	l, err := state.DecodeLock(lock.Value)
	if err != nil {
		return &state.Damaged{Key: lock.Key, Cause: err}
	}
	return &apply.Locked{Network: network, Lock: l}
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

// LockShown is who holds the lock of a network.
type LockShown struct {
	Network string
	// Lock is nil where nobody holds it.
	Lock *state.Lock
	// Journal is that of an apply under way or interrupted, nil where there is none.
	Journal *state.Journal
}

// Lock shows who holds the lock.
func (e *Engine) Lock(ctx context.Context, o LiveOptions) (out *LockShown, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	out, _, err = l.lock(ctx)
	return out, err
}

// lock reads the lock and the journal's head.
func (l *live) lock(ctx context.Context) (*LockShown, *kv.Entry, error) {
	layout := state.NewLayout(l.name)
	found, err := l.session.Read(ctx, layout.Lock(), layout.Journal())
	if err != nil {
		return nil, nil, err
	}
	out := &LockShown{Network: l.name}
	var entry *kv.Entry
	for i, e := range found {
		switch e.Key {
		case layout.Lock():
			lock, err := state.DecodeLock(e.Value)
			if err != nil {
				return nil, nil, &state.Damaged{Key: e.Key, Cause: err}
			}
			out.Lock, entry = &lock, &found[i]
		case layout.Journal():
			if out.Journal, err = state.DecodeJournal(e.Value); err != nil {
				return nil, nil, &state.Damaged{Key: e.Key, Cause: err}
			}
		}
	}
	return out, entry, nil
}

// NotLocked is the error for a lock that is not held, or not by that id.
type NotLocked struct {
	Network, ID string
	// Lock is who holds the lock now, nil where nobody does.
	Lock *state.Lock
}

// Failure says who holds the lock, if anybody does.
func (e *NotLocked) Failure() *failure.Failure {
	if e.Lock == nil {
		return &failure.Failure{Code: failure.NotLocked, Summary: fmt.Sprintf("Network %q is not locked", e.Network)}
	}
	return &failure.Failure{
		Code: failure.NotLocked, Summary: fmt.Sprintf("The lock of network %q has the id %s, not %s", e.Network, e.Lock.ID, e.ID),
		Detail: e.Lock.Holder(), Hint: "give the id that `sigilform lock show` prints", Evidence: []any{e.Lock},
	}
}

// Error is the failure on one line.
func (e *NotLocked) Error() string { return failure.Text(e) }

// BreakLock takes the lock with the id from whoever holds it. Its run stops at
// the next step and leaves its journal.
func (e *Engine) BreakLock(ctx context.Context, o LiveOptions, id string) (out *LockShown, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	out, entry, err := l.lock(ctx)
	if err != nil {
		return nil, err
	}
	if out.Lock == nil || out.Lock.ID != id {
		return nil, &NotLocked{Network: l.name, ID: id, Lock: out.Lock}
	}
	broken, err := l.session.BreakLock(ctx, *entry)
	if err == nil && !broken {
		err = &NotLocked{Network: l.name, ID: id}
	}
	return out, err
}
