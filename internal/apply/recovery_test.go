package apply_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

type ending func(ctx context.Context, s apply.Store, network, prefix string, o apply.Options) (*apply.Recovery, error)

// TestNothingToRecover: without a journal nobody asks for the lock.
func TestNothingToRecover(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := w.options("recovery")
	o.Lock = func(context.Context) (apply.Held, error) { return nil, errors.New("the lock was asked for") }
	for _, end := range []ending{apply.Recover, apply.Abandon} {
		if r, err := end(t.Context(), w.client, nettest.Name, "/sigilgate/", o); r != nil || err != nil {
			t.Errorf("got %+v, %v", r, err)
		}
	}
	w.isOld(t)
}

// TestLockIsAskedForFirst: who does not get the lock leaves the journal.
func TestLockIsAskedForFirst(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.endedAfter(t, 2, newNetwork(t))
	before, _ := w.Get(t, layoutOf().Journal())
	o, held := w.options("recovery"), errors.New("held by another")
	o.Lock = func(context.Context) (apply.Held, error) { return nil, held }
	for _, end := range []ending{apply.Recover, apply.Abandon} {
		if _, err := end(t.Context(), w.client, nettest.Name, "/sigilgate/", o); !errors.Is(err, held) {
			t.Errorf("got %v", err)
		}
	}
	if after, _ := w.Get(t, layoutOf().Journal()); after != before {
		t.Errorf("the journal became %+v", after)
	}
}

// TestRecoveryTellsWhatItDid: each way in which a journal ends says so, with how
// it was found and how many transactions it took, and gives the lock back.
func TestRecoveryTellsWhatItDid(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		after  int
		others func(t *testing.T, w *town)
		end    ending
		want   apply.RecoveryOutcome
		serial int64
	}{
		"finished": {2, nil, apply.Recover, apply.Finished, 2},
		"undone": {2, func(t *testing.T, w *town) {
			t.Helper()
			for _, e := range w.Entries(t, "/sigilgate/counters/") {
				w.Put(t, e.Key, e.Value)
			}
			for _, e := range w.Entries(t, "/sigilgate/users/") {
				w.Put(t, e.Key, e.Value+"x")
			}
		}, apply.Recover, apply.Undone, 1},
		"abandoned": {2, nil, apply.Abandon, apply.Abandoned, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.endedAfter(t, row.after, newNetwork(t))
			if row.others != nil {
				row.others(t, w)
			}
			// What is not given is as for any run: patience, and a pause.
			o := w.options("recovery")
			o.Pause, o.Patience = nil, 0
			lost := false
			f := &etcdtest.Faults{Store: w.client, LoseReply: func(n int, _ kv.Txn, _ kv.Result) bool {
				now := n == 2 && !lost
				lost = lost || now
				return now
			}}
			r, err := row.end(t.Context(), f, nettest.Name, "/sigilgate/", o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != row.want || !lost {
				t.Errorf("it says %+v", r)
			}
			w.ended(t, r, row.serial)
		})
	}
}

// ended judges what a recovery says against what it left.
func (w *town) ended(t *testing.T, r *apply.Recovery, serial int64) {
	t.Helper()
	if r.Journal == nil || r.Journal.Serial != 2 || r.Journal.Done == 0 {
		t.Errorf("the journal was %+v", r.Journal)
	}
	if r.Outcome == apply.Finished && (r.Steps == 0 || r.Serial != 2 || r.Revision == 0) {
		t.Errorf("it says %+v", r)
	}
	if r.Outcome == apply.Undone && (len(r.Moved) == 0 || r.Restored == 0) {
		t.Errorf("it says %+v", r)
	}
	for _, key := range []string{layoutOf().Lock(), layoutOf().Journal()} {
		if _, there := w.Get(t, key); there {
			t.Errorf("%s is still there", key)
		}
	}
	if h := w.headOf(t); h.Serial != serial {
		t.Errorf("the head is of serial %d", h.Serial)
	}
}

func (w *town) headOf(t *testing.T) state.Head {
	t.Helper()
	e, _ := w.Get(t, layoutOf().Head())
	h, err := state.DecodeHead(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestPreparedOnlyIsDropped: an apply that ended before its first write has
// nothing to be carried on, to be undone, or to be abandoned.
func TestPreparedOnlyIsDropped(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]ending{"recover": apply.Recover, "abandon": apply.Abandon} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w.faults.BeforeCommit = func(int, kv.Txn) error {
				if j, ok := w.Get(t, layoutOf().Journal()); ok && j.Key != "" {
					cancel()
					return context.Canceled
				}
				return nil
			}
			_, err := apply.Run(ctx, w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second"))
			if err == nil {
				t.Fatal("it was applied")
			}
			w.unlock(t)
			r, err := end(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("recovery"))
			if err != nil || r.Outcome != apply.Dropped || r.Serial != 0 {
				t.Errorf("got %+v, %v", r, err)
			}
			w.isOld(t)
		})
	}
}

// TestAbandonedSaysWhoAndWhat: the head and the history of an apply that was
// abandoned name who ended it, when, and only the changes that were carried out.
func TestAbandonedSaysWhoAndWhat(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	all := len(w.plan(t, w.client, newNetwork(t)).Changes)
	w.endedAfter(t, 2, newNetwork(t))
	o := w.options("abandon")
	o.Actor, o.Now = "olga", time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	if _, err := apply.Abandon(t.Context(), w.client, nettest.Name, "/sigilgate/", o); err != nil {
		t.Fatal(err)
	}
	head, past := w.headOf(t), w.history(t, 2)
	if head.Actor != "olga" || head.Apply != "abandon" || !head.Time.Equal(o.Now) || head.Serial != 2 {
		t.Errorf("the head is %+v", head)
	}
	if past.Actor != "olga" || past.Apply != "abandon" || !past.Time.Equal(o.Now) || past.Mode != apply.ModeAbandoned {
		t.Errorf("the history is %+v", past)
	}
	if n := len(past.Changes); n == 0 || n >= all {
		t.Errorf("%d of %d changes were carried out", n, all)
	}
	sum := past.Counts.Create + past.Counts.Update + past.Counts.Delete + past.Counts.Adopt + past.Counts.Forget + past.Counts.Record
	if sum != len(past.Changes) {
		t.Errorf("%+v are counted, of %d changes", past.Counts, len(past.Changes))
	}
}
