package crash_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// recorder keeps what everyone did. It is safe for concurrent use.
type recorder struct {
	mu      sync.Mutex
	started time.Time
	ops     []porcupine.Operation
	plans   map[string]crash.Planned
	events  []crash.Event
	// until is the newest revision whose events are here.
	until  int64
	counts map[string]int
	// newest is the newest serial of the head, listeners are told of each event.
	newest    int64
	listeners map[int]func(crash.Event)
	listened  int
}

func newRecorder() *recorder {
	return &recorder{started: time.Now(), plans: map[string]crash.Planned{}, counts: map[string]int{}, listeners: map[int]func(crash.Event){}}
}

func (r *recorder) now() int64 { return time.Since(r.started).Nanoseconds() }

// seen is the newest revision whose events are recorded.
func (r *recorder) seen() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.until
}

func (r *recorder) count(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[what]++
}

func (r *recorder) counted() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.counts)
}

func (r *recorder) planned(apply string, p *plan.Plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.plans[apply] = crash.Planned{Apply: apply, Seen: p.Revision, Guards: p.Guards, Ops: p.Data}
}

func (r *recorder) operation(client int, call int64, in crash.HeadInput, out crash.HeadOutput) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, porcupine.Operation{ClientId: client, Call: call, Return: r.now(), Input: in, Output: out})
}

// add keeps an event; the lock is held.
func (r *recorder) add(e crash.Event) {
	r.events = append(r.events, e)
	if strings.HasPrefix(e.Key, state.Root) && strings.HasSuffix(e.Key, "/head") && !strings.HasSuffix(e.Key, "/journal/head") {
		if h, err := state.DecodeHead(e.Value); err == nil {
			r.newest = max(r.newest, h.Serial)
		}
	}
	for _, hear := range r.listeners {
		hear(e)
	}
}

// listen has each event told, until it is called off. Who is told must not ask
// the recorder.
func (r *recorder) listen(hear func(crash.Event)) (forget func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listened++
	n := r.listened
	r.listeners[n] = hear
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.listeners, n)
	}
}

// watch collects every event of the store until the context ends, and returns
// a function that waits until a revision was seen.
func (r *recorder) watch(ctx context.Context, t *testing.T, c *clientv3.Client) (seen func(revision int64)) {
	t.Helper()
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	go func() {
		// A watch ends by itself where its token is not good any more.
		for ctx.Err() == nil {
			for answer := range c.Watch(ctx, "\x00", clientv3.WithFromKey(), clientv3.WithRev(r.seen()+1)) {
				if answer.CompactRevision > 0 {
					t.Errorf("the watch missed events up to %d", answer.CompactRevision)
					return
				}
				mu.Lock()
				r.keep(answer.Events)
				mu.Unlock()
				cond.Broadcast()
			}
		}
	}()
	return func(revision int64) {
		mu.Lock()
		defer mu.Unlock()
		for r.seen() < revision {
			cond.Wait()
		}
	}
}

// keep adds events.
func (r *recorder) keep(events []*clientv3.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.add(crash.Event{Revision: e.Kv.GetModRevision(), Key: string(e.Kv.GetKey()), Value: string(e.Kv.GetValue()), Deleted: e.Type == clientv3.EventTypeDelete})
		r.until = max(r.until, e.Kv.GetModRevision())
	}
}
