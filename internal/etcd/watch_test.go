package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// watchPatience is far above what a watch takes to say anything.
const watchPatience = 30 * time.Second

// ranges are what the tests watch: apart from each other, so that what one
// transaction writes is told by several watches.
func ranges(after int64) etcd.WatchRequest {
	return etcd.WatchRequest{Prefixes: []string{"/a/", "/m/", "/z/"}, Keys: []string{"/single"}, After: after, Beat: 50 * time.Millisecond}
}

// mirror is what someone knows who has a snapshot and hears the watch.
type mirror struct {
	revision int64
	entries  map[string]kv.Entry
}

func mirrorOf(s *kv.Snapshot) *mirror {
	m := &mirror{revision: s.Revision, entries: map[string]kv.Entry{}}
	for _, e := range s.Entries {
		m.entries[e.Key] = e
	}
	return m
}

func (m *mirror) take(tb testing.TB, b kv.Batch) {
	tb.Helper()
	if b.Revision <= m.revision {
		tb.Fatalf("revision %d came after %d", b.Revision, m.revision)
	}
	for _, e := range b.Events {
		if e.ModRevision <= m.revision || e.ModRevision > b.Revision {
			tb.Fatalf("%s of revision %d is in the batch (%d, %d]", e.Key, e.ModRevision, m.revision, b.Revision)
		}
		if e.Deleted {
			delete(m.entries, e.Key)
		} else {
			m.entries[e.Key] = e.Entry
		}
	}
	m.revision = b.Revision
}

// is compares with what the store holds at the mirror's revision. Of a server
// that can't be asked how far it is some of that may be told later.
func (m *mirror) is(tb testing.TB, w *ears) {
	tb.Helper()
	for {
		r := everything()
		r.Revision = m.revision
		diff := cmp.Diff(mirrorOf(snapshot(tb, w.client, r)).entries, m.entries)
		if diff == "" {
			return
		}
		if etcd.Exact(tb.Context(), w.client) {
			tb.Fatalf("at revision %d (-store +watch):\n%s", m.revision, diff)
		}
		m.next(tb, w)
	}
}

// until takes batches until the watch is at a revision.
func (m *mirror) until(tb testing.TB, w *ears, revision int64) {
	tb.Helper()
	for m.revision < revision {
		m.next(tb, w)
	}
}

// next takes what the watch tells next, and returns how many batches that were.
// A server that can't be asked how far it is may lose the watch at any time, and a
// member without a leader for three elections ends it: then all is read again, as
// whoever watches has to.
func (m *mirror) next(tb testing.TB, w *ears) int {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), watchPatience)
	defer cancel()
	batches, err := w.Next(ctx)
	if errors.As(err, new(*etcd.WatchLost)) && (errors.Is(err, rpctypes.ErrNoLeader) || !etcd.Exact(ctx, w.client)) {
		w.Close()
		*m = *mirrorOf(snapshot(tb, w.client, everything()))
		w.Watch = w.client.Watch(tb.Context(), ranges(m.revision))
		return 0
	}
	if err != nil {
		tb.Fatalf("at revision %d: %v", m.revision, err)
	}
	for _, b := range batches {
		m.take(tb, b)
	}
	return len(batches)
}

// ears are a watch that begins anew where it may be lost.
type ears struct {
	*etcd.Watch
	client *etcd.Client
}

func hearing(t *testing.T, c *etcd.Client, r etcd.WatchRequest) *ears {
	t.Helper()
	e := &ears{Watch: c.Watch(t.Context(), r), client: c}
	t.Cleanup(func() { e.Close() })
	return e
}

func everything() etcd.SnapshotRequest {
	return etcd.SnapshotRequest{Prefixes: []string{"/a/", "/m/", "/z/"}, Keys: []string{"/single"}}
}

