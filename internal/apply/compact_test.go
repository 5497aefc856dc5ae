package apply_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestCompactedAllTheTime compacts before every commit and every scan,
// and after each scan.
func TestCompactedAllTheTime(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.faults.BeforeCommit = func(int, kv.Txn) error { w.compactNow(t); return nil }
	w.faults.BeforeScan = func(int) error { w.compactNow(t); return nil }
	w.faults.AfterScan = func(int, *kv.Snapshot) { w.compactNow(t) }
	if _, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second")); err != nil {
		t.Fatal(err)
	}
	w.isNew(t)
}

// compactNow forgets everything but the present, once per revision.
func (w *town) compactNow(t *testing.T) {
	t.Helper()
	w.Put(t, "/compacted", "now")
	w.Compact(t, w.Revision(t))
}
