package apply_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
)

func TestJournaledApply(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.plan(t, w.client, newNetwork(t))
	r, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Steps < 5 || r.Serial != 2 || r.Revision == 0 || r.Resolved || r.Bytes > narrow().MaxRequestBytes {
		t.Errorf("got %+v", r)
	}
	t.Logf("%+v in %d commits", r, w.faults.Commits())
	w.isNew(t)
	if _, held := w.Get(t, "/sigilform/v1/sized/lock"); held {
		t.Error("the lock was not given back")
	}
}
