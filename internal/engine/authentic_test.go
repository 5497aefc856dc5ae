package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// saved plans a change of what was applied, and saves it.
func saved(t *testing.T, e *engine.Engine, o engine.PlanOptions) (file string) {
	t.Helper()
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Plan.HasChanges() {
		t.Fatal("there is nothing to do")
	}
	file = filepath.Join(t.TempDir(), "plan")
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	return file
}

func refusedFile(t *testing.T, e *engine.Engine, file string) {
	t.Helper()
	_, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed})
	var refused *apply.Refused
	if !errors.As(err, &refused) || refused.Reason != failure.NotAuthentic {
		t.Errorf("it is not refused for what it is: %v", err)
	}
}

// changed applies the network and then changes its files.
func changed(t *testing.T) (put func(key, value string), remove func(key string), e *engine.Engine, o engine.PlanOptions) {
	t.Helper()
	server, e, o := setUp(t)
	if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.Source.Path)
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(text), "core \"", "core \"more\" {\n  ip = \"192.0.2.77\"\n}\n\ncore \"", 1)
	if err := os.WriteFile(o.Source.Path, []byte(more), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(key, value string) { server.Put(t, key, value) }, func(key string) { server.Delete(t, key) }, e, o
}

// TestPlanKeyIsGone, and made anew: what was saved before is refused.
func TestPlanKeyIsGone(t *testing.T) {
	t.Parallel()
	put, remove, e, o := changed(t)
	key := state.NewLayout("t").PlanKey()
	file := saved(t, e, o)
	put(key, "another")
	refusedFile(t, e, file)
	remove(key)
	refusedFile(t, e, file)
	// Without a key nothing is known of the file, and its plan is compared all the same.
	unkeyed := saved(t, e, o)
	put(key, "another")
	refusedFile(t, e, unkeyed)
	remove(key)
	applied, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: unkeyed, Review: reviewed})
	if err != nil {
		t.Fatal(err)
	}
	if len(applied.Plan.Warnings) == 0 {
		t.Error("nothing says that nobody knows who wrote the file")
	}
}

// TestUnkeyedPlanIsComparedWithASnapshot: before the network's first apply there
// is no key; then the guards of the file are worth what the snapshot shows.
func TestUnkeyedPlanIsComparedWithASnapshot(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plan")
	guards := p.Plan.Guards
	p.Plan.Guards = nil
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	refusedFile(t, e, file)
	if left := server.Keys(t, "/sigilgate/"); len(left) > 0 {
		t.Errorf("it wrote %q", left)
	}
	p.Plan.Guards = guards
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	if _, ok := server.Get(t, state.NewLayout(p.Plan.Network).PlanKey()); !ok {
		t.Error("the first apply made no key")
	}
}

// TestPlanOfAHolderOfTheKey: who knows the key of plan files makes none that says
// another length of the log than the cluster has, or other first values than those of
// the past that it goes back to.
func TestPlanOfAHolderOfTheKey(t *testing.T) {
	t.Parallel()
	_, _, e, o := changed(t)
	folder := t.TempDir()
	save := func(p *engine.Planned, name string) string {
		file := filepath.Join(folder, name)
		if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
			t.Fatal(err)
		}
		return file
	}
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	log := p.Plan.LogIndex
	p.Plan.LogIndex = log + 1_000_000
	refusedFile(t, e, save(p, "longer"))
	p.Plan.LogIndex = log - 1_000
	refusedFile(t, e, save(p, "shorter"))
	p.Plan.LogIndex = log
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: save(p, "as it is"), Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	// Deleted by serial 3, what serial 2 made comes back with its first values.
	text, err := os.ReadFile(o.Source.Path)
	if err != nil {
		t.Fatal(err)
	}
	without := strings.Replace(string(text), "core \"more\" {\n  ip = \"192.0.2.77\"\n}\n\n", "", 1)
	if err := os.WriteFile(o.Source.Path, []byte(without), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	var back *engine.Planned
	only := errors.New("only planned")
	_, err = e.Rollback(t.Context(), engine.RollbackOptions{
		LiveOptions: engine.LiveOptions{Source: o.Source, Connection: o.Connection}, Serial: 2,
		Review: func(_ context.Context, p *engine.Planned) error { back = p; return only },
	})
	if !errors.Is(err, only) {
		t.Fatal(err)
	}
	bent := 0
	for i, op := range back.Plan.State {
		if r, err := state.DecodeRecord(op.Value); err == nil && r.Initial["service_name"] != "" {
			r.Initial["service_name"] = "api.v2.rpc.ffffffffffffffff"
			if back.Plan.State[i].Value, err = state.EncodeRecord(r); err != nil {
				t.Fatal(err)
			}
			refusedFile(t, e, save(back, "another first value"))
			back.Plan.State[i] = op
			bent++
		}
	}
	if bent == 0 {
		t.Error("no record has a first value")
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: save(back, "back"), Review: reviewed}); err != nil {
		t.Fatal(err)
	}
}
