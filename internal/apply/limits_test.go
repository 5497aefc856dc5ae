package apply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestServerTakesLess applies, and rolls back, on servers that take less than
// the client believes.
func TestServerTakesLess(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]etcdtest.Options{
		"16 operations": {MaxTxnOps: 16}, "16 KiB": {MaxRequestBytes: 16 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := etcdtest.StartWith(t, o)
			w := newTownOn(t, s.Verbs, etcd.Config{Endpoints: []string{s.Endpoint()}})
			t.Run("rolled back", func(t *testing.T) {
				w.faults.Store = w.connect(t, narrow())
				fail := errors.New("refused by the test")
				refused := false
				w.faults.BeforeCommit = func(int, kv.Txn) error {
					// Late, and only once: the rollback has to get through.
					if w.steps(t) < 2 || refused {
						return nil
					}
					refused = true
					return fail
				}
				_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("back"))
				if !refused {
					t.Fatalf("the apply had no third step: %v", err)
				}
				if back := as[*apply.RolledBack](t, err); back.Restored == 0 || !errors.Is(back, fail) {
					t.Errorf("it restored %d keys since %v", back.Restored, back.Cause)
				}
				w.isOld(t)
			})
			t.Run("applied", func(t *testing.T) {
				c := w.connect(t, kv.DefaultLimits())
				r, err := apply.Run(t.Context(), c, w.plan(t, c, newNetwork(t)), w.options("second"))
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%+v with limits %+v", r, c.Limits())
				w.isNew(t)
			})
		})
	}
}

// TestHistoryFollowsTheServer applies what has a history, secrets and former
// values beyond one request of the server: nothing is done and undone again.
func TestHistoryFollowsTheServer(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]etcdtest.Options{
		"8 KiB": {MaxRequestBytes: 8 << 10}, "40 KiB": {MaxRequestBytes: 40 << 10},
		"128 KiB and 32 operations": {MaxRequestBytes: 128 << 10, MaxTxnOps: 32}, "16 operations": {MaxTxnOps: 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := etcdtest.StartWith(t, o)
			w := &town{Verbs: s.Verbs, config: etcd.Config{Endpoints: []string{s.Endpoint()}}}
			w.client = w.connect(t, kv.DefaultLimits())
			n := nettest.Network(nettest.Size{Cores: 4, Entries: 10, Routes: 10, Users: 300})
			if o.MaxRequestBytes > 100<<10 {
				n = nettest.Network(nettest.Size{Cores: 4, Entries: 10, Routes: 10, Users: 1200})
			}
			first := normal(t, n)
			if _, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, first), w.options("first")); err != nil {
				t.Fatal(err)
			}
			for i := range n.Users {
				n.Users[i].Credential.Value = strings.Replace(n.Users[i].Credential.Value, "m=19456", "m=19457", 1)
			}
			// A client that knows nothing of the server yet.
			c := w.connect(t, kv.DefaultLimits())
			r, err := apply.Run(t.Context(), c, w.plan(t, c, normal(t, n)), w.options("second"))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v with limits %+v", r, c.Limits())
			if h := w.history(t, 2); len(h.Changes) != len(n.Users) || r.Steps < 2 {
				t.Errorf("the history has %d changes in %d parts, after %d steps", len(h.Changes), h.Parts, r.Steps)
			}
			if p := w.plan(t, c, n); p.HasChanges() {
				t.Errorf("there is still something to do: %+v", p.Counts())
			}
		})
	}
}

// TestServerTakesTooLittle: where a single write does not fit with its guards,
// that is found out before anything is written.
func TestServerTakesTooLittle(t *testing.T) {
	t.Parallel()
	large := func(n *model.Network) {
		n.Cores[0].Settings = map[string]model.Text{"long": {Value: strings.Repeat("x", 20<<10), Named: true}}
	}
	for name, test := range map[string]struct {
		server etcdtest.Options
		change func(*model.Network)
		key    string
	}{
		"2 operations":      {etcdtest.Options{MaxTxnOps: 2}, func(*model.Network) {}, ""},
		"4 operations":      {etcdtest.Options{MaxTxnOps: 4}, func(*model.Network) {}, ""},
		"a value of 20 KiB": {etcdtest.Options{MaxRequestBytes: 16 << 10}, large, "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := etcdtest.StartWith(t, test.server)
			w := &town{Verbs: s.Verbs, config: etcd.Config{Endpoints: []string{s.Endpoint()}}}
			w.client = w.connect(t, kv.DefaultLimits())
			w.faults = &etcdtest.Faults{Store: w.client}
			journal := state.NewLayout(nettest.Name).Journal()
			w.faults.BeforeCommit = func(_ int, txn kv.Txn) error {
				if slices.ContainsFunc(txn.Ops, func(op kv.Op) bool { return op.Key == journal }) {
					t.Error("a journal was begun")
				}
				return nil
			}
			n := oldNetwork(t)
			test.change(n)
			_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, normal(t, n)), w.options("first"))
			if e := as[*kv.TooLarge](t, err); e.Key == "" || !strings.Contains(e.Key, test.key) || errors.As(err, new(*apply.RolledBack)) {
				t.Errorf("it says %v", err)
			}
			for _, prefix := range []string{"/sigilgate/", state.NewLayout(nettest.Name).Base()} {
				if left := s.Keys(t, prefix); len(left) > 0 {
					t.Errorf("there is %q", left)
				}
			}
		})
	}
}

