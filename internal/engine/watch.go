package engine

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/state"
)

// WatchOptions say how to look for drift again and again.
type WatchOptions struct {
	DriftOptions
	// Follow listens to etcd's watch, and so hears of drift when it happens.
	Follow bool
	// Interval is after how long the whole network is read and compared again: in
	// place of the watch, or beside it as a safety net. 0 is never.
	Interval time.Duration
	// Listen is an address on which the metrics are served over HTTP, none where empty.
	Listen string
}

// WatchUpdate is what a watch has to say at one moment, without what is to be
// ignored. There is one at the
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

func (WatchUpdate) event() {}

// Why is on one line why nothing is known.
func (u *WatchUpdate) Why() string {
	err := u.Blind
	if lost, ok := errors.AsType[*etcd.WatchLost](err); ok && lost.Cause != nil {
		err = lost.Cause
	}
	return strings.Join(strings.Fields(err.Error()), " ")
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

// Watch looks for drift until the context ends, tells whoever is to hear of it, and
// returns the drift that there was then. It only reads: it takes no lock and writes
// nothing to the cluster. Where the network can't be read at the start, that is its
// error; what goes wrong later is an event, and tried again.
func (e *Engine) Watch(ctx context.Context, o WatchOptions) (out *Drifted, err error) {
	l, err := e.newAlarm(ctx, &o.Alarm, o.Listen != "")
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w := &watching{engine: e, options: o}
	w.teller = &teller{alarm: l, say: inTurn(e.say), wake: make(chan struct{}, 1)}
	end, err := w.teller.start(ctx, o.Listen, stop)
	if err != nil {
		return nil, err
	}
	defer end()
	defer w.leave(&err)
	err = w.run(ctx)
	if failed, ok := errors.AsType[*unheard](err); ok {
		return nil, failed.cause
	}
	if err != nil {
		return nil, err
	}
	return &Drifted{Report: w.last.Report, Secrets: w.last.AllSecrets()}, nil
}

// watching is a watch under way.
type watching struct {
	engine  *Engine
	options WatchOptions
	teller  *teller
	live    *live
	drift   *drift.Watch
	// seen is when what is known was last known to be true, updated when the
	// caller was last told, and last what of.
	seen, updated time.Time
	last          WatchUpdate
	// looked is when everything was last read.
	looked time.Time
}

// inTurn says one event at a time: the teller has a goroutine of its own.
func inTurn(say func(Event) error) func(Event) error {
	var one sync.Mutex
	return func(what Event) error {
		one.Lock()
		defer one.Unlock()
		return say(what)
	}
}

// run looks for the first time, and then again and again until the context ends.
func (w *watching) run(ctx context.Context) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	w.silence()
	events := w.drift.Begin(w.engine.now())
	err := w.update(WatchUpdate{Events: events, First: true, Checked: true})
	for err == nil && ctx.Err() == nil {
		if err = w.follow(ctx); err != nil && !errors.As(err, new(*unheard)) {
			err = w.regain(ctx, err)
		}
	}
	return err
}

// silence keeps what is done again and again from being announced each time.
func (w *watching) silence() {
	silent := *w.engine
	silent.Events = nil
	w.engine, w.live.engine = &silent, &silent
}

func (w *watching) leave(err *error) {
	if w.live != nil {
		w.live.close(err)
		w.live = nil
	}
}

// update tells the caller, and then the others.
func (w *watching) update(u WatchUpdate) error {
	u.Report, u.At, u.Journal = w.drift.Report(), w.seen, w.drift.Journal()
	u.Secrets = secretsOfEvents(u.Events, w.drift)
	u.AllSecrets = func() []string { return secretsOfWatch(w.drift) }
	w.engine.learnDrift(u.Report, u.Events)
	w.teller.ignore(&u)
	w.updated, w.last = w.engine.now(), u
	if err := w.teller.say(u); err != nil {
		return &unheard{cause: err}
	}
	w.teller.update(&u)
	return nil
}

// unheard is the error of the caller's listener, at which the watch ends.
type unheard struct{ cause error }

func (u *unheard) Error() string { return u.cause.Error() }
func (u *unheard) Unwrap() error { return u.cause }
