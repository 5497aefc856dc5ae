package apply_test

import (
	"errors"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
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
				w.faults.BeforeCommit = func(n int, txn kv.Txn) error {
					// Late, and only once: the rollback has to get through.
					if n < 8 || refused {
						return nil
					}
					refused = true
					return fail
				}
				_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("back"))
				if !refused {
					t.Fatalf("the apply had no eighth commit: %v", err)
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

// TestServerTakesTooLittle: where not even a single write fits with its guards,
// what was done is taken back.
func TestServerTakesTooLittle(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartWith(t, etcdtest.Options{MaxTxnOps: 4})
	w := &town{Verbs: s.Verbs, config: etcd.Config{Endpoints: []string{s.Endpoint()}}}
	w.client = w.connect(t, kv.DefaultLimits())
	_, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, oldNetwork(t)), w.options("first"))
	if back := as[*apply.RolledBack](t, err); back.Restored == 0 || !errors.As(back, new(*kv.TooLarge)) {
		t.Errorf("it restored %d keys since %v", back.Restored, back.Cause)
	}
	for _, prefix := range []string{"/sigilgate/", state.NewLayout(nettest.Name).Base()} {
		if left := s.Keys(t, prefix); len(left) > 0 {
			t.Errorf("there is %q", left)
		}
	}
}
