package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	"github.com/sigilgate/sigilform/internal/etcdtest"
)

const (
	domain = "/sigilgate/nodes/192.0.2.1/domain"
	// enough is far above what a watch takes to say anything.
	enough = 30 * time.Second
)

// watcher is a watch that runs beside a test, and what it said.
type watcher struct {
	updates chan engine.WatchUpdate
	end     func() (drifted bool)
}

// watching runs a watch until the test, or end, ends it.
func watching(t *testing.T, e *engine.Engine, o engine.WatchOptions) *watcher {
	t.Helper()
	w := &watcher{updates: make(chan engine.WatchUpdate, 10_000)}
	ctx, cancel := context.WithCancel(t.Context())
	e = heard(e, func(u *engine.WatchUpdate) error {
		w.updates <- *u
		return nil
	})
	done := make(chan struct{})
	var drifted bool
	go func() {
		defer close(done)
		found, err := e.Watch(ctx, o)
		if err != nil {
			t.Errorf("watch: %v", err)
			return
		}
		drifted = found.Report.Drifted()
	}()
	w.end = sync.OnceValue(func() bool {
		cancel()
		<-done
		return drifted
	})
	t.Cleanup(func() { w.end() })
	return w
}

// heard is an engine whose updates of a watch are listened to.
func heard(e *engine.Engine, by func(*engine.WatchUpdate) error) *engine.Engine {
	out := *e
	out.Events = func(said engine.Event) error {
		if u, ok := said.(engine.WatchUpdate); ok {
			return by(&u)
		}
		return nil
	}
	return &out
}

