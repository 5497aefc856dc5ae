package apply

import (
	"context"
	"fmt"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Held is a lock that this process holds. It is safe for concurrent use.
type Held interface {
	// Guard holds while the lock does: the fence that every step carries.
	Guard() kv.Guard
	// Lost is closed once the lock is lost, or must be taken as lost.
	Lost() <-chan struct{}
	// Unlock gives the lock back. A second call does nothing.
	Unlock(ctx context.Context) error
}

// Locker takes the network's lock; the error is a *Locked where another has it
// for longer than one waits.
type Locker func(ctx context.Context) (Held, error)

// Locked is the error for a network whose lock another apply holds. Nothing
// was written.
type Locked struct {
	Network string
	Lock    state.Lock
	// NoWait says that the command does not wait for locks: it has no flag for that.
	NoWait bool
}

// Failure says who holds it.
func (e *Locked) Failure() *failure.Failure {
	wait := "wait for it with --lock-timeout 5m"
	if e.NoWait {
		wait = "run this again once it has ended"
	}
	return &failure.Failure{
		Code: failure.Locked, Summary: fmt.Sprintf("Network %q is locked by another apply", e.Network), Evidence: []any{&e.Lock},
		Detail: e.Lock.Holder() + " Nothing was written.",
		Hint:   fmt.Sprintf("%s; if its process is gone the lock goes within %s, or at once by `sigilform lock break %s`", wait, state.LockLife, e.Lock.ID),
	}
}

// Error is the failure on one line.
func (e *Locked) Error() string { return failure.Text(e) }

// guarded ends the context when the lock is lost.
func guarded(ctx context.Context, h Held) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	fault.Go(func() {
		defer close(done)
		select {
		case <-h.Lost():
			cancel(errLockLost)
		case <-ctx.Done():
		}
	}, func(err error) { cancel(err) })
	return ctx, func() { cancel(nil); <-done }
}
