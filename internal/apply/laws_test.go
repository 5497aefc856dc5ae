package apply_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

var (
	lawsSeed  = flag.Uint64("laws.seed", 1, "what TestLawsAtEveryRevision draws by; 0 draws one, which is printed")
	lawsTimes = flag.Int("laws.times", 10, "how many changes TestLawsAtEveryRevision makes to each network")
)

// TestLawsAtEveryRevision changes generated networks again and again, in small
// requests, and finishes, undoes and recovers what it begins at random steps:
// at every revision that any of it makes, all laws of the layout hold.
func TestLawsAtEveryRevision(t *testing.T) {
	t.Parallel()
	for i, l := range []kv.Limits{
		{MaxTxnOps: 128, MaxRequestBytes: 20 << 10},
		{MaxTxnOps: 128, MaxRequestBytes: 28 << 10},
		{MaxTxnOps: 128, MaxRequestBytes: 40 << 10},
		{MaxTxnOps: 16, MaxRequestBytes: 255 << 10},
	} {
		t.Run(fmt.Sprintf("%d KiB, %d operations", l.MaxRequestBytes>>10, l.MaxTxnOps), func(t *testing.T) {
			t.Parallel()
			seed := *lawsSeed
			if seed == 0 {
				seed = rand.Uint64()
			}
			t.Logf("-laws.seed=%d", seed)
			wander(t, seed, uint64(i), l)
		})
	}
}

// TestLawsOfOnce is a walk in which an undoing once left a route without its
// device: the name that it had was at another one of ours for some steps more.
func TestLawsOfOnce(t *testing.T) {
	t.Parallel()
	wander(t, 9895673631795228917, 0, kv.Limits{MaxTxnOps: 128, MaxRequestBytes: 20 << 10})
}

func wander(t *testing.T, seed, stream uint64, l kv.Limits) {
	t.Helper()
	w := newWandering(t, rand.New(rand.NewPCG(seed, stream)), l)
	for range *lawsTimes {
		w.change(t)
	}
	if w.steps < *lawsTimes/2 {
		t.Errorf("only %d steps in all: the requests are too large to show anything", w.steps)
	}
}

// wandering is a network on a real server that changes all the time.
type wandering struct {
	*town
	r     *rand.Rand
	model *nettest.Wander
	steps int
	n     int
}

func newWandering(t *testing.T, r *rand.Rand, l kv.Limits) *wandering {
	t.Helper()
	s := etcdtest.Start(t)
	w := &wandering{r: r, town: &town{Verbs: s.Verbs, config: etcd.Config{Endpoints: []string{s.Endpoint()}}}}
	w.client = w.connect(t, l)
	w.model = nettest.NewWander(r, nettest.Size{Cores: 5, Entries: 8, Routes: 12, Users: min(l.MaxRequestBytes>>10, 60)})
	w.change(t)
	return w
}

// change makes some changes of the network, one apply of them, and judges every
// revision since.
func (w *wandering) change(t *testing.T) {
	t.Helper()
	w.n++
	if w.n > 1 {
		w.model.Change(1 + w.r.IntN(12))
	}
	n, err := w.model.Network()
	if err != nil {
		t.Fatal(err)
	}
	from := w.Revision(t)
	p := w.plan(t, w.client, n)
	w.faults = &etcdtest.Faults{Store: w.client}
	stop := make(chan struct{})
	o := w.options(fmt.Sprintf("apply-%d", w.n))
	o.Stop = stop
	at, how := 1+w.r.IntN(30), w.r.IntN(5)
	killed := errors.New("killed")
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		switch {
		case how == 1 && n == at: // turns back, or ends, by itself
			close(stop)
		case how == 2 && n == at: // is undone
			return errors.New("no")
		case how > 2 && n >= at:
			return killed
		}
		return nil
	}
	r, err := apply.Run(t.Context(), w.faults, p, o)
	if r != nil {
		w.steps += r.Steps
	}
	var back *apply.RolledBack
	if errors.As(err, &back) {
		w.leavesNothing(t, back.Left)
	}
	w.recover(t)
	w.judge(t, from, fmt.Sprintf("apply %d (%d at %d: %v)", w.n, how, at, err))
}

// recover ends what is left, killed itself now and then.
func (w *wandering) recover(t *testing.T) {
	t.Helper()
	for try := range 50 {
		w.unlock(t)
		at := 1 + w.r.IntN(8)
		f := &etcdtest.Faults{Store: w.client}
		f.BeforeCommit = func(n int, _ kv.Txn) error {
			if n == at && try < 3 && w.r.IntN(2) == 0 {
				return errors.New("killed again")
			}
			return nil
		}
		r, err := apply.Recover(t.Context(), f, nettest.Name, "/sigilgate/", w.options(fmt.Sprintf("recover-%d-%d", w.n, try)))
		if err == nil {
			if r != nil {
				w.leavesNothing(t, r.Left)
			}
			return
		}
	}
	t.Fatal("it does not recover")
}

// leavesNothing checks that an undoing puts all back, since nobody else is there;
// but for the counter of ids, which stays as high as a user is that an earlier
// step made.
func (w *wandering) leavesNothing(t *testing.T, left []state.Left) {
	t.Helper()
	for _, l := range left {
		if l.Key != "/sigilgate/counters/user_id" {
			t.Errorf("the undoing of apply %d leaves %+v", w.n, l)
		}
	}
}

// unavoidable is what docs/guarantees.md does not promise: where what exchanges
// names is more than a request holds, a name by which an object exists is twice
// for a moment. A user with its devices is more than the smallest request.
func (w *wandering) unavoidable(b laws.Broken) bool {
	return strings.Contains(b.Detail, "the device name") ||
		w.client.Limits().MaxRequestBytes < 24<<10 && strings.Contains(b.Detail, "the username")
}

// judge looks at each revision by itself.
func (w *wandering) judge(t *testing.T, from int64, what string) {
	t.Helper()
	for revision := from + 1; revision <= w.Revision(t); revision++ {
		s, err := w.client.Scan(t.Context(), revision, "/sigilgate/")
		if err != nil {
			t.Fatal(err)
		}
		values := make(map[string]string, len(s.Entries))
		for _, e := range s.Entries {
			values[e.Key] = e.Value
		}
		broken := slices.DeleteFunc(laws.Check(values, "/sigilgate/"), w.unavoidable)
		if len(broken) > 0 {
			t.Fatalf("%s: at revision %d of %d to %d: %v", what, revision, from+1, w.Revision(t), slices.Clip(broken[:min(len(broken), 5)]))
		}
	}
}
