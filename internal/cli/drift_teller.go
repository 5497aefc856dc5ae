package cli

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/metrics"
)

// lastWord is how long a watch that ends may take to tell what it has not told.
const lastWord = 5 * time.Second

// teller tells others what a watch finds. It has a goroutine of its own: a slow
// receiver keeps nobody from listening, and is told how it is, not how it was.
type teller struct {
	alarm *alarm
	wake  chan struct{}
	// ended waits for the goroutines.
	ended fault.Group

	mu     sync.Mutex
	latest *metrics.Outcome
}

// startTeller begins to tell, until ctx ends; the returned function waits for the
// last word. failed is told of a fault at once, which that function then throws on.
func (l *alarm) startTeller(ctx context.Context, failed func()) (t *teller, end func()) {
	t = &teller{alarm: l, wake: make(chan struct{}, 1)}
	t.ended.Failed = func(error) { failed() }
	t.ended.Go(func() { t.run(ctx) })
	return t, t.ended.Wait
}

// serve answers on the address of --listen until ctx ends.
func (t *teller) serve(ctx context.Context, l net.Listener) {
	t.ended.Go(func() {
		if err := t.alarm.metrics.Serve(ctx, l); err != nil {
			t.alarm.complain(err)
		}
	})
}

// update is a sink of the watch: it never waits.
func (t *teller) update(u engine.WatchUpdate) error {
	o := metrics.Outcome{Network: u.Report.Network, At: t.alarm.app.engine.Clock(), Err: u.Blind}
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
	return nil
}

func (t *teller) run(ctx context.Context) {
	for {
		select {
		case <-t.wake:
			t.tell(ctx)
		case <-ctx.Done():
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
			defer cancel()
			t.tell(end)
			return
		}
	}
}

// tell tells the latest, if nobody was told yet.
func (t *teller) tell(ctx context.Context) {
	t.mu.Lock()
	o := t.latest
	t.latest = nil
	t.mu.Unlock()
	if o != nil {
		t.alarm.keepTelling(ctx, *o)
	}
}

// keepTelling tells one outcome of many: what can't be told is said once, until it
// can be told again.
func (l *alarm) keepTelling(ctx context.Context, o metrics.Outcome) {
	var failed error
	if l.metrics != nil {
		l.metrics.Observe(o)
		if l.file != "" {
			failed = l.metrics.WriteFile(l.file)
		}
	}
	if l.webhook != nil && o.Report != nil && failed == nil {
		_, failed = l.webhook.Observe(ctx, o.Report, o.At)
	}
	if failed != nil && !l.silent {
		l.complain(failed)
	}
	l.silent = failed != nil
}

// watched makes a sink that leaves out what is ignored before others see it.
func (l *alarm) watched(sink func(engine.WatchUpdate) error) func(engine.WatchUpdate) error {
	if len(l.rules) == 0 {
		return sink
	}
	return func(u engine.WatchUpdate) error {
		report := *u.Report
		report.Ignore(l.rules)
		if !u.First {
			report.Warnings = nil
		}
		u.Report, u.Events = &report, l.rules.Events(u.Events)
		return sink(u)
	}
}

// listenOn opens the address before anything is looked at.
func listenOn(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, usage(fmt.Sprintf("--listen: nobody can listen on %q: %s", address, listenCause(err)), "write it as 127.0.0.1:9464")
	}
	return l, nil
}

func listenCause(err error) string {
	if at, ok := err.(*net.OpError); ok { //nolint:errorlint // Listen wraps none
		return at.Err.Error()
	}
	return err.Error()
}
