package apply_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// deaf is a lock whose loss its holder does not notice in time: then only the
// guard of each write keeps it from writing.
type deaf struct{ apply.Held }

func (deaf) Lost() <-chan struct{} { return nil }

func deafLocker(l apply.Locker) apply.Locker {
	return func(ctx context.Context) (apply.Held, error) {
		held, err := l(ctx)
		return deaf{held}, err
	}
}

// TestEveryWriteIsFenced takes, right before each of its commits, the journal or
// the lock from an apply, from an undoing, and from an abandoning, none of which
// notices: not a key is written from then on. Each guard stands for itself.
func TestEveryWriteIsFenced(t *testing.T) {
	t.Parallel()
	own := state.NewLayout(nettest.Name)
	taken := map[string]func(t *testing.T, w *town){
		"the journal is taken over": func(t *testing.T, w *town) {
			t.Helper()
			if e, ok := w.Get(t, own.Journal()); ok {
				w.Put(t, own.Journal(), e.Value)
			}
		},
		"the lock is gone": func(t *testing.T, w *town) { t.Helper(); w.Delete(t, own.Lock()) },
		"the lock is another's": func(t *testing.T, w *town) {
			t.Helper()
			w.Delete(t, own.Lock())
			w.Put(t, own.Lock(), `{"id":"another"}`)
		},
	}
	for what, take := range taken {
		for way, run := range ways() {
			t.Run(what+"/"+way, func(t *testing.T) {
				t.Parallel()
				for at := 2; ; at += stride() {
					if !fencedAt(t, at, take, run) {
						if at < 3 {
							t.Errorf("there were only %d commits", at)
						}
						return
					}
				}
			})
		}
	}
}

// ways are what writes with a journal. The commits of the undoing are counted
// from that of the third step on.
func ways() map[string]func(t *testing.T, w *town, o apply.Options) error {
	run := func(t *testing.T, w *town, o apply.Options) error {
		t.Helper()
		_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), o)
		return err
	}
	return map[string]func(t *testing.T, w *town, o apply.Options) error{
		"applying": run,
		"undoing": func(t *testing.T, w *town, o apply.Options) error {
			t.Helper()
			before, refused := w.faults.BeforeCommit, false
			w.faults.BeforeCommit = func(n int, txn kv.Txn) error {
				if !refused && w.steps(t) == 2 {
					refused = true
					return errRefused
				}
				return before(n, txn)
			}
			return run(t, w, o)
		},
		"abandoning": func(t *testing.T, w *town, o apply.Options) error {
			t.Helper()
			before := w.faults.BeforeCommit
			w.endedAfter(t, 2, newNetwork(t))
			w.faults = &etcdtest.Faults{Store: w.client, BeforeCommit: before}
			_, err := apply.Abandon(t.Context(), w.faults, nettest.Name, "/sigilgate/", o)
			return err
		},
	}
}

var errRefused = errors.New("refused by the test")

// fencedAt reports whether the commit came to be.
func fencedAt(t *testing.T, at int, take func(*testing.T, *town), run func(*testing.T, *town, apply.Options) error) bool {
	t.Helper()
	w := newTown(t)
	own := state.NewLayout(nettest.Name)
	begun := false
	var then map[string]string
	var serial kv.Entry
	var at0 int64
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if _, ok := w.Get(t, own.Journal()); n < at || begun || !ok {
			return nil
		}
		begun = true
		take(t, w)
		then, at0 = w.content(t), w.Revision(t)
		serial, _ = w.Get(t, own.Head())
		return nil
	}
	o := w.options("second")
	o.Lock = deafLocker(o.Lock)
	err := run(t, w, o)
	if !begun {
		return false
	}
	_ = as[*apply.Stopped](t, err)
	if diff := cmp.Diff(then, w.content(t)); diff != "" {
		t.Errorf("at commit %d it wrote:\n%s", at, diff)
	}
	for _, prefix := range []string{own.JournalPrefix(), own.HistoryPrefix()} {
		for _, e := range w.Entries(t, prefix) {
			if e.ModRevision > at0 {
				t.Errorf("at commit %d it wrote %s", at, e.Key)
			}
		}
	}
	if now, _ := w.Get(t, own.Head()); now.ModRevision != serial.ModRevision {
		t.Errorf("at commit %d it wrote the head", at)
	}
	return true
}

// TestShutOutTakesNoJournalOver: whoever asks what became of a lost commit moves
// the journal, but never one that another has taken over in between.
func TestShutOutTakesNoJournalOver(t *testing.T) {
	t.Parallel()
	own := state.NewLayout(nettest.Name)
	for at := 4; at < 8; at++ {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.faults.LoseRequest = func(n int, _ kv.Txn) bool { return n == at }
			var theirs kv.Entry
			w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
				if n != at+1 {
					return nil
				}
				e, _ := w.Get(t, own.Journal())
				j, err := state.DecodeJournal(e.Value)
				if err != nil {
					t.Error(err)
					return nil
				}
				next := j.At(e.ModRevision)
				next.Owner, next.Moves = "another", j.Moves+1
				text, err := state.EncodeJournal(next)
				if err != nil {
					t.Error(err)
				}
				w.Put(t, own.Journal(), text)
				theirs, _ = w.Get(t, own.Journal())
				return nil
			}
			_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second"))
			if e := as[*apply.Stopped](t, err); !e.Taken {
				t.Errorf("it stopped for another reason: %v", err)
			}
			if now, _ := w.Get(t, own.Journal()); now != theirs || now.Key == "" {
				t.Errorf("the journal is %+v, not theirs", now)
			}
		})
	}
}
