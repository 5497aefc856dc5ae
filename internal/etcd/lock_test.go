package etcd_test

import (
	"context"
	"errors"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

const lockKey = "/sigilform/v1/main/lock"

// both reaches a server over its socket and within the process.
func both(t *testing.T, s *etcdtest.Server) map[string]*etcd.Client {
	t.Helper()
	remote, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = remote.Close() })
	local, err := etcd.Attach(t.Context(), s, etcd.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*etcd.Client{"remote": remote, "local": local}
}

func mustLock(t *testing.T, c *etcd.Client, value string) *etcd.Lock {
	t.Helper()
	l, err := c.Lock(t.Context(), lockKey, value, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Unlock(context.WithoutCancel(t.Context())) })
	return l
}

func TestLockIsExclusive(t *testing.T) {
	s := etcdtest.Start(t)
	for name, c := range both(t, s) {
		t.Run(name, func(t *testing.T) {
			l := mustLock(t, c, "one")
			_, err := c.Lock(t.Context(), lockKey, "two", 10*time.Second)
			var taken *etcd.Taken
			if !errors.As(err, &taken) || taken.Entry.Value != "one" {
				t.Fatalf("got %v", err)
			}
			commit := func() kv.Outcome {
				r, err := c.Commit(t.Context(), kv.Txn{Guards: []kv.Guard{l.Guard()}, Ops: []kv.Op{{Kind: kv.Put, Key: "/a", Value: name}}})
				if err != nil {
					t.Fatal(err)
				}
				return r.Outcome
			}
			if got := commit(); got != kv.Committed {
				t.Errorf("with the lock: %s", got)
			}
			gone := make(chan error, 1)
			go func() { gone <- c.AwaitGone(t.Context(), taken.Entry) }()
			if err := l.Unlock(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-l.Lost()
			if err := <-gone; err != nil {
				t.Error(err)
			}
			if got := commit(); got != kv.Rejected {
				t.Errorf("without the lock: %s", got)
			}
			if err := mustLock(t, c, "two").Unlock(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLockIsLost(t *testing.T) {
	s := etcdtest.Start(t)
	for name, c := range both(t, s) {
		t.Run(name, func(t *testing.T) {
			l := mustLock(t, c, "one")
			e, _ := s.Get(t, lockKey)
			if did, err := c.BreakLock(t.Context(), e); err != nil || !did {
				t.Fatalf("got %v, %v", did, err)
			}
			<-l.Lost()
			l = mustLock(t, c, "two")
			if did, err := c.BreakLock(t.Context(), e); err != nil || did {
				t.Errorf("the lock of another was broken: %v, %v", did, err)
			}
			r, err := s.Client().Get(t.Context(), lockKey)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Client().Revoke(t.Context(), clientv3.LeaseID(r.Kvs[0].GetLease())); err != nil {
				t.Fatal(err)
			}
			<-l.Lost()
		})
	}
}

// TestLockOfTheDead: a holder that is cut off notices, and its lock goes.
func TestLockOfTheDead(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	p := etcdtest.StartProxy(t, s.Endpoint())
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{p.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	l, err := c.Lock(t.Context(), lockKey, "one", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Unlock(context.WithoutCancel(t.Context())) })
	p.Blackhole()
	e, _ := s.Get(t, lockKey)
	other := both(t, s)["local"]
	if err := other.AwaitGone(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	<-l.Lost()
}
