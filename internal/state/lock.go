package state

import (
	"errors"
	"fmt"
	"time"
)

// Lock says who holds the lock of a network. It is a courtesy that spares
// work: what protects the network are the guards and the fence.
type Lock struct {
	// ID names this holding of the lock; `lock break` takes it.
	ID string `json:"id"`
	// Actor is who holds it, Host and PID the process, Command what it does.
	Actor   string    `json:"actor"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// LockLife is for how long a lock outlives a holder that is gone.
const LockLife = 15 * time.Second

// Holder says who holds the lock, in a sentence.
func (l *Lock) Holder() string {
	return fmt.Sprintf("%s holds it since %s with `%s`, process %d on %s, lock %s.", l.Actor, l.Since.UTC().Format(time.RFC3339), l.Command, l.PID, l.Host, l.ID)
}

// EncodeLock is the value of the lock's key.
func EncodeLock(l Lock) (string, error) { return encode(l) }

// DecodeLock reads the value of the lock's key.
func DecodeLock(value string) (Lock, error) {
	var l Lock
	if err := decode(value, &l); err != nil {
		return Lock{}, err
	}
	if l.ID == "" {
		return Lock{}, errors.New("the id is missing")
	}
	return l, nil
}