// lostWatch waits until the watch says that it is over.
func lostWatch(t *testing.T, w *etcd.Watch) *etcd.WatchLost {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), watchPatience)
	defer cancel()
	for {
		_, err := w.Next(ctx)
		var lost *etcd.WatchLost
		if errors.As(err, &lost) {
			t.Log(lost)
			return lost
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func watch(t *testing.T, c *etcd.Client, r etcd.WatchRequest) *etcd.Watch {
	t.Helper()
	w := c.Watch(t.Context(), r)
	t.Cleanup(w.Close)
	return w
}

// scribble writes transactions over all ranges, and beside them, n times.
func scribble(t *testing.T, c *etcd.Client, n int, value string) (last int64) {
	t.Helper()
	for range n {
		ops := map[string]kv.Op{}
		for range 1 + rand.IntN(6) {
			key := fmt.Sprintf("/%s/%d", []string{"a", "m", "z", "other"}[rand.IntN(4)], rand.IntN(20))
			if rand.IntN(12) == 0 {
				key = "/single"
			}
			ops[key] = kv.Op{Kind: kv.Put, Key: key, Value: fmt.Sprint(value, rand.IntN(1000))}
			if rand.IntN(4) == 0 {
				ops[key] = kv.Op{Kind: kv.Delete, Key: key}
			}
		}
		last = max(last, committed(t, c, kv.Txn{Ops: slices.Collect(maps.Values(ops))}).Revision)
	}
	return last
}

// TestWatchTellsWholeRevisions: at each revision that the watch tells of, what
// was heard is what the store holds.
func TestWatchTellsWholeRevisions(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	scribble(t, c, 20, "before ")
	s := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/", "/m/", "/z/"}, Keys: []string{"/single"}})
	m, w := mirrorOf(s), hearing(t, c, ranges(s.Revision))
	var last atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { last.Store(scribble(t, c, 300, "")) })
	seen := 0
	for m.revision < s.Revision+200 {
		seen += m.next(t, w)
		m.is(t, w)
	}
	wg.Wait()
	m.until(t, w, last.Load())
	m.is(t, w)
	if seen < 100 && etcd.Exact(t.Context(), c) {
		t.Errorf("200 revisions came as %d: one that keeps up is told of each", seen)
	}
}

// TestWatchFromLongAgo: what was written before the watch began comes in
// fragments, and in responses of many revisions.
func TestWatchFromLongAgo(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	s := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/", "/m/", "/z/"}})
	last := scribble(t, c, 24, strings.Repeat("long", 40_000))
	last = max(last, scribble(t, c, 1_500, ""))
	m, w := mirrorOf(s), hearing(t, c, ranges(s.Revision))
	m.until(t, w, last)
	m.is(t, w)
}

// TestWatchOutlivesItsConnection: the library resumes, and nothing is missed.
func TestWatchOutlivesItsConnection(t *testing.T) {
	t.Parallel()
	s, direct := start(t)
	p := etcdtest.StartProxy(t, s.Endpoint())
	c := connect(t, p.Endpoint())
	from := snapshot(t, direct, etcd.SnapshotRequest{Prefixes: []string{"/a/"}})
	m, w := mirrorOf(from), hearing(t, c, ranges(from.Revision))
	for range 8 {
		last := scribble(t, direct, 10, "")
		p.CutAll()
		last = max(last, scribble(t, direct, 10, ""))
		m.until(t, w, last)
	}
	m.is(t, w)
}

// TestWatchOutlivesAMember: it goes on at another member.
func TestWatchOutlivesAMember(t *testing.T) {
	t.Parallel()
	cluster := etcdtest.StartCluster(t, 3)
	c := connect(t, cluster.Endpoints()...)
	from := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/"}})
	m, w := mirrorOf(from), hearing(t, c, ranges(from.Revision))
	for i := range 3 {
		last := scribble(t, c, 10, "")
		cluster.Stop(t, i)
		last = max(last, scribble(t, writer(t, slices.Delete(slices.Clone(cluster.Endpoints()), i, i+1)), 10, ""))
		cluster.Restart(t, i)
		m.until(t, w, last)
	}
	m.is(t, w)
}

// writer is a client of the members that are left, as soon as they take writes: a
// leader may have to be elected.
func writer(t *testing.T, endpoints []string) *etcd.Client {
	t.Helper()
	c := connect(t, endpoints...)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(watchPatience)
	for i := 0; ; i++ {
		r, err := c.Commit(t.Context(), puts(fmt.Sprintf("/elsewhere/%d/", i), 1, 0, "v"))
		if err == nil && r.Outcome == kv.Committed {
			return c
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("nobody takes writes: %+v, %v", r, err)
		}
	}
}

func TestWatchIsLostByCompaction(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	from := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/"}})
	last := scribble(t, c, 30, "")
	s.Compact(t, last)
	lost := lostWatch(t, watch(t, c, ranges(from.Revision)))
	if lost.Revision != from.Revision || !strings.Contains(lost.Reason, fmt.Sprint("compacted at revision ", last)) {
		t.Errorf("got %+v", lost)
	}
	// From a snapshot of now on it hears everything again.
	again := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/", "/m/", "/z/"}, Keys: []string{"/single"}})
	m, w := mirrorOf(again), hearing(t, c, ranges(again.Revision))
	m.until(t, w, scribble(t, c, 10, ""))
	m.is(t, w)
}

// TestWatchIsLostInSilence: a server that says nothing more looks like one where
// nothing happens. The watch does not take it for that.
func TestWatchIsLostInSilence(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	p := etcdtest.StartProxy(t, s.Endpoint())
	c := connectWith(t, etcd.Config{Endpoints: []string{p.Endpoint()}, Timeout: time.Second})
	w := watch(t, c, ranges(s.Revision(t)))
	heard := w.Heard()
	p.Blackhole()
	lost := lostWatch(t, w)
	if lost.Cause == nil || lost.Heard.Before(heard) {
		t.Errorf("got %+v", lost)
	}
}

// TestWatchIsLostWithTheQuorum: the member that tells is there and serves, but
// can't know what the others have agreed on.
func TestWatchIsLostWithTheQuorum(t *testing.T) {
	t.Parallel()
	cluster := etcdtest.StartCluster(t, 3)
	c := connectWith(t, etcd.Config{Endpoints: cluster.Endpoints(), Timeout: 2 * time.Second})
	w := watch(t, c, ranges(snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/"}}).Revision))
	cluster.Stop(t, 0)
	cluster.Stop(t, 1)
	if lost := lostWatch(t, w); lost.Cause == nil {
		t.Errorf("got %+v", lost)
	}
}

// TestWatchIsLostByARestore: the revisions begin anew, and the library would wait
// until they are where they had been.
func TestWatchIsLostByARestore(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartHere(t)
	p := etcdtest.StartProxy(t, s.Endpoint())
	c := connect(t, p.Endpoint())
	file := t.TempDir() + "/snapshot"
	s.Snapshot(t, file)
	last := scribble(t, c, 30, "")
	w := watch(t, c, ranges(last))
	p.Retarget(t, s.Restore(t, file, etcdtest.SameCluster).Endpoint())
	if lost := lostWatch(t, w); !strings.Contains(lost.Reason, "restored") {
		t.Errorf("got %+v", lost)
	}
}

// TestWatchWhileOthersChangePermissions: each change makes tokens or requests
// stale. A watch goes on, and a new one begins.
func TestWatchWhileOthersChangePermissions(t *testing.T) {
	t.Parallel()
	for name, build := range forts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := build(t)
			if _, err := f.Client().AuthEnable(t.Context()); err != nil {
				t.Fatal(err)
			}
			boss, root := connectWith(t, f.config), connectWith(t, f.as("root"))
			from := snapshot(t, boss, etcd.SnapshotRequest{Prefixes: []string{"/a/"}})
			m := mirrorOf(from)
			long, all := hearing(t, boss, ranges(from.Revision)), mirrorOf(from)
			for range 4 {
				do(t, root, comeAndGo()...)
				w := hearing(t, boss, ranges(m.revision))
				last := scribble(t, root, 5, "")
				do(t, root, comeAndGo()...)
				last = max(last, scribble(t, root, 5, ""))
				m.until(t, w, last)
				m.is(t, w)
				all.until(t, long, last)
				w.Close()
			}
			all.is(t, long)
		})
	}
}

