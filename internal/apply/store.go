package apply

import (
	"context"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Store is what an apply needs of a cluster. It is safe for concurrent use.
type Store interface {
	// Commit writes the transaction wholly or not at all. It is not idempotent
	// and must send at most once. An error means that nothing was written, for
	// certain; where that is not certain the outcome is kv.Unknown and the
	// write may still happen later.
	Commit(ctx context.Context, t kv.Txn) (kv.Result, error)
	// Read reads keys at one revision, not older than the call. Keys that do
	// not exist are left out.
	Read(ctx context.Context, keys ...string) ([]kv.Entry, error)
	// ClusterID is the cluster's id, 16 hexadecimal digits.
	ClusterID() string
}
