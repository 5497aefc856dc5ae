package apply_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

func TestLostReplyIsResolved(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1} {
		t.Run(strconv.Itoa(before), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for i := range before {
				w.applied(t, w.change(t, fmt.Sprint("before", i), "eu"), fmt.Sprint("before", i))
			}
			var revision int64
			w.faults.LoseReply = func(_ int, _ kv.Txn, r kv.Result) bool { revision = r.Revision; return true }
			r, err := apply.Run(t.Context(), w.faults, w.change(t, "one", "us"), options("apply-1"))
			if err != nil || !r.Resolved || r.Revision != revision || r.Serial != int64(before)+1 || w.faults.Commits() != 1 {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

func TestLostReplyAndOthersAppliedSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var revision int64
	w.faults.LoseReply = func(_ int, _ kv.Txn, r kv.Result) bool {
		revision = r.Revision
		w.applied(t, w.change(t, "two", "asia"), "apply-2")
		return true
	}
	r, err := apply.Run(t.Context(), w.faults, w.change(t, "one", "us"), options("apply-1"))
	if err != nil || !r.Resolved || r.Revision != revision || r.Serial != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestLostRequestAndOthersApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.change(t, "one", "us")
	w.faults.LoseRequest = func(int, kv.Txn) bool {
		w.applied(t, w.change(t, "two", "asia"), "apply-2")
		return true
	}
	_, err := apply.Run(t.Context(), w.faults, p, options("apply-1"))
	if e := as[*apply.Rejected](t, err); len(e.Moved) != 1 || e.Moved[0].Key != layout().Head() {
		t.Errorf("got %+v", e)
	}
	if w.value(t) != "asia" {
		t.Errorf("the value is %q", w.value(t))
	}
}

// TestCommitThatLandsLate: the commit is on its way and lands at one of the
// waits, or after all of them. What Run says must be true then and for ever.
func TestCommitThatLandsLate(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		for at := range 9 {
			t.Run(fmt.Sprintf("first %v at %d", first, at), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				if !first {
					w.applied(t, w.change(t, "before", "eu"), "before")
				}
				landsAt(t, w, at)
			})
		}
	}
}

func landsAt(t *testing.T, w *world, at int) {
	t.Helper()
	var sent kv.Txn
	w.faults.LoseRequest = func(n int, txn kv.Txn) bool {
		if n == 1 {
			sent = txn
		}
		return n == 1
	}
	land := func() kv.Outcome {
		r, err := w.client.Commit(t.Context(), sent)
		if err != nil {
			t.Errorf("land: %v", err)
		}
		return r.Outcome
	}
	pauses, landed := 0, false
	o := options("apply-1")
	o.Patience = 5 * time.Second
	o.Pause = func(context.Context, time.Duration) error {
		if pauses == at {
			landed = land() == kv.Committed
		}
		pauses++
		return nil
	}
	r, err := apply.Run(t.Context(), w.faults, w.change(t, "one", "us"), o)
	if pauses <= at && !landed {
		landed = land() == kv.Committed
	}
	switch {
	case err == nil:
		if !r.Resolved || !landed || w.head(t).Apply != "apply-1" {
			t.Errorf("resolved as %+v, landed %v", r, landed)
		}
	case errors.As(err, new(*apply.NotWritten)):
		if landed || w.value(t) == "us" {
			t.Error("it was said not to be written, and it was")
		}
	case errors.As(err, new(*apply.Unknown)):
		if w.hadHead(t) {
			t.Error("there was a head to move, and it is unknown")
		}
	default:
		t.Errorf("got %v", err)
	}
	t.Logf("landed %v after %d waits: %v", landed, pauses, err)
}

// hadHead reports whether the network had an apply before the one under test.
func (w *world) hadHead(t *testing.T) bool {
	t.Helper()
	_, ok := w.Get(t, layout().History(1))
	h, _ := w.Get(t, layout().Head())
	return ok && h.CreateRevision != h.ModRevision
}

func TestUnknownWithoutAnyAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "before", "eu"), "before")
	w.faults.LoseRequest = func(int, kv.Txn) bool {
		w.faults.BeforeRead = func(int) error { return etcdtest.ErrLost }
		return true
	}
	_, err := apply.Run(t.Context(), w.faults, w.change(t, "one", "us"), options("apply-1"))
	e := as[*apply.Unknown](t, err)
	if e.Serial != 2 || e.Apply != "apply-1" || !errors.Is(err, etcdtest.ErrLost) || w.faults.Commits() != 1 {
		t.Errorf("got %+v", e)
	}
}

func TestFenceIsLostToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "before", "eu"), "before")
	// Every request is lost until the fourth commit: fences are sent again.
	w.faults.LoseRequest = func(n int, _ kv.Txn) bool { return n < 4 }
	_, err := apply.Run(t.Context(), w.faults, w.change(t, "one", "us"), options("apply-1"))
	_ = as[*apply.NotWritten](t, err)
	if w.value(t) != "eu" {
		t.Errorf("the value is %q", w.value(t))
	}
	// A fence that was written, while its reply was lost, moved the head.
	p := w.change(t, "two", "asia")
	w.faults.LoseRequest = func(n int, _ kv.Txn) bool { return n == 5 }
	w.faults.LoseReply = func(int, kv.Txn, kv.Result) bool { return true }
	_, err = apply.Run(t.Context(), w.faults, p, options("apply-2"))
	if err == nil || errors.As(err, new(*apply.Unknown)) || w.value(t) != "eu" {
		t.Errorf("got %v, the value is %q", err, w.value(t))
	}
}

func TestInterruptedDuringTheCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stop := make(chan struct{})
	w.faults.LoseReply = func(int, kv.Txn, kv.Result) bool { close(stop); return true }
	o := options("apply-1")
	o.Stop = stop
	r, err := apply.Run(t.Context(), w.faults, w.change(t, "one", "us"), o)
	if err != nil || !r.Resolved || w.value(t) != "us" {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestConnectionLost cuts a real connection: the reply never comes.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := etcdtest.StartProxy(t, w.Endpoint())
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{p.Endpoint()}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	cut := &etcdtest.Faults{Store: c, BeforeCommit: func(int, kv.Txn) error { p.SwallowReplies(); return nil }}
	o := options("apply-1")
	asked := 0
	o.Pause = func(context.Context, time.Duration) error {
		if asked++; asked == 2 {
			p.Heal()
		}
		return nil
	}
	r, err := apply.Run(t.Context(), cut, w.change(t, "one", "us"), o)
	if err != nil || !r.Resolved || w.value(t) != "us" {
		t.Errorf("got %+v, %v", r, err)
	}
}
