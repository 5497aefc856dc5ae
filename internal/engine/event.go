package engine

import "github.com/sigilgate/sigilform/internal/state"

// Event is what a use-case says while it is under way; what it comes to is what
// it returns. What needs an answer is not an event but a question: a field of the
// options, such as Review.
//
//sumtype:decl
type Event interface{ event() }

// Stage is what takes long, before it is done.
type Stage struct{ What string }

// Midway says that what is read is in the middle of an apply.
type Midway struct {
	Journal *state.Journal
	// Lock is who holds the lock, nil where nobody does.
	Lock *state.Lock
}

// Restored says that the cluster was restored from a snapshot since the network
// was last applied.
type Restored struct{ state.Restored }

// Listening says that the embedded server may be used by clients.
type Listening struct{ Endpoint string }

func (Stage) event()     {}
func (Midway) event()    {}
func (Restored) event()  {}
func (Listening) event() {}

// say tells whoever listens. The error is the listener's.
func (e *Engine) say(what Event) error {
	if e.Events == nil {
		return nil
	}
	return e.Events(what)
}

func (e *Engine) progress(stage string) { _ = e.say(Stage{What: stage}) }

func (e *Engine) notice(j *state.Journal, l *state.Lock) {
	if j != nil {
		_ = e.say(Midway{Journal: j, Lock: l})
	}
}
