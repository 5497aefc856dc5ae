package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/seal"
)

// extend adds to the configuration.
func extend(t *testing.T, o engine.PlanOptions, text string) {
	t.Helper()
	old, err := os.ReadFile(o.Source.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.Source.Path, append(old, text...), 0o600); err != nil {
		t.Fatal(err)
	}
}

const never = `
policy "never" {
  condition = length(plan.changes) == 0
  message   = "${length(plan.changes)} changes"
}
`

// TestDeniedIsNotWritten: whatever the review says, and in a plan file too.
func TestDeniedIsNotWritten(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	extend(t, o, never)
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed})
	var denied *engine.Denied
	if !errors.As(err, &denied) || len(denied.Plan.Denied()) != 1 {
		t.Fatalf("got %v", err)
	}
	file := filepath.Join(t.TempDir(), "plan")
	if _, err := e.SavePlan(&engine.Planned{Plan: denied.Plan}, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed}); !errors.As(err, &denied) {
		t.Fatalf("a saved plan that is denied: %v", err)
	}
	if _, ok := server.Get(t, "/sigilgate/nodes/192.0.2.1/role"); ok {
		t.Error("a denied plan was written")
	}
}

// TestUnjudgedProtection: a plan that deletes what is protected, and that nobody
// judged, is refused: one of an older sigilform, say.
func TestUnjudgedProtection(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	o.Destroy = true
	planned, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	planned.Plan.Policies, planned.Plan.Changes[0].Protected = nil, true
	file := filepath.Join(t.TempDir(), "plan")
	if _, err := e.SavePlan(planned, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	var denied *engine.Denied
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed}); !errors.As(err, &denied) {
		t.Fatalf("got %v", err)
	}
	if _, ok := server.Get(t, "/sigilgate/nodes/192.0.2.1/role"); !ok {
		t.Error("it was written")
	}
}

// TestAllowedIsRecorded: in the plan file, and in the history.
func TestAllowedIsRecorded(t *testing.T) {
	t.Parallel()
	_, e, o := setUp(t)
	extend(t, o, never)
	o.Allow = []string{"never"}
	planned, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plan")
	if _, err := e.SavePlan(planned, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	h, err := e.History(t.Context(), engine.LiveOptions{Source: o.Source, Connection: o.Connection}, 0)
	if err != nil || len(h) != 1 || !slices.Equal(h[0].Allowed, []string{"never"}) {
		t.Fatalf("got %+v, %v", h, err)
	}
}
