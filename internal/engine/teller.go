package engine

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/metrics"
)

// lastWord is how long a watch that ends may take to tell what it has not told.
const lastWord = 5 * time.Second

// teller tells others what a watch finds. It has a goroutine of its own: a slow
// receiver keeps nobody from listening, and is told how it is, not how it was.
type teller struct {
	*alarm
	// say tells the caller who could not be told.
	say  func(Event) error
	wake chan struct{}
	// ended waits for the goroutines.
	ended fault.Group
	// silent says that it was said already that somebody can't be told.
	silent bool

	mu     sync.Mutex
	latest *metrics.Outcome
}

// start begins to tell, and to serve the metrics where an address is given, until
// ctx ends; the returned function ends it, and waits for the last word. failed is
// told of a fault at once, which that function then throws on.
func (t *teller) start(ctx context.Context, address string, failed func()) (end func(), err error) {
	if t.metrics == nil && t.webhook == nil {
		return func() {}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	t.ended.Failed = func(error) { failed() }
	if address != "" {
		l, err := listenOn(ctx, address)
		if err != nil {
			cancel()
			return nil, err
		}
		t.ended.Go(func() {
			if err := t.metrics.Serve(ctx, l); err != nil {
				_ = t.say(Untold{Cause: err})
			}
		})
	}
	t.ended.Go(func() { t.run(ctx) })
	return func() {
		cancel()
		t.ended.Wait()
	}, nil
}

// update takes in what the watch found. It never waits.
func (t *teller) update(u *WatchUpdate) {
	o := metrics.Outcome{Network: u.Report.Network, At: t.engine.Clock(), Err: u.Blind}
	if u.Blind == nil {
		o.Report = u.Report
	}
	t.mu.Lock()
	t.latest = &o
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *teller) run(ctx context.Context) {
	for {
		select {
		case <-t.wake:
			t.pass(ctx)
		case <-ctx.Done():
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
			defer cancel()
			t.pass(end)
			return
		}
	}
}

// pass tells the latest, if nobody was told yet. Who can't be told is said once,
// until everybody can be told again.
func (t *teller) pass(ctx context.Context) {
	t.mu.Lock()
	o := t.latest
	t.latest = nil
	t.mu.Unlock()
	if o == nil {
		return
	}
	failed := false
	t.tell(ctx, *o, func(err error) {
		if failed = true; !t.silent {
			_ = t.say(Untold{Cause: err})
		}
	})
	t.silent = failed
}

// listenOn opens the address before anything is looked at.
func listenOn(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, misuse(fmt.Sprintf("--listen: nobody can listen on %q: %s", address, listenCause(err)), "write it as 127.0.0.1:9464")
	}
	return l, nil
}

func listenCause(err error) string {
	if at, ok := err.(*net.OpError); ok { //nolint:errorlint // Listen wraps none
		return at.Err.Error()
	}
	return err.Error()
}
