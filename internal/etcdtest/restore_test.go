package etcdtest_test

import (
	"path/filepath"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// TestRestore holds that what is restored is what a real restore leaves: the
// old keys at their old revisions, in another cluster or in the same, whose log
// begins anew.
func TestRestore(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartHere(t)
	for range 50 {
		s.Put(t, "/before", "x")
	}
	then := s.Revision(t)
	file := filepath.Join(t.TempDir(), "snapshot.db")
	s.Snapshot(t, file)
	s.Put(t, "/after", "x")
	status := func(s *etcdtest.Server) *clientv3.StatusResponse {
		t.Helper()
		r, err := s.Client().Status(t.Context(), s.Endpoint())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	was := status(s)
	for _, id := range []etcdtest.Identity{etcdtest.NewCluster, etcdtest.SameCluster} {
		r := s.Restore(t, file, id)
		if e, ok := r.Get(t, "/before"); !ok || e.ModRevision != then {
			t.Errorf("same %v: %+v", id, e)
		}
		if _, ok := r.Get(t, "/after"); ok {
			t.Errorf("same %v: what came after the snapshot is there", id)
		}
		is := status(r)
		if same := is.Header.GetClusterId() == was.Header.GetClusterId(); same != bool(id) {
			t.Errorf("same %v: the cluster's id is %x, and was %x", id, is.Header.GetClusterId(), was.Header.GetClusterId())
		}
		if is.RaftIndex >= was.RaftIndex {
			t.Errorf("same %v: the log goes on: %d, and was %d", id, is.RaftIndex, was.RaftIndex)
		}
	}
}
