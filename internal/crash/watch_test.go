package crash_test

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"maps"
	mrand "math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// What the run of the watch does; without flags it is the sample of the suite.
var (
	watchKeys = flag.Int("watch.keys", 5_000, "about how many keys the watched network has")
	watchFor  = flag.Duration("watch.for", 5*time.Second, "for how long others write")
)

// changedKeys is how many keys others change at most.
const changedKeys = 300

// everyChange is between two changes of others: 10,000 a minute.
const everyChange = time.Minute / 10_000

func TestMain(m *testing.M) { os.Exit(etcdtest.Main(m)) }

// change is what others wrote: a value, or nil for a deletion.
type change struct {
	revision int64
	key      string
	value    *string
}

// TestWatch: others change a network all the time, while connections break, the
// cluster is compacted behind them, and each member is killed and comes back.
// Afterwards what the watch told is held against what was written: every drift
// once, none missed, and at each of its revisions what drift.Detect finds.
func TestWatch(t *testing.T) {
	etcdtest.VerifyNoLeaks(t)
	w := newWatched(t)
	told, end := w.follow(t)
	total := int(*watchFor / everyChange)
	tick := time.NewTicker(everyChange)
	defer tick.Stop()
	var heapBefore uint64
	for n := range total {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
		w.fault(t, n*100/total)
		w.change(t)
		if n == total/10 {
			heapBefore = heapNow()
		}
	}
	for _, p := range w.proxies {
		p.Heal()
	}
	told.await(t, w.log[len(w.log)-1].revision)
	heapAfter := heapNow()
	end()
	t.Logf("%d changes of %d keys, %d updates, heap %d → %d MiB", len(w.log), len(w.base.Entries), len(told.all), heapBefore>>20, heapAfter>>20)
	if heapAfter > heapBefore+heapBefore/3+(16<<20) {
		t.Errorf("the heap grew from %d to %d MiB", heapBefore>>20, heapAfter>>20)
	}
	w.judge(t, told.all)
}

// watched is a cluster with a network that was applied, and what others write.
type watched struct {
	cluster *etcdtest.Processes
	// proxies stand between the watch and the members, in their order.
	proxies []*etcdtest.Proxy
	direct  *clientv3.Client
	client  *etcd.Client
	base    *kv.Snapshot
	// keys are those that others change, declared those as they were applied.
	keys     []string
	declared map[string]string
	now      map[string]string
	log      []change
	random   *mrand.Rand
	done     map[int]bool
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	s := *seed
	if s == 0 {
		s = mrand.Uint64()
	}
	t.Logf("seed %d", s)
	c := etcdtest.StartProcesses(t, 3, etcdtest.Options{})
	w := &watched{cluster: c, declared: map[string]string{}, now: map[string]string{}, random: mrand.New(mrand.NewPCG(s, 1)), done: map[int]bool{}}
	for _, endpoint := range c.Endpoints() {
		w.proxies = append(w.proxies, etcdtest.StartProxy(t, endpoint))
	}
	w.direct = c.Client(t)
	var err error
	if w.client, err = etcd.Connect(t.Context(), etcd.Config{Endpoints: c.Endpoints(), Timeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.client.Close() })
	n := nettest.Network(nettest.OfKeys(*watchKeys))
	w.apply(t, n)
	w.base = w.snapshot(t, 0)
	for _, e := range w.base.Entries {
		below, ok := strings.CutPrefix(e.Key, prefix)
		if ok && (strings.HasPrefix(below, "nodes/") && strings.HasSuffix(below, "/domain") || strings.HasPrefix(below, "users/") && strings.HasSuffix(below, "/username")) {
			w.keys = append(w.keys, e.Key)
			w.declared[e.Key], w.now[e.Key] = e.Value, e.Value
		}
	}
	// Others change these again and again: what has drifted soon stays as much.
	w.random.Shuffle(len(w.keys), func(i, j int) { w.keys[i], w.keys[j] = w.keys[j], w.keys[i] })
	w.keys = w.keys[:min(len(w.keys), changedKeys)]
	return w
}

func (w *watched) snapshot(t *testing.T, revision int64) *kv.Snapshot {
	t.Helper()
	own := state.NewLayout(nettest.Name)
	s, err := w.client.Scan(t.Context(), revision, prefix, state.NetworksPrefix, own.ObjectsPrefix(), own.Head(), own.DigestKey(), own.Journal())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *watched) apply(t *testing.T, n *network.Network) {
	t.Helper()
	if l := append(n.Normalize(), n.Validate()...); l.HasErrors() {
		t.Fatal(l.Err())
	}
	s := w.snapshot(t, 0)
	st, err := state.Decode(s, nettest.Name)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	p, l := plan.Make(plan.Input{Network: n, Snapshot: s, State: st, Mode: plan.ModeApply, IDs: &numbers{}, Now: at, Tool: "crash"})
	if l.HasErrors() || len(p.Conflicts) > 0 {
		t.Fatal(l.Err(), p.Conflicts)
	}
	if _, err := apply.Run(t.Context(), w.client, p, (*world)(nil).options(w.client, "first")); err != nil {
		t.Fatal(err)
	}
}

