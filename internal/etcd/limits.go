package etcd

import (
	"sync"

	"github.com/sigilgate/sigilform/internal/kv"
)

// What no operator sets lower: a transaction needs its guards and its writes.
const (
	leastTxnOps       = 2
	leastRequestBytes = 4 << 10
)

// limits are what the server is taken to accept: what it is said to, until it
// refuses. A refusal names no limit, so the next guess is a part of what it was.
type limits struct {
	mu  sync.Mutex
	now kv.Limits
}

func (l *limits) get() kv.Limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// tooManyOps learns that a level of so many operations was refused; false
// where there is nothing left to try.
func (l *limits) tooManyOps(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.now.MaxTxnOps
	l.now.MaxTxnOps = max(min(before-1, min(before, n)*3/4), leastTxnOps)
	return l.now.MaxTxnOps < before
}

// tooLarge learns that a request of so many bytes was refused. The steps are
// small: what the server takes and is not known to take is lost to single values.
func (l *limits) tooLarge(bytes int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.now.MaxRequestBytes
	l.now.MaxRequestBytes = max(min(before, bytes)*7/8, leastRequestBytes)
	return l.now.MaxRequestBytes < before
}
