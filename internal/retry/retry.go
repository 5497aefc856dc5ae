package retry

import (
	"context"
	"time"
)

// Pause waits, or returns the context's error where that ends first.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // it says all there is
	}
}

// Waits are those between the tries of one thing.
type Waits struct {
	// First is the first wait; each next one is twice as long, up to Longest.
	First, Longest time.Duration
	// Patience is for how long is waited in all, whatever the tries took.
	Patience time.Duration
	// Pause waits: the function of that name, or one of a test.
	Pause func(ctx context.Context, d time.Duration) error

	next, waited time.Duration
}

// Next is how long the next wait is.
func (w *Waits) Next() time.Duration {
	if w.next == 0 {
		w.next = w.First
	}
	now := w.next
	w.next = min(2*now, w.Longest)
	return now
}

// Reset begins again with the first wait.
func (w *Waits) Reset() { w.next = 0 }

// Again waits, and reports whether there is time for another try.
func (w *Waits) Again(ctx context.Context) bool {
	d := w.Next()
	w.waited += d
	return w.waited <= w.Patience && w.Pause(ctx, d) == nil
}
