package engine_test

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/engine"
)

// twoCores are applied, of which oneCore deletes one.
const twoCores = `network "t" {}

core "a" {
  ip = "192.0.2.1"
}

core "b" {
  ip = "192.0.2.2"
}

user "alice" {
  core_nodes = [core.a]
}
`

const oneCore = `network "t" {}

valve "vanishing-kind" {
  severity = "off"
}

core "a" {
  ip = "192.0.2.1"
}

user "alice" {
  core_nodes = [core.a]
}
`

// TestReplansWhenTheCounterAndMoreMoved: a user that others created is worth
// another plan only where nothing else moved.
func TestReplansWhenTheCounterAndMoreMoved(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	reviews, put := 0, server.Put
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Replan: true, Review: func(context.Context, *engine.Planned) error {
		reviews++
		put(t, "/sigilgate/counters/user_id", "1")
		put(t, "/sigilgate/users/1/username", "other")
		put(t, "/sigilgate/nodes/192.0.2.1/role", "core")
		return nil
	}})
	var rejected *apply.Rejected
	if !errors.As(err, &rejected) || reviews != 1 {
		t.Fatalf("after %d reviews: %v", reviews, err)
	}
}

// TestReplansWhenOthersWroteToWhatIsDeleted: a direct apply plans again and has
// that reviewed, asked or not; what can't be lost without --cascade is a
// conflict then, as in any plan.
func TestReplansWhenOthersWroteToWhatIsDeleted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		key, value string
		conflicts  int
	}{
		"a setting of it":          {"/sigilgate/nodes/192.0.2.2/settings/new", "x", 0},
		"a key of another program": {"/sigilgate/nodes/192.0.2.2/agent/state", "x", 0},
		"a user who may use it":    {"/sigilgate/users/1/core_nodes/192.0.2.2", "", 0},
		"another's user of it":     {"/sigilgate/users/7/core_nodes/192.0.2.2", "", 1},
		"an Entry bound to it":     {"/sigilgate/topology/bindings/198.51.100.9/core", "192.0.2.2", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, e, o := setUp(t)
			o.Source.Path = filepath.Join(t.TempDir(), "network.hcl")
			agree := func(context.Context, *engine.Planned) error { return nil }
			write(t, o.Source.Path, twoCores)
			if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: agree}); err != nil {
				t.Fatal(err)
			}
			write(t, o.Source.Path, oneCore)
			var reviewed []*engine.Planned
			put := server.Put
			_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: func(_ context.Context, p *engine.Planned) error {
				if reviewed = append(reviewed, p); len(reviewed) == 1 {
					put(t, c.key, c.value)
				}
				return nil
			}})
			if len(reviewed) != 2 || reviewed[0].Replanned != "" || reviewed[1].Replanned != engine.DeletedWritten || len(reviewed[1].Plan.Conflicts) != c.conflicts {
				t.Fatalf("%d reviews, %v", len(reviewed), err)
			}
			_, there := server.Get(t, c.key)
			if refused := errors.As(err, new(*engine.Conflicted)); refused != (c.conflicts > 0) || refused != there || !refused && err != nil {
				t.Errorf("their key is there: %v; %v", there, err)
			}
		})
	}
}

// TestRollbackReplans: a rollback plans again for what an apply plans again for,
// has that reviewed, and not without end.
func TestRollbackReplans(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		times, reviews int
		done           bool
	}{"once": {1, 2, true}, "without end": {9, 4, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, e, o := setUp(t)
			o.Source.Path = filepath.Join(t.TempDir(), "network.hcl")
			write(t, o.Source.Path, oneCore)
			mustApply(t, e, o)
			write(t, o.Source.Path, twoCores)
			mustApply(t, e, o)
			var reviewed []*engine.Planned
			put := server.Put
			_, err := e.Rollback(t.Context(), engine.RollbackOptions{
				LiveOptions: engine.LiveOptions{Source: o.Source, Connection: o.Connection}, Serial: 1,
				Review: func(_ context.Context, p *engine.Planned) error {
					if reviewed = append(reviewed, p); len(reviewed) <= c.times {
						put(t, "/sigilgate/nodes/192.0.2.2/settings/new", strconv.Itoa(len(reviewed)))
					}
					return nil
				},
			})
			if len(reviewed) != c.reviews || reviewed[0].Replanned != "" || reviewed[1].Replanned != engine.DeletedWritten {
				t.Fatalf("%d reviews, %v", len(reviewed), err)
			}
			if _, there := server.Get(t, "/sigilgate/nodes/192.0.2.2/role"); there == c.done || (err == nil) != c.done || !c.done && !errors.As(err, new(*apply.Rejected)) {
				t.Errorf("the Core is there: %v; %v", there, err)
			}
		})
	}
}
