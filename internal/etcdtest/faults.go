package etcdtest

import (
	"context"
	"errors"
	"sync"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Store is what the faults stand around: what an apply needs of a cluster.
type Store interface {
	Commit(ctx context.Context, t kv.Txn) (kv.Result, error)
	Read(ctx context.Context, keys ...string) ([]kv.Entry, error)
	Scan(ctx context.Context, revision int64, prefixes ...string) (*kv.Snapshot, error)
	Limits() kv.Limits
	ClusterID() string
}

// ErrLost is the cause of what a fault lost.
var ErrLost = errors.New("lost by the test")

// Faults stand around a real store and do something at named instants. Each
// function that is not nil is called at its instant.
type Faults struct {
	Store
	// BeforeCommit is called before the commit is sent; its error is returned
	// instead of sending it: nothing was written.
	BeforeCommit func(n int, t kv.Txn) error
	// LoseRequest, where it returns true, never sends the commit and says that
	// the outcome is unknown.
	LoseRequest func(n int, t kv.Txn) bool
	// LoseReply, where it returns true, sends the commit and says that the
	// outcome is unknown.
	LoseReply func(n int, t kv.Txn, r kv.Result) bool
	// BeforeRead is called before a read; its error is returned instead.
	BeforeRead func(n int) error
	// BeforeScan is called before a scan; its error is returned instead.
	BeforeScan func(n int) error
	// AfterScan is called with what a scan found, before its caller sees it.
	AfterScan func(n int, s *kv.Snapshot)

	mu                    sync.Mutex
	commits, reads, scans int
}

// Commit counts from 1.
func (f *Faults) Commit(ctx context.Context, t kv.Txn) (kv.Result, error) {
	f.mu.Lock()
	f.commits++
	n := f.commits
	f.mu.Unlock()
	if f.BeforeCommit != nil {
		if err := f.BeforeCommit(n, t); err != nil {
			return kv.Result{}, err
		}
	}
	if f.LoseRequest != nil && f.LoseRequest(n, t) {
		return kv.Result{Outcome: kv.Unknown, Cause: ErrLost}, nil
	}
	r, err := f.Store.Commit(ctx, t)
	if err == nil && f.LoseReply != nil && f.LoseReply(n, t, r) {
		return kv.Result{Outcome: kv.Unknown, Cause: ErrLost}, nil
	}
	return r, err
}

// Read counts from 1.
func (f *Faults) Read(ctx context.Context, keys ...string) ([]kv.Entry, error) {
	f.mu.Lock()
	f.reads++
	n := f.reads
	f.mu.Unlock()
	if f.BeforeRead != nil {
		if err := f.BeforeRead(n); err != nil {
			return nil, err
		}
	}
	return f.Store.Read(ctx, keys...)
}

// Scan counts from 1.
func (f *Faults) Scan(ctx context.Context, revision int64, prefixes ...string) (*kv.Snapshot, error) {
	f.mu.Lock()
	f.scans++
	n := f.scans
	f.mu.Unlock()
	if f.BeforeScan != nil {
		if err := f.BeforeScan(n); err != nil {
			return nil, err
		}
	}
	s, err := f.Store.Scan(ctx, revision, prefixes...)
	if err == nil && f.AfterScan != nil {
		f.AfterScan(n, s)
	}
	return s, err
}

// Commits is how many commits were asked for.
func (f *Faults) Commits() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.commits
}
