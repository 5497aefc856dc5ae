package engine

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
)

// heard is what etcd's watch said: complete revisions, or that it is over.
type heard struct {
	batches []kv.Batch
	err     error
}

// follow goes on until something goes wrong, which it returns, or the context
// ends.
func (w *watching) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &following{watching: w}
	if w.options.Follow {
		f.watch = w.live.session.Watch(ctx, w.request())
		defer f.watch.Close()
		listened := make(chan heard)
		f.listened = listened
		done := make(chan struct{})
		fault.Go(func() {
			listen(ctx, f.watch, listened)
			close(done)
		}, func(err error) {
			defer close(done)
			select {
			case listened <- heard{err: err}:
			case <-ctx.Done():
			}
		})
		defer func() {
			cancel()
			<-done
		}()
	}
	defer f.tick(&f.check, w.options.Interval)()
	defer f.tick(&f.access, w.accessInterval())()
	defer f.tick(&f.idle, idle)()
	for {
		if err := f.step(ctx); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// listen passes on what the watch says. What nobody takes stays with the watch,
// which keeps it within bounds.
func listen(ctx context.Context, w *etcd.Watch, to chan<- heard) {
	for {
		batches, err := w.Next(ctx)
		select {
		case to <- heard{batches: batches, err: err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// following is the time between two looks at everything.
type following struct {
	*watching
	watch    *etcd.Watch
	listened <-chan heard
	check    <-chan time.Time
	access   <-chan time.Time
	idle     <-chan time.Time
	// read are roles and users that were read, and wait until the watch is where
	// the cluster was then.
	read *accessRead
}

// tick makes a ticker, none where the time is 0; the result stops it.
func (f *following) tick(to *<-chan time.Time, every time.Duration) (stop func()) {
	if every <= 0 {
		return func() {}
	}
	t := time.NewTicker(every)
	*to = t.C
	return t.Stop
}

// step waits for whatever comes next.
func (f *following) step(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case h := <-f.listened:
		return f.hear(ctx, h)
	case <-f.check:
		return f.whole(ctx)
	case <-f.access:
		return f.readAccess(ctx)
	case <-f.idle:
		return f.quiet()
	}
}

// hear takes what the watch said, and tells what is new.
func (f *following) hear(ctx context.Context, h heard) error {
	if h.err != nil {
		return unlessEnded(ctx, h.err)
	}
	now := f.engine.now()
	var events []drift.Event
	for _, b := range h.batches {
		if b.Revision <= f.drift.Revision() {
			continue // a whole check was ahead of it
		}
		found, err := f.drift.Apply(b, now)
		if err != nil {
			return err //nolint:wrapcheck // it says at which revision or key
		}
		events = append(events, found...)
	}
	f.seen = now
	events = append(events, f.judgeAccess(now)...)
	if len(events) > 0 {
		if err := f.update(WatchUpdate{Events: events}); err != nil {
			return err
		}
	}
	if f.drift.AsksAccess() && f.read == nil {
		return f.readAccess(ctx)
	}
	return nil
}

// whole reads everything, which finds what a watch may have missed.
func (f *following) whole(ctx context.Context) error {
	events, err := f.again(ctx)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	f.read = nil
	return f.update(WatchUpdate{Events: events, Checked: true})
}

// quiet says that all is as it was, where nothing else did.
func (f *following) quiet() error {
	if f.watch == nil {
		return nil
	}
	if at := f.watch.Heard().UTC(); at.After(f.seen) {
		f.seen = at
	}
	if f.engine.now().Sub(f.updated) < idle {
		return nil
	}
	return f.update(WatchUpdate{})
}

// unlessEnded is an error, unless it only says that the watch was to end.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the caller ended it
	}
	return err
}
