package etcdtest_test

import (
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

func TestStart(t *testing.T) {
	from := time.Now()
	s := etcdtest.Start(t)
	t.Logf("started in %s at %s", time.Since(from), s.Endpoint())
	rev := s.Put(t, "/a", "1")
	if e, ok := s.Get(t, "/a"); !ok || e.Value != "1" || e.ModRevision != rev {
		t.Fatalf("got %+v", e)
	}
	if got := s.Revision(t); got != rev {
		t.Fatalf("revision is %d, want %d", got, rev)
	}
}

func TestCluster(t *testing.T) {
	from := time.Now()
	c := etcdtest.StartCluster(t, 3)
	t.Logf("started in %s", time.Since(from))
	from = time.Now()
	c.Stop(t, 1)
	t.Logf("stopped in %s", time.Since(from))
	rev := c.Member(t, 0).Put(t, "/a", "1")
	from = time.Now()
	c.Restart(t, 1)
	t.Logf("restarted in %s", time.Since(from))
	if got := c.Member(t, 1).Revision(t); got != rev {
		t.Fatalf("revision is %d, want %d", got, rev)
	}
}
