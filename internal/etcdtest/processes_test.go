package etcdtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// others are the members of a cluster but for one.
func others(c *Processes, but int) []int {
	return slices.DeleteFunc(c.Running(), func(i int) bool { return i == but })
}

func sameHashes(t *testing.T, c *Processes, revision int64) {
	t.Helper()
	want := c.Hash(t, 0, revision)
	for i := 1; i < len(c.Endpoints()); i++ {
		if got := c.Hash(t, i, revision); got != want {
			t.Errorf("at revision %d member %d hashes to %x, member 0 to %x", revision, i, got, want)
		}
	}
}

func TestKilledLeader(t *testing.T) {
	t.Parallel()
	c := StartProcesses(t, 3, Options{})
	first := c.AwaitLeader(t)
	for i := range 20 {
		c.Verbs(t, first).Put(t, fmt.Sprintf("/before/%02d", i), "1")
	}
	c.Kill(t, first)
	if got := c.Running(); len(got) != 2 || slices.Contains(got, first) {
		t.Fatalf("of which %d was killed, %v run", first, got)
	}
	second := c.AwaitLeader(t)
	if second == first {
		t.Fatalf("member %d leads although it was killed", first)
	}
	for _, i := range c.Running() {
		if got := c.Verbs(t, i).Keys(t, "/before/"); len(got) != 20 {
			t.Errorf("member %d holds %d of 20 keys", i, len(got))
		}
	}
	revision := c.Verbs(t).Put(t, "/after", "1")
	c.Restart(t, first)
	c.AwaitHealthy(t)
	if _, ok := c.Verbs(t, first).Get(t, "/after"); !ok {
		t.Error("the restarted member did not catch up")
	}
	sameHashes(t, c, revision)
}

// TestFullDisk: a member whose disk is full gives up, and goes on with what it had
// once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	c := StartProcesses(t, 3, Options{})
	full := c.AwaitLeader(t)
	v := c.Verbs(t, others(c, full)...)
	v.Put(t, "/before", "1")
	stop, writes := make(chan struct{}), make(chan struct{})
	go func() { // without a write nobody finds out
		defer close(writes)
		for api := c.dial(t, others(c, full)); ; {
			select {
			case <-stop:
				_ = api.Close()
				return
			default:
				limit, end := context.WithTimeout(t.Context(), askTimeout)
				_, _ = api.Put(limit, "/meanwhile", "1")
				end()
			}
		}
	}()
	c.Fill(t, full)
	close(stop)
	<-writes
	c.AwaitLeader(t)
	v.Put(t, "/after", "1")
	c.Restart(t, full)
	c.AwaitHealthy(t)
	sameHashes(t, c, v.Revision(t))
}

func TestPausedMember(t *testing.T) {
	t.Parallel()
	c := StartProcesses(t, 3, Options{Fsync: true})
	// The leader is the worst one to miss.
	paused := c.AwaitLeader(t)
	before := c.Verbs(t).Put(t, "/before", "1")
	c.AwaitRevision(t, paused, before)
	c.Pause(t, paused)
	limit, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	if r, err := c.Client(t, paused).Status(limit, c.Endpoint(paused)); err == nil {
		t.Fatalf("a paused member answered: %v", r)
	}
	if leader := c.AwaitLeader(t); leader == paused {
		t.Fatal("a paused member leads")
	}
	revision := c.Verbs(t, others(c, paused)...).Put(t, "/while", "1")
	c.Resume(t, paused)
	c.AwaitHealthy(t)
	if e, ok := c.Verbs(t, paused).Get(t, "/while"); !ok || e.ModRevision != revision {
		t.Errorf("the member that was paused holds %+v", e)
	}
	if leader := c.Leader(t); leader < 0 {
		t.Error("nobody leads a healthy cluster")
	}
	sameHashes(t, c, revision)
}

func TestLostQuorum(t *testing.T) {
	t.Parallel()
	c := StartProcesses(t, 3, Options{})
	c.AwaitHealthy(t)
	for i := range 20 {
		c.Verbs(t).Put(t, fmt.Sprintf("/before/%02d", i), "1")
	}
	killed := others(c, c.AwaitLeader(t))
	for _, i := range killed {
		c.Kill(t, i)
	}
	limit, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	if r, err := c.Client(t).Put(limit, "/lost", "1"); err == nil {
		t.Fatalf("one of three acknowledged a write: %v", r)
	}
	if s, err := c.status(t, c.Running()[0]); err != nil || len(c.Running()) != 1 {
		t.Fatalf("the last member does not even say how it stands: %v %v", s, err)
	}
	c.RestartAll(t, killed...)
	c.AwaitHealthy(t)
	revision := c.Verbs(t).Put(t, "/after", "1")
	for _, i := range c.Running() {
		if got := c.Verbs(t, i).Keys(t, "/before/"); len(got) != 20 {
			t.Errorf("member %d holds %d of 20 keys", i, len(got))
		}
	}
	sameHashes(t, c, revision)
}

// TestLimitsReachMembers: the options hold in another process too.
func TestLimitsReachMembers(t *testing.T) {
	t.Parallel()
	c := StartProcesses(t, 1, Options{MaxRequestBytes: 1000})
	if _, err := c.Client(t).Put(t.Context(), "/large", string(make([]byte, 2000))); err == nil {
		t.Error("a member of a limit of 1000 bytes took 2000")
	}
	c.Verbs(t).Put(t, "/small", "1")
}
