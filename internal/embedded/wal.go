package embedded

import (
	"sync"

	"go.etcd.io/etcd/server/v3/storage/wal"
)

// segmentBytes is the size of a file of the write-ahead log. etcd allocates
// two beforehand, of 64 MB each unless told otherwise: much for a laptop.
const segmentBytes = 4 << 20

var smallSegments = sync.OnceFunc(func() { wal.SegmentSizeBytes = segmentBytes }) //nolint:gochecknoglobals // etcd's setting is a variable of the process, set once before its first server
