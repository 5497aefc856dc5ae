package plan

import (
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// Input is everything that a plan is made from. With equal inputs, and an IDs
// that gives equal values, [Make] returns equal plans.
type Input struct {
	// Network is normalised and valid. In ModeDestroy only its name and prefix
	// count.
	Network  *network.Network
	Snapshot *kv.Snapshot
	State    *state.State
	Mode     Mode
	// Past is what a rollback brings back, Serial as of which apply. Of the
	// network only name and prefix count then.
	Past   *state.Past
	Serial int64
	// Moved says what a rollback does where the network has changed what it would
	// take back.
	Moved Moved
	// Keep is how many applies the history keeps, state.DefaultKeep where 0.
	Keep int
	// Adopt takes over objects of others that differ from what is wanted.
	Adopt bool
	// Cascade deletes what others made and what would be left dangling.
	Cascade bool
	// LogIndex is how long the cluster's own log is, at least; 0 where that is
	// not known.
	LogIndex uint64
	// AcceptRestored continues the state in a cluster that was restored from a
	// snapshot.
	AcceptRestored bool

	// MaskKey is the key by which sensitive values of the snapshot were masked;
	// see [state.Masked]. It is empty where the snapshot holds the values.
	MaskKey string

	// Access is what is known of the cluster's authentication.
	Access AccessInput

	Now          time.Time
	IDs          IDs
	Tool         string
	ConfigDigest string
	Commit       string
	Connection   Connection
}

// IDs is the source of what a plan generates. It need not be safe for
// concurrent use; each call returns a fresh value.
type IDs interface {
	// UUID is a random UUID (version 4), in lower case.
	UUID() string
	// ServiceName is a gRPC service name, "api.v2.rpc." and 16 hexadecimal digits.
	ServiceName() string
	// Secret is a random key of 256 bits, hexadecimal.
	Secret() string
	// Generation is a random name of a network's life.
	Generation() string
}
