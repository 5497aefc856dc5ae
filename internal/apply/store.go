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
	// Scan reads all keys below the prefixes, with their values, at one
	// revision: now where it is 0. The error is a kv.ErrCompacted where the
	// cluster does not know that revision any more.
	Scan(ctx context.Context, revision int64, prefixes ...string) (*kv.Snapshot, error)
	// Limits are what the cluster is known to accept; a Commit that was
	// refused for its size may have lowered them.
	Limits() kv.Limits
	// ClusterID is the cluster's id, 16 hexadecimal digits.
	ClusterID() string
}
