package engine_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

const users = `network "t" {}

core "a" {
  ip     = "192.0.2.1"
  domain = "a.example.net"
}

user "alice" {
  core_nodes = [core.a]
}
`

// setUp is a server, and an engine with a configuration for it.
func setUp(t *testing.T) (*etcdtest.Server, *engine.Engine, engine.PlanOptions) {
	t.Helper()
	server := etcdtest.Start(t)
	file := filepath.Join(t.TempDir(), "network.hcl")
	if err := os.WriteFile(file, []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	e := &engine.Engine{Catalogue: schema.Network(), Version: "test", Clock: time.Now, Random: rand.Reader, Env: engine.Environment{"SIGILFORM_ACTOR=tester"}}
	return server, e, engine.PlanOptions{
		Source: engine.Source{Path: file}, Connection: engine.Connection{Endpoints: []string{server.Endpoint()}},
	}
}

// others creates a user as a Core node does, n times, once for each review.
func others(t *testing.T, server *etcdtest.Server, n int) func(context.Context, *engine.Planned) error {
	t.Helper()
	made, put := 0, server.Put
	return func(context.Context, *engine.Planned) error {
		if made < n {
			made++
			put(t, "/sigilgate/counters/user_id", strconv.Itoa(made))
			put(t, fmt.Sprintf("/sigilgate/users/%d/username", made), fmt.Sprintf("other%d", made))
		}
		return nil
	}
}

func TestReplansWhenOnlyTheCounterMoved(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	applied, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Replan: true, Review: others(t, server, 3)})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := server.Get(t, "/sigilgate/users/4/username"); !ok || got.Value != "alice" || applied.Result.Serial != 1 {
		t.Errorf("alice is %+v, serial %d", got, applied.Result.Serial)
	}
}

func TestReplansNoMoreThanThreeTimes(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Replan: true, Review: others(t, server, 4)})
	var rejected *apply.Rejected
	if !errors.As(err, &rejected) {
		t.Fatalf("got %v", err)
	}
	if keys := server.Keys(t, "/sigilform/"); len(keys) > 0 {
		t.Errorf("something was written: %v", keys)
	}
}

func TestDoesNotReplanWhatWasApproved(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: others(t, server, 1)})
	var rejected *apply.Rejected
	if !errors.As(err, &rejected) {
		t.Fatalf("got %v", err)
	}
}

func TestDoesNotReplanWhenSomethingElseMoved(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	reviews, put := 0, server.Put
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Replan: true, Review: func(context.Context, *engine.Planned) error {
		reviews++
		put(t, "/sigilgate/nodes/192.0.2.1/role", "core")
		return nil
	}})
	var rejected *apply.Rejected
	if !errors.As(err, &rejected) || reviews != 1 {
		t.Fatalf("after %d reviews: %v", reviews, err)
	}
}

func TestCanceledBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	before := server.Revision(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := e.Apply(ctx, engine.ApplyOptions{PlanOptions: o, Review: func(context.Context, *engine.Planned) error {
		cancel()
		return nil
	}})
	var canceled *engine.Canceled
	if !errors.As(err, &canceled) || server.Revision(t) != before {
		t.Errorf("got %v", err)
	}
}

func TestReviewStopsAnApply(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	before, no := server.Revision(t), errors.New("no")
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Replan: true, Review: func(context.Context, *engine.Planned) error { return no }})
	if !errors.Is(err, no) || server.Revision(t) != before {
		t.Errorf("got %v", err)
	}
}

// TestInterruptedNetworkIsLeftAlone: whoever only reads goes on, whoever
// writes does not.
func TestInterruptedNetworkIsLeftAlone(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	journal, err := state.EncodeJournal(&state.Journal{Format: 1, Apply: "a", Owner: "o", Serial: 1, Actor: "alice", Phase: state.Preparing})
	if err != nil {
		t.Fatal(err)
	}
	before := server.Put(t, state.NewLayout("t").Journal(), journal)
	if p, err := e.Plan(t.Context(), o); err != nil || !p.Plan.HasChanges() {
		t.Errorf("got %v", err)
	}
	_, err = e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: func(context.Context, *engine.Planned) error { return nil }})
	var interrupted *apply.Interrupted
	if !errors.As(err, &interrupted) || interrupted.Journal.Actor != "alice" || server.Revision(t) != before {
		t.Errorf("got %v", err)
	}
}
