package etcd_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// patience is how long a test waits for what must come; far above what it takes.
const patience = 30 * time.Second

func isLost(t *testing.T, l *etcd.Lock) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-l.Lost():
	case <-limit.C:
		t.Fatal("the loss of the lock went unnoticed")
	}
}

// soon expects that the lock is refused about when the timeout of a request ends.
func soon(t *testing.T, c *etcd.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	e := connectError(t, func() error { _, err := c.Lock(ctx, lockKey, "one", 10*time.Second); return err })
	if e.Code != failure.EtcdUnreachable && e.Code != failure.EtcdNoQuorum {
		t.Errorf("got %+v", e)
	}
	if ctx.Err() != nil {
		t.Error("only the caller's patience ended it")
	}
}

func TestLockOfADeafServer(t *testing.T) {
	t.Parallel()
	_, p, c := proxied(t, time.Second)
	p.Blackhole()
	soon(t, c)
}

func TestLockWithoutQuorum(t *testing.T) {
	t.Parallel()
	cluster := etcdtest.StartCluster(t, 3)
	c := connectWith(t, etcd.Config{Endpoints: []string{cluster.Endpoint(0)}, Timeout: time.Second})
	cluster.Stop(t, 1)
	cluster.Stop(t, 2)
	soon(t, c)
}

// TestLossIsSeenAfterCompaction: the watch of the lock's key ends when the
// connection is cut and its revision compacted. The lease lives on.
func TestLossIsSeenAfterCompaction(t *testing.T) {
	t.Parallel()
	s, p, c := proxied(t, 5*time.Second)
	l, err := c.Lock(t.Context(), lockKey, "one", 2*patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Unlock(context.WithoutCancel(t.Context())) })
	other := both(t, s)["local"]
	p.CutAll()
	s.Compact(t, s.Put(t, "/x", "y"))
	e, _ := s.Get(t, lockKey)
	if did, err := other.BreakLock(t.Context(), e); err != nil || !did {
		t.Fatalf("got %v, %v", did, err)
	}
	s.Compact(t, s.Put(t, "/x", "z"))
	isLost(t, l)
	r, err := c.Commit(t.Context(), kv.Txn{Guards: []kv.Guard{l.Guard()}, Ops: []kv.Op{{Kind: kv.Put, Key: "/a", Value: "v"}}})
	if err != nil || r.Outcome != kv.Rejected {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestLockOfAUser(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.AddUser(t, "applier", "password", "applier", "/sigilform/")
	s.EnableAuth(t, "root's password")
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "applier", Password: "password"})
	l := mustLock(t, c, "one")
	found, err := c.Read(t.Context(), lockKey)
	if err != nil || len(found) != 1 {
		t.Fatalf("got %v, %v", found, err)
	}
	if did, err := c.BreakLock(t.Context(), found[0]); err != nil || !did {
		t.Fatalf("got %v, %v", did, err)
	}
	isLost(t, l)
	_, err = c.Lock(t.Context(), "/elsewhere/lock", "one", 10*time.Second)
	var e *etcd.ConnectError
	if !errors.As(err, &e) || e.Code != failure.EtcdDenied {
		t.Errorf("got %v", err)
	}
}

// TestLockLeaksNothing must not run beside others.
func TestLockLeaksNothing(t *testing.T) {
	etcdtest.VerifyNoLeaks(t)
	s := etcdtest.Start(t)
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Lock(t.Context(), lockKey, "one", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Lock(t.Context(), lockKey, "two", 10*time.Second); !errors.As(err, new(*etcd.Taken)) {
		t.Errorf("got %v", err)
	}
	// The loser's lease is gone at once.
	if leases, err := s.Client().Leases(t.Context()); err != nil || len(leases.Leases) != 1 {
		t.Errorf("got %+v, %v", leases, err)
	}
	if err := l.Unlock(t.Context()); err != nil {
		t.Error(err)
	}
	if err := l.Unlock(t.Context()); err != nil {
		t.Errorf("the second time: %v", err)
	}
	// Nobody gives this one back: the connection ends, as it does in a crash.
	if l, err = c.Lock(t.Context(), lockKey, "three", time.Second); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	isLost(t, l)
}