// fault does what is due at a hundredth of the run: connections are cut; all is
// silent while the cluster is compacted; each member is killed and comes back.
func (w *watched) fault(t *testing.T, hundredth int) {
	t.Helper()
	if w.done[hundredth] {
		return
	}
	w.done[hundredth] = true
	switch {
	case hundredth == 15:
		for _, p := range w.proxies {
			p.CutAll()
		}
	case hundredth == 25:
		for _, p := range w.proxies {
			p.Blackhole()
		}
	case hundredth == 30:
		if _, err := w.direct.Compact(t.Context(), w.log[len(w.log)-1].revision); err != nil {
			t.Fatal(err)
		}
		for _, p := range w.proxies {
			p.Heal()
		}
	case hundredth >= 45 && hundredth < 90 && hundredth%15 == 0:
		w.cluster.Kill(t, hundredth/15-3)
	case hundredth >= 45 && hundredth < 95 && hundredth%15 == 7:
		w.cluster.Restart(t, hundredth/15-3)
	}
}

// change writes a declared field of somebody's: to another value, or back, or
// away; or one that nobody declares.
func (w *watched) change(t *testing.T) {
	t.Helper()
	key := w.keys[w.random.IntN(len(w.keys))]
	c := change{key: key}
	value := fmt.Sprint("v", len(w.log), ".example.net")
	switch kind := w.random.IntN(10); {
	case kind == 0 && strings.Contains(key, "/nodes/"):
		c.key = strings.TrimSuffix(key, "domain") + "health"
	case kind == 1 && strings.HasSuffix(key, "/domain"):
		c.value = nil
		c.revision = w.write(t, clientv3.OpDelete(key), key, nil)
		if c.revision != 0 {
			w.note(c)
		}
		return
	case kind < 5:
		value = w.declared[key]
	}
	c.value = &value
	c.revision = w.write(t, clientv3.OpPut(c.key, value), c.key, &value)
	w.note(c)
}

func (w *watched) note(c change) {
	w.log = append(w.log, c)
	if c.value == nil {
		delete(w.now, c.key)
	} else {
		w.now[c.key] = *c.value
	}
}

