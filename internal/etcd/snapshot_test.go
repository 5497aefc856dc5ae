package etcd_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

func keysOf(entries []kv.Entry) []string {
	out := make([]string, 0, len(entries))
	for _, e := range entries {
		out = append(out, e.Key)
	}
	return out
}

func snapshot(tb testing.TB, c *etcd.Client, r etcd.SnapshotRequest) *kv.Snapshot {
	tb.Helper()
	s, err := c.Snapshot(tb.Context(), r)
	if err != nil {
		tb.Fatalf("snapshot: %v", err)
	}
	return s
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for _, k := range []string{"/a/1", "/a/2", "/a/3", "/a/4", "/a/5", "/a0", "/b/1", "/c", "/c/1", "/d/1", "/d/2", "/d/3", "/z"} {
		s.Put(t, k, "value of "+k)
	}
	s.Put(t, "/a/2", "changed")
	for _, page := range []int{0, 1, 2, 3, 100} {
		t.Run(strconv.Itoa(page), func(t *testing.T) {
			got := snapshot(t, c, etcd.SnapshotRequest{
				Prefixes: []string{"/d/", "/a/", "/none/", "/a/"}, Keys: []string{"/z", "/a/3", "/c", "/nothing"},
				Count: []string{"/c", "/d/", "/x/"}, PageSize: page,
			})
			want := []string{"/a/1", "/a/2", "/a/3", "/a/4", "/a/5", "/c", "/d/1", "/d/2", "/d/3", "/z"}
			if !slices.Equal(keysOf(got.Entries), want) {
				t.Errorf("got %v", keysOf(got.Entries))
			}
			for _, e := range got.Entries {
				if stored, _ := s.Get(t, e.Key); e != stored {
					t.Errorf("got %+v, stored is %+v", e, stored)
				}
			}
			if got.Revision != s.Revision(t) || got.ClusterID != c.ClusterID() || len(got.ClusterID) != 16 {
				t.Errorf("got revision %d, cluster %s", got.Revision, got.ClusterID)
			}
			if fmt.Sprint(got.Foreign) != "map[/c:2 /d/:3 /x/:0]" {
				t.Errorf("got %v", got.Foreign)
			}
		})
	}
}

func TestSnapshotOfAnEmptyStore(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	got := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/"}})
	if len(got.Entries) != 0 || got.Revision != s.Revision(t) {
		t.Errorf("got %+v", got)
	}
	if _, err := c.Snapshot(t.Context(), etcd.SnapshotRequest{}); err == nil {
		t.Error("an empty request is answered")
	}
}

// writers change two keys at opposite ends together, all the time, and compact
// right behind them.
func writers(t *testing.T, s *etcdtest.Server, c *etcd.Client, compact bool) (stop func()) {
	t.Helper()
	var halt atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; !halt.Load(); i++ {
			r, err := c.Commit(t.Context(), kv.Txn{Ops: []kv.Op{
				{Kind: kv.Put, Key: "/a/first", Value: strconv.Itoa(i)}, {Kind: kv.Put, Key: "/z/last", Value: strconv.Itoa(i)},
			}})
			if err != nil {
				t.Errorf("write: %v", err)
				return
			}
			if compact && i%7 == 0 {
				s.Compact(t, r.Revision)
			}
		}
	})
	return func() {
		halt.Store(true)
		wg.Wait()
	}
}

func TestSnapshotIsOfOneRevision(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	committed(t, c, puts("/a/", 2_000, 0, "v"))
	committed(t, c, puts("/m/", 2_000, 0, "v"))
	committed(t, c, puts("/z/", 2_000, 0, "v"))
	stop := writers(t, s, c, false)
	defer stop()
	for range 20 {
		got := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/", "/m/", "/z/"}, PageSize: 500})
		consistent(t, got, 6_000)
	}
}

func consistent(t *testing.T, got *kv.Snapshot, least int) {
	t.Helper()
	first, _ := got.Get("/a/first")
	last, _ := got.Get("/z/last")
	if first.Value != last.Value || first.ModRevision != last.ModRevision {
		t.Fatalf("revisions are mixed: %+v, %+v", first, last)
	}
	if len(got.Entries) < least || !slices.IsSorted(keysOf(got.Entries)) {
		t.Fatalf("%d entries", len(got.Entries))
	}
	for _, e := range got.Entries {
		if e.ModRevision > got.Revision {
			t.Fatalf("%+v is newer than the snapshot of revision %d", e, got.Revision)
		}
	}
}

func TestSnapshotUnderCompaction(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	committed(t, c, puts("/a/", 1_000, 0, "v"))
	committed(t, c, puts("/z/", 1_000, 0, "v"))
	stop := writers(t, s, c, true)
	defer stop()
	done, hopeless := 0, 0
	for range 200 {
		got, err := c.Snapshot(t.Context(), etcd.SnapshotRequest{Prefixes: []string{"/a/", "/z/"}, PageSize: 300})
		if err != nil {
			// Compacted on each of the tries: said so, not papered over.
			if !strings.Contains(err.Error(), "compacted faster") {
				t.Fatal(err)
			}
			hopeless++
			continue
		}
		consistent(t, got, 2_000)
		if done++; done == 10 {
			break
		}
	}
	t.Logf("%d snapshots, %d given up", done, hopeless)
	if done == 0 {
		t.Error("no snapshot succeeded")
	}
}

func TestSnapshotOutlivesTheLeader(t *testing.T) {
	t.Parallel()
	cluster := etcdtest.StartCluster(t, 3)
	c := connect(t, cluster.Endpoints()...)
	committed(t, c, puts("/a/", 5_000, 0, "v"))
	for range 2 {
		leader := cluster.Leader()
		done := make(chan struct{})
		go func() {
			defer close(done)
			cluster.Stop(t, leader)
		}()
		for reading := true; reading; {
			if got := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/"}, PageSize: 500}); len(got.Entries) != 5_000 {
				t.Fatalf("%d entries", len(got.Entries))
			}
			select {
			case <-done:
				reading = false
			default:
			}
		}
		cluster.Restart(t, leader)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	var keys, want []string
	for i := range 400 {
		k := fmt.Sprintf("/k/%03d", i)
		keys = append(keys, k)
		if i%3 == 0 {
			s.Put(t, k, k)
			want = append(want, k)
		}
	}
	slices.Reverse(keys)
	got, err := c.Read(t.Context(), append(keys, keys[0])...)
	if err != nil || !slices.Equal(keysOf(got), want) {
		t.Errorf("got %v, %v", keysOf(got), err)
	}
	if got, err := c.Read(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}
