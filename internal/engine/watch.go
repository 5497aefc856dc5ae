package engine

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/state"
)

// WatchOptions say how to look for drift again and again.
type WatchOptions struct {
	LiveOptions
	// Follow listens to etcd's watch, and so hears of drift when it happens.
	Follow bool
	// Interval is after how long the whole network is read and compared again: in
	// place of the watch, or beside it as a safety net. 0 is never.
	Interval time.Duration
	// Sinks are called in order with each update; an error ends the watch.
	Sinks []func(WatchUpdate) error
}

// WatchUpdate is what a watch has to say at one moment. There is one at the
// start, one for whatever changes, one for each whole check, and at least one
// every few seconds.
type WatchUpdate struct {
	// Events are what began, changed or ended since the update before. At the
	// start all that differs began.
	Events []drift.Event
	// Report is the drift as it is. It is the receiver's.
	Report *drift.Report
	// At is when that was known to be true.
	At time.Time
	// Blind says why nothing is known since At, nil where all is: the cluster does
	// not answer, or refuses. Events and Report are of what was known before.
	Blind error
	// First is the first update, Checked one after the whole network was read.
	First, Checked bool
	// Journal is that of an apply that has not ended: what it writes is told when
	// it has. nil where there is none.
	Journal *state.Journal
	// Secrets are the values that no output of Events may hold, AllSecrets those
	// that none of Report may.
	Secrets    []string
	AllSecrets func() []string
}

// The times of a watch.
const (
	// idle is after how long there is an update where nothing happened.
	idle = time.Second
	// blindPause is between two tries to see again.
	blindPause = 500 * time.Millisecond
	// accessInterval is how often roles and users are read where nothing else is
	// said: etcd tells nobody when they change.
	accessInterval = 30 * time.Second
)

// Watch looks for drift until the context ends, and returns whether there was any
// then. It only reads: it takes no lock and writes nothing. Where the network
// can't be read at the start, that is its error; what goes wrong later is told to
// the sinks, and tried again.
func (e *Engine) Watch(ctx context.Context, o WatchOptions) (drifted bool, err error) {
	w := &watching{engine: e, options: o}
	defer w.leave(&err)
	if err := w.open(ctx); err != nil {
		return false, err
	}
	w.silence()
	events := w.drift.Begin(e.now())
	if err := w.update(WatchUpdate{Events: events, First: true, Checked: true}); err != nil {
		return w.drift.Drifted(), err
	}
	for ctx.Err() == nil {
		err := w.follow(ctx)
		if err == nil {
			continue
		}
		if failed := (*sinkFailed)(nil); asSink(err, &failed) {
			return w.drift.Drifted(), failed.cause
		}
		if err := w.regain(ctx, err); err != nil {
			return w.drift.Drifted(), err
		}
	}
	return w.drift.Drifted(), nil
}

// watching is a watch under way.
type watching struct {
	engine  *Engine
	options WatchOptions
	live    *live
	drift   *drift.Watch
	// seen is when what is known was last known to be true, updated when the
	// sinks were last told.
	seen, updated time.Time
	// looked is when everything was last read.
	looked time.Time
}

// silence keeps what is done again and again from being announced each time.
func (w *watching) silence() {
	silent := *w.engine
	silent.Progress, silent.Notice = nil, nil
	w.engine, w.live.engine = &silent, &silent
	w.options.Restored = nil
}

func (w *watching) leave(err *error) {
	if w.live != nil {
		w.live.close(err)
		w.live = nil
	}
}

// update tells the sinks.
func (w *watching) update(u WatchUpdate) error {
	u.Report, u.At, u.Journal = w.drift.Report(), w.seen, w.drift.Journal()
	u.Secrets = secretsOfEvents(u.Events, w.drift)
	u.AllSecrets = func() []string { return secretsOfWatch(w.drift) }
	w.updated = w.engine.now()
	for _, sink := range w.options.Sinks {
		if err := sink(u); err != nil {
			return &sinkFailed{cause: err}
		}
	}
	return nil
}

// sinkFailed is the error of a sink, at which the watch ends.
type sinkFailed struct{ cause error }

func (s *sinkFailed) Error() string { return s.cause.Error() }
func (s *sinkFailed) Unwrap() error { return s.cause }