// write sends a write until it is there, and returns the revision: of a member
// that is killed nobody knows whether it had written. 0 says that there was
// nothing to delete.
func (w *watched) write(t *testing.T, op clientv3.Op, key string, value *string) int64 {
	t.Helper()
	before := w.get(t, key)
	for {
		limit, stop := context.WithTimeout(t.Context(), 2*time.Second)
		r, err := w.direct.Do(limit, op)
		stop()
		if err == nil {
			if d := r.Del(); d != nil {
				if d.Deleted == 0 {
					return 0
				}
				return d.Header.Revision
			}
			return r.Put().Header.Revision
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
		now := w.get(t, key)
		switch {
		case value == nil && now.Kvs == nil && before.Kvs != nil:
			t.Fatalf("the revision of a deletion is lost: %v", err)
		case value != nil && len(now.Kvs) == 1 && string(now.Kvs[0].Value) == *value && (before.Kvs == nil || now.Kvs[0].ModRevision != before.Kvs[0].ModRevision):
			return now.Kvs[0].ModRevision
		}
	}
}

// get reads a key from whichever member answers.
func (w *watched) get(t *testing.T, key string) *clientv3.GetResponse {
	t.Helper()
	for {
		limit, stop := context.WithTimeout(t.Context(), 2*time.Second)
		r, err := w.direct.Get(limit, key)
		stop()
		if err == nil {
			return r
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

// updates are what the watch told.
type updates struct {
	mu    sync.Mutex
	all   []engine.WatchUpdate
	at    int64
	moved chan struct{}
}

// sampled is how many changes there are for one report that is kept.
func sampled() int { return max(int(*watchFor/everyChange)/15, 1) }

func (u *updates) listen(said engine.Event) error {
	x, ok := said.(engine.WatchUpdate)
	if !ok {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.at = x.Report.Revision
	if len(u.all)%sampled() != 0 {
		x.Report = &drift.Report{Revision: x.Report.Revision}
	}
	x.AllSecrets = nil
	u.all = append(u.all, x)
	select {
	case u.moved <- struct{}{}:
	default:
	}
	return nil
}

func (u *updates) await(t *testing.T, revision int64) {
	t.Helper()
	limit := time.NewTimer(2 * time.Minute)
	defer limit.Stop()
	for {
		u.mu.Lock()
		at := u.at
		u.mu.Unlock()
		if at >= revision {
			return
		}
		select {
		case <-u.moved:
		case <-limit.C:
			t.Fatalf("the watch is at revision %d, the cluster at %d", at, revision)
		}
	}
}

// follow runs the watch through the proxies.
func (w *watched) follow(t *testing.T) (*updates, func()) {
	t.Helper()
	told := &updates{moved: make(chan struct{}, 1)}
	var endpoints []string
	for _, p := range w.proxies {
		endpoints = append(endpoints, p.Endpoint())
	}
	e := &engine.Engine{Catalogue: schema.Network(), Version: "crash", Clock: time.Now, Random: rand.Reader, Events: told.listen}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := e.Watch(ctx, engine.WatchOptions{
			DriftOptions: engine.DriftOptions{LiveOptions: engine.LiveOptions{
				Source:     engine.Source{Path: t.TempDir()},
				Connection: engine.Connection{Endpoints: endpoints, Timeout: 3 * time.Second},
			}},
			Follow: true,
		})
		done <- err
	}()
	told.await(t, w.base.Revision)
	return told, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func heapNow() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// judge holds what was told against what was written.
func (w *watched) judge(t *testing.T, told []engine.WatchUpdate) {
	t.Helper()
	now, at, blind, looks, events := maps.Clone(w.declared), 0, 0, 0, 0
	for i := range told {
		u := &told[i]
		before := maps.Clone(now)
		var want []string
		for ; at < len(w.log) && w.log[at].revision <= u.Report.Revision; at++ {
			want = append(want, w.replay(now, w.log[at])...)
		}
		if u.Checked {
			looks++
			want = w.between(before, now, u.Report.Revision)
		}
		if u.Blind != nil {
			blind++
		}
		got := fieldsOf(u.Events)
		events += len(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(drift.Report{})); diff != "" {
			t.Fatalf("update %d at revision %d, checked %v (-written +told):\n%s", i, u.Report.Revision, u.Checked, diff)
		}
		if i%sampled() == 0 {
			w.detect(t, u.Report)
		}
	}
	t.Logf("%d events, %d looks at everything, %d times blind", events, looks, blind)
	if at != len(w.log) || looks < 2 || events < len(w.log)/3 {
		t.Errorf("%d of %d changes were told, in %d events and %d looks", at, len(w.log), events, looks)
	}
}

// fieldsOf is what events say of fields, sorted.
func fieldsOf(events []drift.Event) (out []string) {
	for i := range events {
		for _, f := range events[i].Fields {
			out = append(out, fmt.Sprint(events[i].Revision, " ", f.Kind, " ", f.Key))
		}
	}
	slices.Sort(out)
	return out
}

// replay carries out one change, and returns what it made of the drift.
func (w *watched) replay(now map[string]string, c change) []string {
	if _, declared := w.declared[c.key]; !declared {
		return nil
	}
	was, had := now[c.key]
	delete(now, c.key)
	if c.value != nil {
		now[c.key] = *c.value
	}
	is, has := now[c.key]
	kind := w.transition(c.key, was, had, is, has)
	if kind == "" {
		return nil
	}
	return []string{fmt.Sprint(c.revision, " ", kind, " ", c.key)}
}

// transition is what a write made of a field's drift, empty where nothing.
func (w *watched) transition(key, was string, had bool, is string, has bool) drift.EventKind {
	d := w.declared[key]
	before, after := !had || was != d, !has || is != d
	switch {
	case before && !after:
		return drift.Ended
	case !before && after:
		return drift.Began
	case before && (had != has || was != is):
		return drift.Moved
	}
	return ""
}

// between is what several revisions made of the drift, as one look shows it.
func (w *watched) between(before, now map[string]string, revision int64) []string {
	var out []string
	for key := range w.declared {
		was, had := before[key]
		is, has := now[key]
		if kind := w.transition(key, was, had, is, has); kind != "" {
			out = append(out, fmt.Sprint(revision, " ", kind, " ", key))
		}
	}
	return out
}

// detect compares a report with a comparison from scratch of what was there.
func (w *watched) detect(t *testing.T, got *drift.Report) {
	t.Helper()
	entries := map[string]kv.Entry{}
	for _, e := range w.base.Entries {
		entries[e.Key] = e
	}
	for _, c := range w.log {
		if c.revision > got.Revision {
			break
		}
		delete(entries, c.key)
		if c.value != nil {
			entries[c.key] = kv.Entry{Key: c.key, Value: *c.value, ModRevision: c.revision}
		}
	}
	s := &kv.Snapshot{ClusterID: w.base.ClusterID, Revision: got.Revision}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		s.Entries = append(s.Entries, entries[key])
	}
	st, err := state.Decode(s, nettest.Name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(drift.Detect(schema.Network(), s, st, nil), got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(drift.Report{})); diff != "" {
		t.Fatalf("at revision %d (-detect +watch):\n%s", got.Revision, diff)
	}
}