// TestWhatIsReplacedMustFitToo: a value that could not be written back is not
// replaced.
func TestWhatIsReplacedMustFitToo(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	key := "/sigilgate/nodes/10.0.0.1/region"
	w.Put(t, key, strings.Repeat("x", 20<<10))
	_, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, newNetwork(t)), w.options("second"))
	if e := as[*kv.TooLarge](t, err); e.Key != key || errors.As(err, new(*apply.RolledBack)) {
		t.Errorf("it says %v", err)
	}
	if left := w.Keys(t, state.NewLayout(nettest.Name).JournalPrefix()); len(left) > 0 {
		t.Errorf("the journal is there: %q", left)
	}
}

// TestAbandonLearnsTheLimits: whoever abandons an apply knows nothing of the
// server yet.
func TestAbandonLearnsTheLimits(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartWith(t, etcdtest.Options{MaxRequestBytes: 8 << 10})
	w := &town{Verbs: s.Verbs, config: etcd.Config{Endpoints: []string{s.Endpoint()}}}
	w.client = w.connect(t, kv.DefaultLimits())
	n := normal(t, nettest.Network(nettest.Size{Cores: 4, Entries: 10, Routes: 10, Users: 300}))
	w.faults = &etcdtest.Faults{Store: w.client}
	w.endedWhen(t, func(int) bool { return w.steps(t) >= 12 }, n)
	w.unlock(t)
	w.client = w.connect(t, kv.DefaultLimits())
	if _, err := apply.Abandon(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("abandon")); err != nil {
		t.Fatal(err)
	}
	if h := w.history(t, 1); h.Mode != apply.ModeAbandoned || h.Parts < 2 {
		t.Errorf("the history has %d parts, and says %s", h.Parts, h.Mode)
	}
}

// TestAbandonWithALongHistory abandons an apply whose history is of several
// parts, and dies while it writes them: the next recovery abandons it, too.
func TestAbandonWithALongHistory(t *testing.T) {
	t.Parallel()
	limits := kv.Limits{MaxTxnOps: 128, MaxRequestBytes: 5 << 10}
	for at := 1; ; at++ {
		w := newTown(t)
		w.faults.Store = w.connect(t, limits)
		w.endedAfter(t, 2, newNetwork(t))
		w.client = w.connect(t, limits)
		dying := &etcdtest.Faults{Store: w.client}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		abandoning := false
		dying.BeforeCommit = func(n int, txn kv.Txn) error {
			if n < at {
				return nil
			}
			cancel()
			return context.Canceled
		}
		_, err := apply.Abandon(ctx, dying, nettest.Name, "/sigilgate/", w.options("abandon"))
		if err == nil {
			if at < 4 {
				t.Errorf("to abandon it took only %d commits", at-1)
			}
			if h := w.history(t, 2); h.Mode != apply.ModeAbandoned || h.Parts < 2 {
				t.Errorf("the history has %d parts, and says %s", h.Parts, h.Mode)
			}
			return
		}
		if e, ok := w.Get(t, state.NewLayout(nettest.Name).Journal()); ok {
			j, err := state.DecodeJournal(e.Value)
			if err != nil {
				t.Fatal(err)
			}
			abandoning = j.Phase == state.Abandoning
		}
		w.unlock(t)
		r, err := apply.Recover(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("recovery"))
		if err != nil {
			t.Fatal(err)
		}
		if abandoning != (r.Outcome == apply.Abandoned) {
			t.Errorf("commit %d: it was being abandoned: %v, and is %s", at, abandoning, r.Outcome)
		}
		if abandoning {
			w.history(t, 2)
		}
	}
}