func TestWatchIsDenied(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.AddUser(t, "reader", "word", "reads", "/sigilform/v1/", "/a/", "/m/")
	s.EnableAuth(t, "pass")
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "reader", Password: "word"})
	lost := lostWatch(t, watch(t, c, ranges(1)))
	if !etcd.IsDenied(lost) {
		t.Errorf("got %+v", lost)
	}
}

// TestWatchIsAllowed: who may read some ranges may watch them. A server of 3.4 now
// and then refuses that right after authentication was turned on.
func TestWatchIsAllowed(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	s.AddUser(t, "reader", "word", "reads", "/sigilform/v1/", "/a/", "/m/")
	s.EnableAuth(t, "pass")
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "reader", Password: "word"})
	allowed := etcd.WatchRequest{Prefixes: []string{"/a/", "/m/"}, After: 1, Beat: 20 * time.Millisecond}
	root := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "pass"})
	m := &mirror{revision: 1, entries: map[string]kv.Entry{}}
	m.until(t, hearing(t, c, allowed), committed(t, root, puts("/a/", 5, 0, "v")).Revision)
	if len(m.entries) != 5 {
		t.Errorf("got %v", m.entries)
	}
}

// TestWatchLeaksNothing must not run beside others.
func TestWatchLeaksNothing(t *testing.T) {
	etcdtest.VerifyNoLeaks(t)
	s := etcdtest.Start(t)
	clients := map[string]*etcd.Client{"remote": connect(t, s.Endpoint())}
	if os.Getenv(etcdtest.BinaryVariable) == "" {
		// What is in this process is the embedded server, which is never an old one.
		clients["in process"] = attach(t, s)
	}
	for name, c := range clients {
		from := snapshot(t, c, etcd.SnapshotRequest{Prefixes: []string{"/a/", "/m/", "/z/"}})
		ctx, cancel := context.WithCancel(t.Context())
		m, w := mirrorOf(from), &ears{Watch: c.Watch(ctx, ranges(from.Revision)), client: c}
		m.until(t, w, scribble(t, c, 20, name))
		m.is(t, w)
		cancel()
		if _, err := w.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		w.Close()
	}
}

func attach(t *testing.T, s *etcdtest.Server) *etcd.Client {
	t.Helper()
	c, err := etcd.Attach(t.Context(), s, etcd.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHastyVersions: before these releases a server says that it is further than
// it has told.
func TestHastyVersions(t *testing.T) {
	t.Parallel()
	for text, hasty := range map[string]bool{
		"3.4.23": true, "3.4.24": true, "3.4.25": false, "3.5.0": true, "3.5.7": true, "3.5.8": false, "3.6.0": false, "3.7.3": false, "odd": true,
	} {
		if got := etcd.HastyVersion(text); got != hasty {
			t.Errorf("%s: %v", text, got)
		}
	}
}
