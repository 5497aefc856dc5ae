package etcd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
)

// WatchRequest says what is watched, and from where on.
type WatchRequest struct {
	// Prefixes and Keys are watched; the user must be allowed to read them.
	Prefixes, Keys []string
	// After is the revision of the snapshot: what was written later is told.
	After int64
	// Beat is how often the cluster is asked how far it is; DefaultBeat where 0.
	Beat time.Duration
}

// DefaultBeat is how often a watch makes sure that it hears everything.
const DefaultBeat = time.Second

// WatchLost is the end of a watch: from Revision on something may have been
// missed, and only a new snapshot tells.
type WatchLost struct {
	// Reason is one line without a full stop.
	Reason string
	// Revision is the last one that is known to be complete, Heard when the
	// cluster last said that there was nothing else.
	Revision int64
	Heard    time.Time
	Cause    error
}

// Error says why.
func (e *WatchLost) Error() string {
	if e.Cause == nil {
		return "the watch was lost: " + e.Reason
	}
	return fmt.Sprintf("the watch was lost: %s: %v", e.Reason, e.Cause)
}

// Unwrap returns the cause.
func (e *WatchLost) Unwrap() error { return e.Cause }

// Watch is etcd's watch of several ranges of keys, put together again to whole
// revisions. Correctness never rests on the server's word alone: the cluster is
// asked through its leader how far it is, and the watch has to get there.
type Watch struct {
	client  *Client
	watcher clientv3.Watcher
	own     bool
	cancel  context.CancelFunc
	wg      fault.Group
	join    *joiner
}

// Watch begins to watch. It ends with the context, or with Close, which has to
// be called in any case.
func (c *Client) Watch(ctx context.Context, r WatchRequest) *Watch {
	if r.Beat <= 0 {
		r.Beat = DefaultBeat
	}
	spans := merge(r.Prefixes, r.Keys)
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	w := &Watch{client: c, watcher: c.api.Watcher, cancel: cancel, join: newJoiner(len(spans), r.After, time.Now())}
	if !c.inProcess {
		// A watcher of its own has a stream of its own: after a loss none of the
		// old one is left, and what is asked of it is about these ranges alone.
		w.watcher, w.own = clientv3.NewWatcher(c.api), true
	}
	w.wg.Failed = func(err error) { w.join.lose("a part of it failed", err) }
	for i, s := range spans {
		w.wg.Go(func() { w.listen(ctx, i, s, r.After) })
	}
	w.wg.Go(func() { w.ask(ctx) })
	w.wg.Go(func() { w.beat(ctx, spans[0].from, r.Beat) })
	return w
}

// Next waits until something is known to be complete, and returns it in order:
// revision by revision, or as one batch where the caller is far behind. A batch
// without events says that nothing was written up to its revision. The error is
// a [*WatchLost], or the context's.
func (w *Watch) Next(ctx context.Context) ([]kv.Batch, error) {
	for {
		batches, err := w.join.take()
		if err != nil || len(batches) > 0 {
			return batches, err
		}
		select {
		case <-w.join.ready:
		case <-ctx.Done():
			return nil, ctx.Err() //nolint:wrapcheck // the caller's own
		}
	}
}

// Heard is when the cluster last confirmed that nothing was missed.
func (w *Watch) Heard() time.Time { return w.join.heardAt() }

// Close ends the watch and waits until nothing of it runs.
func (w *Watch) Close() {
	w.cancel()
	if w.own {
		_ = w.watcher.Close() // it only says that it was cancelled
	}
	w.wg.Wait()
}

// listen passes on what one range's watch says. It never waits for anybody but
// the server, since the library keeps what nobody takes without a limit.
func (w *Watch) listen(ctx context.Context, i int, s span, after int64) {
	options := []clientv3.OpOption{clientv3.WithRev(after + 1), clientv3.WithFragment(), clientv3.WithProgressNotify(), clientv3.WithCreatedNotify()}
	if s.to != "" {
		options = append(options, clientv3.WithRange(s.to))
	}
	for r := range w.watcher.Watch(ctx, s.from, options...) {
		if err := r.Err(); err != nil {
			reason, cause := cancelled(&r, err)
			w.lose(ctx, reason, cause)
			return
		}
		if r.Created {
			w.join.begin(i)
			continue
		}
		if r.IsProgressNotify() {
			w.join.progress(i, r.Header.GetRevision(), time.Now())
			continue
		}
		w.join.add(i, events(r.Events))
	}
	w.lose(ctx, "the server ended it", nil)
}

// lose ends the watch, unless its caller did.
func (w *Watch) lose(ctx context.Context, reason string, cause error) {
	if ctx.Err() != nil {
		return
	}
	if cause != nil {
		cause = w.client.explain(ctx, cause)
	}
	w.join.lose(reason, cause)
}

// cancelled says why the server ended a range's watch. The library knows no code
// of that, only a text. There is no cause where a new snapshot and a new watch are
// all that is needed.
func cancelled(r *clientv3.WatchResponse, err error) (reason string, cause error) {
	if r.CompactRevision != 0 {
		return fmt.Sprintf("the cluster was compacted at revision %d", r.CompactRevision), nil
	}
	says := func(known error) bool { return strings.Contains(err.Error(), rpctypes.ErrorDesc(known)) }
	switch {
	case says(rpctypes.ErrInvalidAuthToken), says(rpctypes.ErrAuthOldRevision):
		return "the authentication of the cluster changed", nil
	case says(rpctypes.ErrPermissionDenied):
		return "the server refused it", rpctypes.ErrPermissionDenied
	case says(rpctypes.ErrNoLeader):
		return "the member has no leader", rpctypes.ErrNoLeader
	}
	return "the server cancelled it", err
}

func events(from []*clientv3.Event) []kv.Event {
	out := make([]kv.Event, 0, len(from))
	for _, e := range from {
		entry := kv.Entry{
			Key: string(e.Kv.GetKey()), Value: string(e.Kv.GetValue()),
			CreateRevision: e.Kv.GetCreateRevision(), ModRevision: e.Kv.GetModRevision(),
		}
		out = append(out, kv.Event{Entry: entry, Deleted: e.Type == clientv3.EventTypeDelete})
	}
	return out
}
