package engine_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/engine"
)

func reviewed(context.Context, *engine.Planned) error { return nil }

// TestTwoFirstApplies: both plans are made before either is applied; one wins,
// and the other is told that it came second.
func TestTwoFirstApplies(t *testing.T) {
	t.Parallel()
	_, e, o := setUp(t)
	var planned, done sync.WaitGroup
	planned.Add(2)
	both := func(ctx context.Context, _ *engine.Planned) error {
		planned.Done()
		planned.Wait()
		return ctx.Err()
	}
	errs := make([]error, 2)
	for i := range errs {
		done.Go(func() {
			_, errs[i] = e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: both})
		})
	}
	done.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("want one winner, got %v and %v", errs[0], errs[1])
	}
	lost := errors.Join(errs...)
	var rejected *apply.Rejected
	var refused *apply.Refused
	if !errors.As(lost, &rejected) && !errors.As(lost, &refused) {
		t.Errorf("got %v", lost)
	}
}

// TestAfterDestroy: the past of a destroyed network can still be looked at,
// and its prefix is free for another.
func TestAfterDestroy(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	apply := func() {
		t.Helper()
		if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed}); err != nil {
			t.Fatal(err)
		}
	}
	apply()
	o.Destroy = true
	apply()
	before := server.Revision(t)
	apply()
	if server.Revision(t) != before {
		t.Error("a second destroy writes")
	}
	live := engine.LiveOptions{Source: o.Source, Connection: o.Connection, Network: "t"}
	if past, err := e.History(t.Context(), live, 0); err != nil || len(past) != 2 {
		t.Errorf("got %v, %v", past, err)
	}
	if report, err := e.Drift(t.Context(), engine.DriftOptions{LiveOptions: live}); err != nil || report.Report.Prefix != "/sigilgate/" {
		t.Errorf("got %+v, %v", report, err)
	}
	o.Destroy = false
	other := strings.Replace(users, `"t"`, `"other"`, 1)
	if err := os.WriteFile(o.Source.Path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	apply()
	if got, _ := server.Get(t, "/sigilform/v1/networks/other"); got.Value != "/sigilgate/" {
		t.Errorf("got %+v", got)
	}
}

// TestOddBytesAreRestored: others put bytes that are not text; they are shown,
// and the declared value comes back.
func TestOddBytesAreRestored(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	apply := func() {
		t.Helper()
		if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed}); err != nil {
			t.Fatal(err)
		}
	}
	apply()
	server.Put(t, "/sigilgate/nodes/192.0.2.1/domain", "\xff\x00\xfe")
	server.Put(t, "/sigilgate/nodes/192.0.2.1/stray\xff", "\xff")
	apply()
	if got, _ := server.Get(t, "/sigilgate/nodes/192.0.2.1/domain"); got.Value != "a.example.net" {
		t.Errorf("got %q", got.Value)
	}
	before := server.Revision(t)
	apply()
	if server.Revision(t) != before {
		t.Error("the second apply writes")
	}
}
