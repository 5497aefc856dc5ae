package etcd_test

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/retry"
)

func event(key string, revision int64) kv.Event {
	return kv.Event{Entry: kv.Entry{Key: key, Value: strconv.FormatInt(revision, 10), CreateRevision: 1, ModRevision: revision}}
}

// telling are ranges that each tell of their events in order, in whatever order
// among each other.
type telling struct {
	etcd.Joining
	told     [tellers][]kv.Event
	sent     [tellers]int
	progress [tellers]int64
	// heard counts what was passed on, at is up to where.
	heard map[string]int
	at    int64
}

const tellers, firstTold = 3, 10

// TestJoinedRevisionsAreWhole: in whatever order the ranges tell what, a batch
// has all events up to its revision and none beyond, each once.
func TestJoinedRevisionsAreWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		last := firstTold + int64(rapid.IntRange(1, 12).Draw(t, "revisions"))
		x := &telling{Joining: etcd.NewJoining(tellers, firstTold), heard: map[string]int{}, at: firstTold}
		for i := range tellers {
			x.progress[i] = firstTold
			for revision := int64(firstTold + 1); revision <= last; revision++ {
				if rapid.Bool().Draw(t, "has") {
					x.told[i] = append(x.told[i], event(fmt.Sprint("/", i, "/", rapid.IntRange(0, 1).Draw(t, "key")), revision))
				}
			}
		}
		for range 40 {
			x.step(t, rapid.IntRange(0, tellers-1).Draw(t, "range"), last)
		}
		want := 0
		for i := range tellers {
			for _, e := range x.told[i][:x.sent[i]] {
				if e.ModRevision <= x.at {
					want++
				}
			}
		}
		if len(x.heard) != want {
			t.Fatalf("%d events were told, %d passed on", want, len(x.heard))
		}
	})
}

// step lets one range tell its next event, or how far it is: anywhere before that.
func (x *telling) step(t *rapid.T, i int, last int64) {
	next := last + 1
	if x.sent[i] < len(x.told[i]) {
		e := x.told[i][x.sent[i]]
		if rapid.Bool().Draw(t, "tells") {
			x.sent[i]++
			x.Add(i, e)
			return
		}
		next = e.ModRevision
	}
	x.progress[i] = max(x.progress[i], rapid.Int64Range(firstTold, next-1).Draw(t, "progress"))
	x.Progress(i, x.progress[i])
	x.take(t)
	if least := slices.Min(x.progress[:]); x.at != least {
		t.Fatalf("at %d, and all are at %d", x.at, least)
	}
}

func (x *telling) take(t *rapid.T) {
	batches, err := x.Take()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		for _, e := range b.Events {
			id := fmt.Sprint(e.Key, e.ModRevision)
			if x.heard[id]++; x.heard[id] > 1 || e.ModRevision <= x.at || e.ModRevision > b.Revision {
				t.Fatalf("%+v in (%d, %d], %d times", e, x.at, b.Revision, x.heard[id])
			}
		}
		x.at = b.Revision
	}
}

// TestJoinedLateEventIsALoss: a revision that was complete can't get more.
func TestJoinedLateEventIsALoss(t *testing.T) {
	t.Parallel()
	j := etcd.NewJoining(1, 5)
	j.Add(0, event("/a", 6))
	j.Progress(0, 8)
	j.Add(0, event("/b", 8))
	if got, err := j.Take(); err != nil || len(got) != 2 || got[0].Revision != 6 || got[1].Revision != 8 {
		t.Errorf("what came before the loss: %+v, %v", got, err)
	}
	if got, err := j.Take(); err == nil || len(got) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestJoinedComesNearer: as long as a range comes nearer to a revision, by what it
// tells or how far it says that it is, and no longer. A range that stands still
// is not covered up by what another tells of later revisions.
func TestJoinedComesNearer(t *testing.T) {
	t.Parallel()
	j := etcd.NewJoining(2, 5)
	for _, step := range []struct {
		name   string
		do     func()
		nearer bool
	}{
		{"an event", func() { j.Add(0, event("/a", 7)) }, true},
		{"progress behind it", func() { j.Progress(0, 6) }, false},
		{"progress", func() { j.Progress(0, 8) }, true},
		{"a later event", func() { j.Add(0, event("/a", 9)) }, false},
		{"later progress", func() { j.Progress(0, 12) }, false},
		{"the other range's own", func() { j.Add(1, event("/b", 10)) }, true},
		{"it is there", func() { j.Progress(1, 12) }, false},
	} {
		before := j.Nearing(8)
		step.do()
		if got := j.Nearing(8) > before; got != step.nearer {
			t.Errorf("%s: nearer is %v", step.name, got)
		}
	}
}

// TestArrivesAsLongAsItComesNearer: a watch has more time than one request where
// it comes nearer meanwhile, and is given up where it stands still.
func TestArrivesAsLongAsItComesNearer(t *testing.T) {
	t.Parallel()
	for name, moves := range map[string]bool{"it moves": true, "it stands still": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j := etcd.NewJoining(1, 0)
				if moves {
					go func() {
						for revision := int64(1); retry.Pause(t.Context(), 700*time.Millisecond) == nil; revision++ {
							j.Progress(0, revision)
						}
					}()
				}
				if got := j.Arrives(t.Context(), time.Second, 5); got != moves {
					t.Errorf("it arrives: %v", got)
				}
			})
		})
	}
}

// TestJoinedForWhoIsBehind must not run beside others: it measures the heap. Who
// takes nothing is told of each key once, in the end, and costs what the keys do.
func TestJoinedForWhoIsBehind(t *testing.T) {
	const keys, revisions = 100, 100_000
	value := strings.Repeat("v", 1_000)
	j := etcd.NewJoining(1, 0)
	write := func(from, to int64) {
		for r := from; r <= to; r++ {
			j.Add(0, kv.Event{Entry: kv.Entry{Key: fmt.Sprint("/a/", r%keys), Value: strings.Clone(value), ModRevision: r, CreateRevision: 1}})
			j.Progress(0, r)
		}
	}
	write(1, revisions/10)
	before := heap()
	write(revisions/10+1, revisions)
	if grown := int64(heap()) - int64(before); grown > 12<<20 {
		t.Errorf("the heap grew by %d MiB for %d keys", grown>>20, keys)
	}
	batches, err := j.Take()
	if err != nil {
		t.Fatal(err)
	}
	if all := kv.Join(batches); len(all.Events) != keys || all.Revision != revisions || len(batches) > revisions/10 {
		t.Errorf("%d keys at revision %d in %d batches", len(all.Events), all.Revision, len(batches))
	}
}

// TestJoinedTooMuchIsALoss: beyond all bounds only a snapshot is left.
func TestJoinedTooMuchIsALoss(t *testing.T) {
	t.Parallel()
	j := etcd.NewJoining(1, 0)
	value := strings.Repeat("v", 1<<20)
	for r := int64(1); r <= 200; r++ {
		j.Add(0, kv.Event{Entry: kv.Entry{Key: strconv.FormatInt(r, 10), Value: value, ModRevision: r}})
	}
	if _, err := j.Take(); err == nil || !strings.Contains(err.Error(), "more was written") {
		t.Errorf("got %v", err)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
