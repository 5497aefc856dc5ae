package etcd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/retry"
)

// Lock is a lock that this client holds: a key under a lease that is kept
// alive. It is safe for concurrent use.
//
// A lock of etcd protects nothing by itself: whoever holds it may not know yet
// that it is lost. What protects is [Lock.Guard], in every transaction.
type Lock struct {
	client   *Client
	session  *concurrency.Session
	key      string
	revision int64
	lost     chan struct{}
	end      context.CancelFunc
	watching fault.Group
	once     sync.Once
	unlocked error
}

// Taken is the error for a lock that another has.
type Taken struct{ Entry kv.Entry }

// Error names the key.
func (e *Taken) Error() string { return "the lock " + e.Entry.Key + " is taken" }

// Lock takes the lock, or returns a *Taken. It vanishes by itself when the
// process is gone for longer than the time to live, which etcd counts in whole
// seconds. Taking it is bounded by the timeout of one request: the library
// would ask for a lease again and again while there is no quorum.
func (c *Client) Lock(ctx context.Context, key, value string, ttl time.Duration) (*Lock, error) {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	l := &Lock{client: c, key: key, lost: make(chan struct{}), end: end}
	limit, cancel := c.request(ctx)
	defer cancel()
	err := l.open(limit, life, ttl)
	if err == nil {
		err = l.take(limit, value)
	}
	if err != nil {
		taken := (*Taken)(nil)
		closed := l.release(ctx)
		switch {
		case errors.As(err, &taken):
			return nil, err
		case !isShutOut(c.explain(ctx, err)): // else the release is refused as well
			err = errors.Join(err, closed)
		}
		return nil, c.explain(ctx, err)
	}
	l.watching.Go(func() { l.watch(life) })
	return l, nil
}

// open begins the lease. Its keeping alive outlives ctx, which bounds the opening.
func (l *Lock) open(ctx, life context.Context, ttl time.Duration) error {
	lease, err := l.client.api.Grant(ctx, max(int64(ttl/time.Second), 1))
	if err != nil {
		return err
	}
	l.session, err = concurrency.NewSession(l.client.api, concurrency.WithLease(lease.ID), concurrency.WithContext(life))
	return err
}

// take writes the key under the lease. A put whose reply is lost is found by
// reading: the lease is this lock's alone.
func (l *Lock) take(ctx context.Context, value string) error {
	answer, err := l.client.api.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(l.key), "=", 0)).
		Then(clientv3.OpPut(l.key, value, clientv3.WithLease(l.session.Lease()))).Else(clientv3.OpGet(l.key)).Commit()
	if err == nil && answer.Succeeded {
		l.revision = answer.Header.GetRevision()
		return nil
	}
	if err == nil {
		return &Taken{Entry: appendEntries(nil, answer.Responses[0].GetResponseRange().GetKvs())[0]}
	}
	found, read := l.client.api.Get(ctx, l.key)
	if read == nil && len(found.Kvs) > 0 && found.Kvs[0].GetLease() == int64(l.session.Lease()) {
		l.revision = found.Kvs[0].GetCreateRevision()
		return nil
	}
	return err
}

// watch closes lost once the lease or the key is gone.
func (l *Lock) watch(life context.Context) {
	defer close(l.lost)
	gone := make(chan struct{})
	var deleted fault.Group
	ctx, stop := context.WithCancel(life)
	defer deleted.Wait()
	defer stop()
	deleted.Go(func() {
		if l.awaitGone(ctx) {
			close(gone)
		}
	})
	select {
	case <-l.session.Done():
	case <-gone:
	case <-life.Done():
	}
}

// awaitGone waits until the key is gone. A watch ends when what it waits for is
// compacted while the connection is cut, and reads fail then; neither is a
// reason to stop looking, while the lease may well go on.
func (l *Lock) awaitGone(ctx context.Context) bool {
	for {
		if l.client.AwaitGone(ctx, kv.Entry{Key: l.key, CreateRevision: l.revision}) == nil {
			return true
		}
		if retry.Pause(ctx, lookPause) != nil {
			return false
		}
	}
}

// lookPause is between two looks at a lock's key that failed.
const lookPause = time.Second

// awaitDelete waits until a key that was created at a revision is deleted, and
// reports that it was. It is false where nobody can tell any more.
func awaitDelete(ctx context.Context, api *clientv3.Client, key string, created int64) bool {
	for answer := range api.Watch(ctx, key, clientv3.WithRev(created+1), clientv3.WithFilterPut()) {
		if len(answer.Events) > 0 {
			return true
		}
	}
	return false
}

// Guard holds while this client has the lock.
func (l *Lock) Guard() kv.Guard {
	return kv.Guard{Kind: kv.Exists, Key: l.key, Revision: l.revision}
}

// Lost is closed when the lock is lost, or given back.
func (l *Lock) Lost() <-chan struct{} { return l.lost }

// Unlock gives the lock back. A second call does nothing.
func (l *Lock) Unlock(ctx context.Context) error {
	l.once.Do(func() {
		l.unlocked = l.release(ctx)
		l.watching.Wait()
	})
	return l.unlocked
}

// release revokes the lease; where that fails it ends by itself.
func (l *Lock) release(ctx context.Context) error {
	var err error
	if l.session != nil {
		l.session.Orphan()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
		defer cancel()
		if _, err = l.client.api.Revoke(ctx, l.session.Lease()); is(err, rpctypes.ErrLeaseNotFound) {
			err = nil
		}
	}
	l.end()
	if err != nil {
		return fmt.Errorf("give the lock back: %w", err)
	}
	return nil
}

// revokeTimeout bounds the giving back: the lease ends by itself otherwise.
const revokeTimeout = 5 * time.Second

// AwaitGone waits until the key of an entry is gone, or made anew.
func (c *Client) AwaitGone(ctx context.Context, e kv.Entry) error {
	for {
		found, err := c.Read(ctx, e.Key)
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0].CreateRevision != e.CreateRevision {
			return nil
		}
		if awaitDelete(ctx, c.api, e.Key, found[0].ModRevision) {
			return nil
		}
		if retry.Pause(ctx, retryPause) != nil {
			return ctx.Err()
		}
	}
}

// BreakLock takes the lock from whoever has it: only as the entry shows it.
// It reports whether it did; a lock that was given back meanwhile is not an error.
func (c *Client) BreakLock(ctx context.Context, e kv.Entry) (bool, error) {
	ctx, cancel := c.request(ctx)
	defer cancel()
	answer, err := c.api.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(e.Key), "=", e.CreateRevision)).
		Then(clientv3.OpDelete(e.Key)).Commit()
	if err != nil {
		return false, c.explain(ctx, err)
	}
	return answer.Succeeded, nil
}
