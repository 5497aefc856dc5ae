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
	// Adopt takes over objects of others that differ from what is wanted.
	Adopt bool
	// Cascade deletes what others made and what would be left dangling.
	Cascade bool

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
