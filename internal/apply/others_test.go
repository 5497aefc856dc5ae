package apply_test

import (
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestOthersWriteDuringTheApply lets others write, at every commit of an apply
// in several transactions, to a key that it changes or removes. Their value
// stays in any case. The rest is all old or all new.
func TestOthersWriteDuringTheApply(t *testing.T) {
	t.Parallel()
	commits := commitsOf(t, narrow())
	for name, key := range map[string]string{
		"changed early": "/sigilgate/nodes/10.0.0.1/region", "removed late": "/sigilgate/users/9/username",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			back, forth := 0, 0
			for at := 1; at <= commits; at += stride() {
				if writeDuring(t, key, at) {
					forth++
				} else {
					back++
				}
			}
			if (back == 0 || forth == 0) && !testing.Short() {
				t.Errorf("%d went back, %d were finished", back, forth)
			}
		})
	}
}

// writeDuring reports whether the apply was finished.
func writeDuring(t *testing.T, key string, at int) bool {
	t.Helper()
	w := newTown(t)
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if n == at {
			w.Put(t, key, "theirs")
		}
		return nil
	}
	p := w.plan(t, w.client, newNetwork(t))
	_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	if e, _ := w.Get(t, key); e.Value != "theirs" {
		t.Errorf("at commit %d: their value is %q", at, e.Value)
	}
	now := w.content(t)
	delete(now, key)
	if err == nil {
		w.finishedBeside(t, at, p.Data, now, key)
		return true
	}
	want := maps.Clone(w.before)
	delete(want, key)
	if diff := cmp.Diff(want, now); diff != "" {
		t.Errorf("at commit %d, %v: not as it was:\n%s", at, err, diff)
	}
	saysSo(t, err, key)
	return false
}

// finishedBeside checks that all writes but the one to the key are there.
func (w *town) finishedBeside(t *testing.T, at int, ops []kv.Op, now map[string]string, key string) {
	t.Helper()
	for _, op := range ops {
		value, there := now[op.Key]
		if op.Kind == kv.Put && op.Key != key && (!there || value != op.Value) {
			t.Errorf("at commit %d: %s is %q, there: %v", at, op.Key, value, there)
		}
		for k := range now {
			if op.Kind != kv.Put && op.Covers(k) {
				t.Errorf("at commit %d: %s is still there", at, k)
			}
		}
	}
}

// saysSo checks that a rejected or undone apply names the key.
func saysSo(t *testing.T, err error, key string) {
	t.Helper()
	var rejected *apply.Rejected
	if !errors.As(err, &rejected) || len(rejected.Moved) == 0 || rejected.Moved[0].Key != key {
		t.Errorf("got %v", err)
	}
	var back *apply.RolledBack
	if errors.As(err, &back) && (back.Restored == 0 || len(back.Left) > 0) {
		t.Errorf("got %+v", back)
	}
}

// TestRollbackLeavesWhatOthersWrote: between the steps and the rollback others
// write to what was written and create anew what was removed.
func TestRollbackLeavesWhatOthersWrote(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.plan(t, w.client, newNetwork(t))
	last := commitsOf(t, narrow())
	written, removed := "/sigilgate/nodes/10.0.0.2/region", "/sigilgate/users/8/username"
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if n != last {
			return nil
		}
		w.Put(t, written, "theirs")
		if _, there := w.Get(t, removed); there {
			t.Error("it is not removed yet")
		}
		w.Put(t, removed, "theirs")
		return errors.New("no")
	}
	_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	back := as[*apply.RolledBack](t, err)
	if len(back.Left) != 2 {
		t.Fatalf("left %+v", back.Left)
	}
	for _, l := range back.Left {
		if e, _ := w.Get(t, l.Key); e.Value != "theirs" || l.Found != e.ModRevision || !strings.HasPrefix(l.Why, "others ") {
			t.Errorf("%+v: the value is %q", l, e.Value)
		}
	}
	now, want := w.content(t), maps.Clone(w.before)
	for _, key := range []string{written, removed} {
		delete(now, key)
		delete(want, key)
	}
	if diff := cmp.Diff(want, now); diff != "" {
		t.Error(diff)
	}
}

// TestRollbackKnowsWhatARangeHeld: others write below what the apply removes,
// after it has read it and before it removes it. A rollback brings that back,
// from the store's past, or where that is compacted from the journal.
func TestRollbackKnowsWhatARangeHeld(t *testing.T) {
	t.Parallel()
	for _, compacted := range []bool{false, true} {
		t.Run(strconv.FormatBool(compacted), func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			key := "/sigilgate/nodes/10.1.0.8/health"
			last := commitsOf(t, narrow())
			written := false
			w.faults.AfterScan = func(_ int, s *kv.Snapshot) {
				if _, seen := s.Get(key); seen && !written {
					written = true
					w.Put(t, key, "degraded")
				}
			}
			w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
				if n != last {
					return nil
				}
				if _, there := w.Get(t, key); there {
					t.Error("it is not removed yet")
				}
				if compacted {
					w.Compact(t, w.Revision(t))
				}
				return errors.New("no")
			}
			_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second"))
			_ = as[*apply.RolledBack](t, err)
			want := map[bool]string{false: "degraded", true: "healthy"}[compacted]
			if e, _ := w.Get(t, key); e.Value != want {
				t.Errorf("it is %q", e.Value)
			}
		})
	}
}
