package apply_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestInterruptTurnsBack: a Ctrl-C with less behind the run than before it has it
// undone, a later one lets it finish; the progress is told both ways.
func TestInterruptTurnsBack(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		at   func(done, all int) bool
		back bool
	}{
		"early": {func(done, _ int) bool { return done > 0 }, true},
		"late":  {func(done, all int) bool { return 2*done >= all }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			o := w.options("second")
			stop := make(chan struct{})
			o.Stop = stop
			var told []int
			stopped := false
			o.Progress = func(done, all int) {
				told = append(told, done)
				if !stopped && row.at(done, all) {
					stopped = true
					close(stop)
				}
			}
			_, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, newNetwork(t)), o)
			if !stopped || len(told) < 2 {
				t.Fatalf("the progress is %v", told)
			}
			if !row.back {
				if err != nil {
					t.Fatal(err)
				}
				w.isNew(t)
				return
			}
			back := as[*apply.RolledBack](t, err)
			if !errors.Is(back, apply.ErrStopped) || back.Restored == 0 || told[len(told)-1] != 0 {
				t.Errorf("got %+v after %v", back, told)
			}
			w.isOld(t)
		})
	}
}

// TestTooLargeUnitIsPartedAlone: where a unit is larger than the server takes, it
// is parted, and those that follow are not: each is at one revision.
func TestTooLargeUnitIsPartedAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var units, steps []int
	w.faults.BeforeCommit = func(_ int, txn kv.Txn) error {
		if e, ok := w.Get(t, layoutOf().Journal()); !ok || !strings.Contains(e.Value, `"ops"`) {
			return nil
		}
		in, j, _ := w.intent(t)
		if units = in.Units; j.Done > 0 || len(txn.Ops) < 3 {
			return nil
		}
		// As a server does that takes less than it was thought to.
		return &kv.TooLarge{Ops: len(txn.Ops), Bytes: 1 << 20, MaxBytes: 1 << 19}
	}
	o := w.options("second")
	o.Progress = func(done, _ int) { steps = append(steps, done) }
	if _, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), o); err != nil {
		t.Fatal(err)
	}
	w.isNew(t)
	if units[0] < 2 || steps[0] >= units[0] {
		t.Fatalf("the first unit ends at %d, the first step at %d", units[0], steps[0])
	}
	for _, done := range steps {
		if done > units[0] && !slices.Contains(units, done) {
			t.Errorf("units end at %v, and a step at %d", units, done)
		}
	}
}
