package webhook

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/veil"
)

// Notifier tells one receiver of transitions. It is fed by one goroutine.
type Notifier struct {
	Sender *Sender
	State  *State
	// Veil shortens what is private; may be nil.
	Veil *veil.Veil
}

// Observe takes in what one run found, and sends a message if that is not what
// was last told. What could not be sent is sent by the next run.
func (n *Notifier) Observe(ctx context.Context, r *drift.Report, at time.Time) (Transition, error) {
	now := Digest(r)
	t := Between(n.State.last(r.Network), now)
	if t == None {
		return None, nil
	}
	m := NewMessage(t, r, at)
	m.through(n.Veil)
	if err := n.Sender.Send(ctx, m); err != nil {
		return None, err
	}
	return t, n.State.move(r.Network, now, at)
}
