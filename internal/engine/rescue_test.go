package engine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestRescueIsNamedWithoutAnACL: a rescue user is a danger to every network of
// the cluster, also to one that has no roles and users. Who may not look is not
// told, and not refused.
func TestRescueIsNamedWithoutAnACL(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	server.AddUser(t, kv.RescueUser, "left", "left")
	server.AddUser(t, "reader", "read", "reader", "/")
	named := func(o engine.PlanOptions) (byPlan, byDrift bool) {
		t.Helper()
		p, err := e.Plan(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		d, err := e.Drift(t.Context(), engine.DriftOptions{LiveOptions: engine.LiveOptions{Source: o.Source, Connection: o.Connection}})
		if err != nil {
			t.Fatal(err)
		}
		if p.Plan.HasChanges() || d.Report.AccessUnchecked {
			t.Errorf("got %+v, %+v", p.Plan.Changes, d.Report)
		}
		return p.Plan.Rescue && len(p.Plan.Warnings) == 1, len(d.Report.Objects) == 1 && plan.IsRescue(d.Report.Objects[0])
	}
	if byPlan, byDrift := named(o); !byPlan || !byDrift {
		t.Errorf("without authentication: named by the plan: %v, by drift: %v", byPlan, byDrift)
	}
	server.EnableAuth(t, "root")
	for user, knows := range map[string]bool{"root": true, "reader": false} {
		word := map[string]string{"root": "root", "reader": "read"}[user]
		file := filepath.Join(t.TempDir(), "word")
		if err := os.WriteFile(file, []byte(word), 0o600); err != nil {
			t.Fatal(err)
		}
		as := o
		as.Connection.User, as.Connection.PasswordFile = user, file
		if byPlan, byDrift := named(as); byPlan != knows || byDrift != knows {
			t.Errorf("%s: named by the plan: %v, by drift: %v", user, byPlan, byDrift)
		}
	}
}

// TestWatchNamesTheRescueUser: a watch tells of one that comes, also where the
// network has no roles and users.
func TestWatchNamesTheRescueUser(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	f := follow(o)
	f.Interval = 200 * time.Millisecond
	w := watching(t, e, f)
	w.await(t, "the first update", first)
	server.AddUser(t, kv.RescueUser, "left", "left")
	if got := w.event(t); got.Kind != drift.Began || got.Object.Address != "acl_user.sigilform-rescue" {
		t.Errorf("got %+v", got)
	}
}
