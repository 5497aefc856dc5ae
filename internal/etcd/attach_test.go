package etcd_test

import (
	"context"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

func TestAttach(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	c, err := etcd.Attach(t.Context(), s, etcd.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if c.ClusterID() != connect(t, s.Endpoint()).ClusterID() {
		t.Error("it is another cluster")
	}
	r := committed(t, c, puts("/a/", 500, 0, "v"))
	if got := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/"}, PageSize: 100}); len(got.Entries) != 500 || got.Revision != r.Revision {
		t.Errorf("%d entries at revision %d", len(got.Entries), got.Revision)
	}
	for _, n := range []int{1, 500} {
		if got := commit(t, c, puts("/a/", n, 0, "v")); got.Outcome != kv.Rejected || len(got.Moved) != n {
			t.Errorf("got %+v", got)
		}
	}
	members, err := c.Cluster(t.Context())
	if err != nil || len(members.Members) != 1 || !members.Members[0].Leader || !members.Members[0].Reachable || !members.HasQuorum {
		t.Errorf("got %+v, %v", members, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	s.Put(t, "/b", "the server is still there")
}

// TestLeaksNothing must not run beside others.
func TestLeaksNothing(t *testing.T) {
	etcdtest.VerifyNoLeaks(t)
	s := etcdtest.Start(t)
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	committed(t, c, puts("/a/", 300, 0, "v"))
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if c, err := etcd.Connect(ctx, etcd.Config{Endpoints: []string{s.Endpoint()}}); err == nil {
		_ = c.Close()
	}
	if c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{"127.0.0.1:1"}}); err == nil {
		_ = c.Close()
	}
}
