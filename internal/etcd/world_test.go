package etcd_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// connect is a client of a server that must be there.
func connect(tb testing.TB, endpoints ...string) *etcd.Client {
	tb.Helper()
	return connectWith(tb, etcd.Config{Endpoints: endpoints})
}

func connectWith(tb testing.TB, c etcd.Config) *etcd.Client {
	tb.Helper()
	c.HashCost = etcdtest.HashCost
	client, err := etcd.Connect(tb.Context(), c)
	if err != nil {
		tb.Fatalf("connect: %v", err)
	}
	tb.Cleanup(func() {
		if err := client.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return client
}

// refusal is the error of a connection that must fail, in time.
func refusal(t *testing.T, c etcd.Config) *etcd.ConnectError {
	t.Helper()
	from := time.Now()
	client, err := etcd.Connect(t.Context(), c)
	if err == nil {
		_ = client.Close()
		t.Fatal("it connected")
	}
	if took, limit := time.Since(from), max(c.Timeout, etcd.DefaultTimeout)+20*time.Second; took > limit {
		t.Errorf("it took %s", took)
	}
	var e *etcd.ConnectError
	if !errors.As(err, &e) {
		t.Fatalf("got %T: %v", err, err)
	}
	if c.Password != "" && strings.Contains(fmt.Sprintf("%+v %s", *e, err), c.Password) {
		t.Error("the error holds the password")
	}
	t.Logf("%s\n%s\nhint: %s", e.Summary, e.Detail, e.Hint)
	return e
}

func commit(tb testing.TB, c *etcd.Client, txn kv.Txn) kv.Result {
	tb.Helper()
	r, err := c.Commit(tb.Context(), txn)
	if err != nil {
		tb.Fatalf("commit: %v", err)
	}
	return r
}

func committed(tb testing.TB, c *etcd.Client, txn kv.Txn) kv.Result {
	tb.Helper()
	r := commit(tb, c, txn)
	if r.Outcome != kv.Committed {
		tb.Fatalf("got %+v", r)
	}
	return r
}

// puts are n writes of new keys below a prefix, each guarded by its revision.
func puts(prefix string, n int, revision int64, value string) kv.Txn {
	var t kv.Txn
	for i := range n {
		key := fmt.Sprintf("%snodes/10.0.%d.%d/field%d", prefix, i/1000, i/10%100, i%10)
		t.Ops = append(t.Ops, kv.Op{Kind: kv.Put, Key: key, Value: value})
		t.Guards = append(t.Guards, kv.Guard{Kind: kv.Unmoved, Key: key, Revision: revision})
	}
	return t
}

func start(tb testing.TB) (*etcdtest.Server, *etcd.Client) {
	tb.Helper()
	s := etcdtest.Start(tb)
	return s, connect(tb, s.Endpoint())
}

func connectError(t *testing.T, do func() error) *etcd.ConnectError {
	t.Helper()
	err := do()
	var e *etcd.ConnectError
	if !errors.As(err, &e) {
		t.Fatalf("got %T: %v", err, err)
	}
	t.Logf("%s\n%s\nhint: %s", e.Summary, e.Detail, e.Hint)
	return e
}
