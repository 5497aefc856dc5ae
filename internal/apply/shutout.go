package apply

import (
	"context"
	"errors"
	"fmt"
)

// ShutOut is the cause of a run that stopped since the cluster refuses its
// requests: others have turned authentication on, or taken rights from its user,
// while it went.
type ShutOut struct {
	// TurnedOn says that authentication was off when the run began.
	TurnedOn bool
	Cause    error
}

// Error says what others did.
func (e *ShutOut) Error() string {
	if e.TurnedOn {
		return fmt.Sprintf("someone else turned authentication on meanwhile, and the cluster refuses this run: %v", e.Cause)
	}
	return fmt.Sprintf("the user of this run has lost a right meanwhile, or is gone: %v", e.Cause)
}

// Unwrap returns what the cluster said.
func (e *ShutOut) Unwrap() error { return e.Cause }

// isShutOut reports whether an error says that the cluster does not let the run
// in, or do what it asked.
func isShutOut(err error) bool {
	var e interface{ ShutOut() bool }
	return errors.As(err, &e) && e.ShutOut()
}

// noteAuth notes whether authentication is on when the run begins. Who may not
// ask has a user already.
func (j *journaled) noteAuth(ctx context.Context) {
	if j.options.Auth == nil {
		return
	}
	enabled, _, err := j.options.Auth.AuthStatus(ctx)
	j.open = err == nil && !enabled
}

// because makes of a refusal what it means: it can't be the run's own fault,
// which was let in before.
func (j *journaled) because(err error) error {
	var known *ShutOut
	if !isShutOut(err) || errors.As(err, &known) {
		return err
	}
	return &ShutOut{TurnedOn: j.open, Cause: err}
}

// stands is the error of a run whose journal stands, whatever the error was.
func (j *journaled) stands(err error) error {
	if errors.As(err, new(*Stopped)) || errors.As(err, new(*Unknown)) {
		return err
	}
	return &Stopped{Network: j.network, Journal: j.journal, Cause: j.because(err)}
}

// cutOff makes an error a *Stopped where it says that the run can't reach the
// cluster any more, or is not let in: then its journal stands. It does not where
// only authentication could not stay on.
func (j *journaled) cutOff(err error) error {
	if j.notEnforced == nil && (isShutOut(err) || passing(err)) {
		return j.stands(err)
	}
	return err
}
