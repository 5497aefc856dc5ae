package apply_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// requestLimit and clusterPatience are short, but longer than an election.
const (
	requestLimit    = time.Second
	clusterPatience = 5 * time.Second
)

// trouble is what happens to a cluster at one commit, and what ends it.
type trouble struct {
	name  string
	at    []int
	begin func(t *testing.T, c *etcdtest.Processes, p *etcdtest.Proxy) (end func())
}

func troubles() []trouble {
	return []trouble{
		{"the leader is killed", []int{2, 5}, func(t *testing.T, c *etcdtest.Processes, _ *etcdtest.Proxy) func() {
			t.Helper()
			i := c.AwaitLeader(t)
			c.Kill(t, i)
			return func() { c.Restart(t, i) }
		}},
		{"the leader is paused", []int{6}, func(t *testing.T, c *etcdtest.Processes, _ *etcdtest.Proxy) func() {
			t.Helper()
			i := c.AwaitLeader(t)
			c.Pause(t, i)
			return func() { c.Resume(t, i) }
		}},
		{"the quorum is lost", []int{7}, func(t *testing.T, c *etcdtest.Processes, _ *etcdtest.Proxy) func() {
			t.Helper()
			c.Kill(t, 1)
			c.Kill(t, 2)
			return func() { c.RestartAll(t, 1, 2) }
		}},
		{"the connection is cut", []int{4}, func(_ *testing.T, _ *etcdtest.Processes, p *etcdtest.Proxy) func() {
			p.CutAll()
			return func() {}
		}},
		{"replies are swallowed", []int{6}, func(_ *testing.T, _ *etcdtest.Processes, p *etcdtest.Proxy) func() {
			p.SwallowReplies()
			return p.Heal
		}},
		{"all is swallowed", []int{5}, func(_ *testing.T, _ *etcdtest.Processes, p *etcdtest.Proxy) func() {
			p.Blackhole()
			return p.Heal
		}},
		{"the line is slow", []int{3}, func(_ *testing.T, _ *etcdtest.Processes, p *etcdtest.Proxy) func() {
			p.Delay(50 * time.Millisecond)
			return p.Heal
		}},
	}
}

// TestThreeMembersInTrouble applies in one transaction and in several while a
// cluster of three processes fails, and recovers.
func TestThreeMembersInTrouble(t *testing.T) {
	t.Parallel()
	for _, trouble := range troubles() {
		t.Run(trouble.name, func(t *testing.T) {
			t.Parallel()
			c := etcdtest.StartProcesses(t, 3, etcdtest.Options{})
			c.AwaitHealthy(t)
			first := true
			for _, at := range append([]int{1}, trouble.at...) {
				limits := narrow()
				if at == 1 {
					limits = kv.DefaultLimits()
				}
				if !first {
					c = etcdtest.StartProcesses(t, 3, etcdtest.Options{})
					c.AwaitHealthy(t)
				}
				first = false
				survives(t, c, trouble, at, limits)
			}
		})
	}
}

// survives lets one trouble happen at one commit.
func survives(t *testing.T, c *etcdtest.Processes, trouble trouble, at int, limits kv.Limits) {
	t.Helper()
	p := etcdtest.StartProxy(t, c.Endpoint(0))
	w := newTownOn(t, c.Verbs(t), etcd.Config{
		Endpoints: []string{p.Endpoint(), c.Endpoint(1), c.Endpoint(2)}, Timeout: requestLimit,
	})
	if trouble.line() {
		w.config.Endpoints = w.config.Endpoints[:1]
	}
	w.client = w.connect(t, limits)
	end, ended := func() {}, make(chan struct{})
	w.faults = &etcdtest.Faults{Store: w.client}
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if n == at {
			end = trouble.begin(t, c, p)
		}
		return nil
	}
	plan := w.plan(t, w.client, newNetwork(t))
	o := w.options("second")
	o.Patience = clusterPatience
	// A trouble that the run can't survive ends with the run's first question.
	asked := 0
	o.Pause = func(ctx context.Context, d time.Duration) error {
		if asked++; asked == 1 {
			end()
			close(ended)
		}
		return paused(ctx, d)
	}
	from := time.Now()
	_, err := apply.Run(t.Context(), w.faults, plan, o)
	t.Logf("at commit %d of %d: %v in %s", at, w.faults.Commits(), err, time.Since(from))
	if w.faults.Commits() < at {
		t.Fatalf("the trouble never came")
	}
	select {
	case <-ended:
	default:
		end()
	}
	c.AwaitHealthy(t)
	w.Verbs = c.Verbs(t)
	w.client = w.connect(t, limits)
	w.faults = &etcdtest.Faults{Store: w.client}
	_ = judgeRun(t, w, err)
	w.recovered(t, err)
	w.appliedOnce(t, err)
	w.agree(t, c)
}

// line reports whether the trouble is on the client's line to one member.
func (r trouble) line() bool {
	switch r.name {
	case "the connection is cut", "replies are swallowed", "all is swallowed", "the line is slow":
		return true
	}
	return false
}

// appliedOnce checks that the history has every serial once, up to the head's,
// and that the head is of its newest.
func (w *town) appliedOnce(t *testing.T, err error) {
	t.Helper()
	layout := state.NewLayout(nettest.Name)
	e, ok := w.Get(t, layout.Head())
	if !ok {
		t.Fatal("there is no head")
	}
	head, failed := state.DecodeHead(e.Value)
	if failed != nil {
		t.Fatal(failed)
	}
	if err == nil && head.Serial != 2 {
		t.Errorf("the apply says that it succeeded, and the head is of serial %d", head.Serial)
	}
	if errors.As(err, new(*apply.RolledBack)) && head.Serial != 1 {
		t.Errorf("the apply says that it was rolled back, and the head is of serial %d", head.Serial)
	}
	for serial := int64(1); serial <= head.Serial; serial++ {
		if h := w.history(t, serial); h.Serial != serial || (serial == head.Serial && h.Apply != head.Apply) {
			t.Errorf("the head is %+v, the history of %d is of %d by %s", head, serial, h.Serial, h.Apply)
		}
	}
}

// agree checks that all members hold the same.
func (w *town) agree(t *testing.T, c *etcdtest.Processes) {
	t.Helper()
	revision := w.Revision(t)
	want := c.Hash(t, 0, revision)
	for i := 1; i < len(c.Endpoints()); i++ {
		if got := c.Hash(t, i, revision); got != want {
			t.Errorf("member %d has the hash %x, member 0 %x", i, got, want)
		}
	}
}
