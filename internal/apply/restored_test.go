package apply_test

import (
	"path/filepath"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/plan"

	"github.com/sigilgate/sigilform/internal/failure"
)

// worldOn is a world on a server that is there.
func worldOn(t *testing.T, s *etcdtest.Server) *world {
	t.Helper()
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &world{Server: s, client: c, faults: &etcdtest.Faults{Store: c}}
}

// refusedAsRestored carries out a plan that must be refused because the cluster
// went back behind it.
func (w *world) refusedAsRestored(t *testing.T, p *plan.Plan) {
	t.Helper()
	before := w.Revision(t)
	_, err := apply.Run(t.Context(), w.faults, p, options("apply-x"))
	if e := as[*apply.Refused](t, err); e.Reason != failure.Restored || e.Hint == "" {
		t.Errorf("got %+v", e)
	}
	if w.Revision(t) != before {
		t.Error("something was written")
	}
}

// TestRestoredSincePlan: a plan never fits a cluster that went back behind it,
// also where the cluster has caught up meanwhile.
func TestRestoredSincePlan(t *testing.T) {
	t.Parallel()
	w := worldOn(t, etcdtest.StartHere(t))
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	file := filepath.Join(t.TempDir(), "snapshot.db")
	w.Snapshot(t, file)
	w.applied(t, w.change(t, "two", "us"), "apply-2")
	p := w.change(t, "three", "asia")

	r := worldOn(t, w.Restore(t, file, etcdtest.SameCluster))
	r.refusedAsRestored(t, p)
	for r.Revision(t) < p.Revision {
		r.Put(t, "/others", "x")
	}
	r.refusedAsRestored(t, p) // its serial has not come yet
	r.applied(t, r.change(t, "two", "us"), "apply-2b")
	r.refusedAsRestored(t, p) // its serial is another apply's
	r.applied(t, r.change(t, "four", "africa"), "apply-3")
	r.refusedAsRestored(t, p) // and the history remembers

	other := worldOn(t, w.Restore(t, file, etcdtest.NewCluster))
	other.refusedAsRestored(t, p)

	// The cluster that it was made for takes it.
	w.applied(t, p, "apply-3")
}

// TestRestoredIsContinued: a plan that continues the state writes the head,
// even where nothing else changes, and after it no plan from before fits.
func TestRestoredIsContinued(t *testing.T) {
	t.Parallel()
	w := worldOn(t, etcdtest.StartHere(t))
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	early := w.change(t, "early", "us")
	file := filepath.Join(t.TempDir(), "snapshot.db")
	w.Snapshot(t, file)

	for _, id := range []etcdtest.Identity{etcdtest.SameCluster, etcdtest.NewCluster} {
		r := worldOn(t, w.Restore(t, file, id))
		p := r.change(t, "none", "eu")
		p.Data, p.State, p.Guards, p.Changes = nil, nil, nil, nil
		p.Restored, p.Generation, p.LogIndex = w.client.ClusterID(), "g2", 5
		lost := *p
		lost.Intent = "lost"
		r.applied(t, p, "apply-2")
		if h := r.head(t); h.ClusterID != r.client.ClusterID() || h.Generation != "g2" || h.Serial != 2 || h.LogIndex != 5 {
			t.Errorf("got %+v", h)
		}
		for want, plan := range map[failure.Code]*plan.Plan{failure.AppliedAlready: p, failure.HeadMoved: &lost} {
			_, err := apply.Run(t.Context(), r.faults, plan, options("apply-3"))
			if e := as[*apply.Refused](t, err); e.Reason != want {
				t.Errorf("%s: got %+v", want, e)
			}
		}
		want := failure.OtherCluster
		if id == etcdtest.SameCluster {
			want = failure.OtherGeneration
		}
		_, err := apply.Run(t.Context(), r.faults, early, options("apply-3"))
		if e := as[*apply.Refused](t, err); e.Reason != want {
			t.Errorf("a plan from before: %+v", e)
		}
	}
}
