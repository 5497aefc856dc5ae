package snapshot

import (
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Snapshot is everything that a plan is made of but for the configuration.
type Snapshot struct {
	// TakenAt is when it was taken, Tool the version of sigilform that took it.
	TakenAt time.Time
	Tool    string
	// Network is the network's name, Prefix where its keys are.
	Network string
	Prefix  string
	// User is etcd's user of the connection, empty where it had none.
	User string
	// LogsIn says that the connection gave a password for it, and no certificate.
	LogsIn bool
	// LogIndex is how long the cluster's own log was, at least; 0 where that is
	// not known.
	LogIndex uint64
	// MaskKey is the key of the digests: the network's own, or before its first
	// apply one of this snapshot's.
	MaskKey string
	// Store are the keys, masked.
	Store *kv.Snapshot
	// Masked counts the values that digests stand for.
	Masked int
	// Journal says that an apply was in the middle, and how far; UnderWay that
	// its run still held the lock. Nil where none was.
	Journal  *state.Journal
	UnderWay bool
	// Auth are etcd's roles and users, nil where they could not be read.
	Auth *kv.Auth
	// Versions are those of the cluster's members.
	Versions map[string]string
	// Open says why authentication can't be turned on in this cluster, nil
	// where nothing is known to be in its way.
	Open *Obstacle
}

// Obstacle is what stands in the way of something.
type Obstacle struct {
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`
}
