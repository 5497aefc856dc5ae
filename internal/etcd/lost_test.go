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

func proxied(t *testing.T, timeout time.Duration) (*etcdtest.Server, *etcdtest.Proxy, *etcd.Client) {
	t.Helper()
	s := etcdtest.Start(t)
	p := etcdtest.StartProxy(t, s.Endpoint())
	return s, p, connectWith(t, etcd.Config{Endpoints: []string{p.Endpoint()}, Timeout: timeout})
}

func unknown(t *testing.T, r kv.Result, err error) {
	t.Helper()
	if err != nil || r.Outcome != kv.Unknown || r.Cause == nil {
		t.Fatalf("got %+v, %v", r, err)
	}
	t.Log(r.Cause)
}

func TestReplyNeverComes(t *testing.T) {
	t.Parallel()
	s, p, c := proxied(t, time.Second)
	p.SwallowReplies()
	r, err := c.Commit(t.Context(), puts("/a/", 1, 0, "v"))
	unknown(t, r, err)
	if len(s.Keys(t, "/a/")) != 1 {
		t.Error("nothing was written: the request did not arrive")
	}
	p.Heal()
	found, err := c.Read(t.Context(), "/a/nodes/10.0.0.0/field0")
	if err != nil || len(found) != 1 {
		t.Errorf("got %v, %v", found, err)
	}
}

func TestConnectionIsCutAfterTheRequest(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 300} {
		s, p, c := proxied(t, 60*time.Second)
		txn := puts("/a/", n, 0, "v")
		size, err := etcd.Measure(txn, kv.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		before := s.Revision(t)
		p.CutAfter(size.Bytes * 9 / 10)
		from := time.Now()
		r, err := c.Commit(t.Context(), txn)
		unknown(t, r, err)
		if took := time.Since(from); took > 30*time.Second {
			t.Errorf("it took %s", took)
		}
		// At most once: the library did not send it again by itself.
		if got := s.Revision(t); got > before+1 {
			t.Errorf("the revision moved from %d to %d", before, got)
		}
	}
}

func TestCanceledWhileWaiting(t *testing.T) {
	t.Parallel()
	_, p, c := proxied(t, 10*time.Second)
	p.SwallowReplies()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r, err := c.Commit(ctx, puts("/a/", 1, 0, "v"))
	unknown(t, r, err)
}

func TestNothingSentIsCertain(t *testing.T) {
	t.Parallel()
	s, p, c := proxied(t, time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e := connectError(t, func() error { _, err := c.Commit(ctx, puts("/a/", 1, 0, "v")); return err }); e.Code != failure.EtcdCanceled {
		t.Errorf("got %+v", e)
	}
	p.Close()
	// The client may find out that the connection is gone only by using it once.
	var last error
	for range 20 {
		r, err := c.Commit(t.Context(), puts("/a/", 1, 0, "v"))
		if last = err; err != nil {
			break
		}
		if r.Outcome != kv.Unknown {
			t.Fatalf("got %+v", r)
		}
	}
	var e *etcd.ConnectError
	if !errors.As(last, &e) || e.Code != failure.EtcdUnreachable {
		t.Errorf("got %v", last)
	}
	if len(s.Keys(t, "/a/")) != 0 {
		t.Error("something was written")
	}
}
