package etcd_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// TestLogIndex: it never falls while a cluster lives, whichever member tells
// it, and a restored cluster begins anew.
func TestLogIndex(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartHere(t)
	client := connect(t, s.Endpoint())
	var last uint64
	for range 20 {
		revision := s.Put(t, "/k", "v")
		index := client.LogIndex(t.Context(), revision)
		if index <= last {
			t.Fatalf("after a write it is %d, and was %d", index, last)
		}
		last = index
	}
	if got := client.LogIndex(t.Context(), s.Revision(t)+1); got != 0 {
		t.Errorf("a member that lags behind was believed: %d", got)
	}
	file := filepath.Join(t.TempDir(), "snapshot.db")
	s.Snapshot(t, file)
	restored := s.Restore(t, file, etcdtest.SameCluster)
	again := connect(t, restored.Endpoint())
	if got := again.LogIndex(t.Context(), restored.Revision(t)); got == 0 || got >= last {
		t.Errorf("restored it is %d, and was %d", got, last)
	}
	attached, err := etcd.Attach(t.Context(), s, etcd.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got := attached.LogIndex(t.Context(), s.Revision(t)); got < last {
		t.Errorf("within the process it is %d, and was %d", got, last)
	}
}

// TestLogIndexOfMany: one member that answers is enough, and is not waited for
// together with those that don't.
func TestLogIndexOfMany(t *testing.T) {
	t.Parallel()
	c := etcdtest.StartCluster(t, 3)
	client := connectWith(t, etcd.Config{Endpoints: c.Endpoints(), Timeout: time.Minute})
	committed(t, client, puts("/a/", 10, 0, "v"))
	before := client.LogIndex(t.Context(), 2)
	c.Stop(t, 2)
	committed(t, client, puts("/b/", 10, 0, "v"))
	from := time.Now()
	if after := client.LogIndex(t.Context(), 3); before == 0 || after <= before {
		t.Errorf("it is %d, and was %d", after, before)
	}
	if took := time.Since(from); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