// await takes updates until one is as wanted.
func (w *watcher) await(t *testing.T, what string, wanted func(u *engine.WatchUpdate) bool) engine.WatchUpdate {
	t.Helper()
	limit := time.NewTimer(enough)
	defer limit.Stop()
	for {
		select {
		case u := <-w.updates:
			if wanted(&u) {
				return u
			}
		case <-limit.C:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// event takes updates until one tells of something, which must be one event.
func (w *watcher) event(t *testing.T) drift.Event {
	t.Helper()
	u := w.await(t, "an event", func(u *engine.WatchUpdate) bool { return len(u.Events) > 0 })
	if len(u.Events) != 1 {
		t.Fatalf("got %d events instead of one: %+v", len(u.Events), u.Events)
	}
	return u.Events[0]
}

// is checks what an event of the one Core says.
func is(t *testing.T, e drift.Event, kind drift.EventKind, serial int64, byApply bool) {
	t.Helper()
	if e.Kind != kind || e.Object.Address != "core.a" || e.Serial != serial || e.ByApply != byApply || e.AppliedBy != "tester" {
		t.Errorf("want %s since serial %d, by an apply: %v; got %+v", kind, serial, byApply, e)
	}
}

func first(u *engine.WatchUpdate) bool { return u.First }

func follow(o engine.PlanOptions) engine.WatchOptions {
	live := engine.LiveOptions{Source: o.Source, Connection: o.Connection}
	return engine.WatchOptions{DriftOptions: engine.DriftOptions{LiveOptions: live}, Follow: true}
}

func mustApply(t *testing.T, e *engine.Engine, o engine.PlanOptions) *apply.Result {
	t.Helper()
	a := engine.ApplyOptions{PlanOptions: o, Review: func(context.Context, *engine.Planned) error { return nil }}
	applied, err := e.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return applied.Result
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// role is a role of its own, with an access to the health of nodes.
func role(access string) string {
	return fmt.Sprintf("\nacl {\n  auth = \"cert\"\n}\n\nacl_role \"looks\" {\n  grant {\n    access = %q\n    on     = [\"settings/motd\"]\n  }\n}\n", access)
}

// TestWatchFollows: drift is told when it begins, changes and ends, each once; an
// apply is none, and nothing is written.
func TestWatchFollows(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	before := server.Revision(t)
	w := watching(t, e, follow(o))
	u := w.await(t, "the first update", first)
	if len(u.Events) != 0 || u.Report.Drifted() || u.Report.Revision != before || server.Revision(t) != before {
		t.Fatalf("got %+v at revision %d", u, before)
	}
	at := server.Put(t, domain, "evil.example.net")
	got := w.event(t)
	is(t, got, drift.Began, 1, false)
	if f := got.Fields[0]; got.Revision != at || len(got.Fields) != 1 || f.Name != "domain" || f.Last.Text != "a.example.net" || f.Old.Text != "evil.example.net" {
		t.Errorf("got %+v", got)
	}
	server.Put(t, domain, "evil.example.net")
	server.Put(t, domain, "worse.example.net")
	is(t, w.event(t), drift.Moved, 1, false)
	mustApply(t, e, o)
	is(t, w.event(t), drift.Ended, 2, true)
	server.Delete(t, domain)
	is(t, w.event(t), drift.Began, 2, false)
	if !w.end() {
		t.Error("no drift at the end")
	}
}

// TestWatchNeedsWhatDriftNeeds: where there is nothing to look at, it is an error
// at the start, as it is of one comparison.
func TestWatchNeedsWhatDriftNeeds(t *testing.T) {
	t.Parallel()
	_, e, o := setUp(t)
	var never *engine.NeverApplied
	if _, err := e.Watch(t.Context(), follow(o)); !errors.As(err, &never) {
		t.Errorf("got %v", err)
	}
}

// TestWatchEndsWithItsListener: who can't be told any more ends it.
func TestWatchEndsWithItsListener(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	broken := errors.New("nobody reads this")
	for _, at := range []int{1, 2} {
		n := 0
		listening := heard(e, func(*engine.WatchUpdate) error {
			if n++; n == at {
				return broken
			}
			server.Put(t, domain, fmt.Sprint("evil", at, ".example.net"))
			return nil
		})
		if _, err := listening.Watch(t.Context(), follow(o)); !errors.Is(err, broken) || err.Error() != broken.Error() {
			t.Errorf("at update %d: %v", at, err)
		}
	}
}

// TestWatchIsBlindAndSeesAgain: while nothing is known it says so, once at least
// and with the time since when; afterwards it tells what happened meanwhile.
func TestWatchIsBlindAndSeesAgain(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	p := etcdtest.StartProxy(t, server.Endpoint())
	o.Connection.Endpoints, o.Connection.Timeout = []string{p.Endpoint()}, time.Second
	w := watching(t, e, follow(o))
	seen := w.await(t, "the first update", first).At
	p.Blackhole()
	server.Put(t, domain, "evil.example.net")
	blind := w.await(t, "blindness", func(u *engine.WatchUpdate) bool { return u.Blind != nil })
	if len(blind.Events) != 0 || blind.Report.Drifted() || blind.At.Before(seen) || blind.At.After(time.Now()) {
		t.Errorf("got %+v", blind)
	}
	p.Heal()
	again := w.await(t, "sight", func(u *engine.WatchUpdate) bool { return u.Blind == nil })
	if len(again.Events) != 1 || again.Events[0].Kind != drift.Began || !again.Report.Drifted() || !again.Checked {
		t.Errorf("got %+v", again)
	}
	server.Put(t, domain, "a.example.net")
	if got := w.event(t); got.Kind != drift.Ended {
		t.Errorf("got %+v", got)
	}
}

// TestWatchChecksInIntervals: without etcd's watch all is read again and again.
func TestWatchChecksInIntervals(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	w := follow(o)
	w.Follow, w.Interval = false, 20*time.Millisecond
	beside := watching(t, e, w)
	beside.await(t, "the first update", first)
	server.Put(t, domain, "evil.example.net")
	if got := beside.event(t); got.Kind != drift.Began {
		t.Errorf("got %+v", got)
	}
	beside.await(t, "a check without events", func(u *engine.WatchUpdate) bool { return u.Checked && len(u.Events) == 0 })
	server.Put(t, domain, "a.example.net")
	if got := beside.event(t); got.Kind != drift.Ended || beside.end() {
		t.Errorf("got %+v", got)
	}
}

// TestWatchIsSilentOnJournals: of an apply of many steps nothing is told, however
// long it takes; of others, who write in the middle of it, all is.
func TestWatchIsSilentOnJournals(t *testing.T) {
	t.Parallel()
	_, e, o := setUp(t)
	server := etcdtest.StartWith(t, etcdtest.Options{MaxRequestBytes: 16 << 10})
	o.Connection.Endpoints = []string{server.Endpoint()}
	mustApply(t, e, o)
	o.Allow = []string{"max-updates"}
	w := watching(t, e, follow(o))
	w.await(t, "the first update", first)
	for _, region := range []string{"east", "west"} {
		write(t, o.Source.Path, users+many(region))
		if steps := mustApply(t, e, o).Steps; steps < 3 {
			t.Fatalf("%d steps", steps)
		}
	}
	server.Put(t, domain, "evil.example.net")
	got := w.event(t)
	if got.Kind != drift.Began || got.Object.Address != "core.a" {
		t.Errorf("got %+v", got)
	}
	report, err := e.Drift(t.Context(), engine.DriftOptions{LiveOptions: engine.LiveOptions{Source: o.Source, Connection: o.Connection}})
	if err != nil {
		t.Fatal(err)
	}
	u := w.await(t, "an idle update", func(u *engine.WatchUpdate) bool { return u.Report.Revision >= report.Report.Revision })
	if diff := cmp.Diff(report.Report, u.Report, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(drift.Report{}), cmpopts.IgnoreFields(drift.Report{}, "Revision", "Configuration", "Since")); diff != "" {
		t.Errorf("-drift +watch:\n%s", diff)
	}
}

// many are Entries whose first apply, and any change of whose region, is more
// than one transaction of few operations.
func many(region string) string {
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "\nentry \"e%d\" {\n  ip       = \"203.0.113.%d\"\n  domain   = \"e%d.example.net\"\n  region   = %q\n  bound_to = core.a\n}\n", i, i+1, i, region)
	}
	return b.String()
}

// TestWatchReadsRoles: etcd tells nobody when roles change, so they are read
// again; and after each apply that wrote some, since they are not drift then.
func TestWatchReadsRoles(t *testing.T) {
	t.Parallel()
	_, e, o := setUp(t)
	server := etcdtest.StartHere(t) // an old server of another program has no acl
	o.Connection.Endpoints = []string{server.Endpoint()}
	write(t, o.Source.Path, users+role("read"))
	mustApply(t, e, o)
	f := follow(o)
	f.Interval = 50 * time.Millisecond
	w := watching(t, e, f)
	if u := w.await(t, "the first update", first); len(u.Events) != 0 || u.Report.AccessUnchecked {
		t.Fatalf("got %+v", u)
	}
	write(t, o.Source.Path, users+role("readwrite"))
	mustApply(t, e, o)
	roles, err := server.Client().RoleList(t.Context())
	if err != nil || len(roles.Roles) == 0 {
		t.Fatalf("got %v, %v", roles, err)
	}
	name := roles.Roles[slices.IndexFunc(roles.Roles, func(s string) bool { return strings.Contains(s, "looks") })]
	if _, err := server.Client().RoleDelete(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	got := w.event(t)
	if got.Kind != drift.Began || got.Object.Address != "acl_role.looks" || got.Serial != 2 {
		t.Errorf("got %+v", got)
	}
	mustApply(t, e, o)
	if got := w.event(t); got.Kind != drift.Ended {
		t.Errorf("got %+v", got)
	}
}

// TestWatchOfAReader: a user who may only read what drift needs can watch, and
// is told that roles are unchecked.
func TestWatchOfAReader(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	server.AddUser(t, "reader", "word", "reads", "/sigilgate/", "/sigilform/v1/networks/", "/sigilform/v1/t/objects/", "/sigilform/v1/t/head")
	server.EnableAuth(t, "pass")
	password := filepath.Join(t.TempDir(), "password")
	write(t, password, "word")
	o.Connection.User, o.Connection.PasswordFile = "reader", password
	w := watching(t, e, follow(o))
	if u := w.await(t, "the first update", first); u.Report.Drifted() {
		t.Fatalf("got %+v", u.Report.Objects)
	}
	root, err := clientv3.New(clientv3.Config{Endpoints: []string{server.Endpoint()}, Username: "root", Password: "pass"})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // a connection that is not needed any more
	etcdtest.VerbsOf(root).Put(t, domain, "evil.example.net")
	if got := w.event(t); got.Kind != drift.Began {
		t.Errorf("got %+v", got)
	}
}
