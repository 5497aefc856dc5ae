package etcd

import (
	"context"
	"fmt"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"github.com/sigilgate/sigilform/internal/retry"
)

// askAgain is after how long the server is asked again how far it is: it does
// not answer while one of the ranges is behind.
const (
	askAgain    = 5 * time.Millisecond
	maxAskAgain = 250 * time.Millisecond
)

// ask asks the server for its progress as long as there are events of revisions
// that are not complete: one question at a time.
func (w *Watch) ask(ctx context.Context) {
	if !w.client.exact(ctx) {
		w.await(ctx)
		return
	}
	for {
		select {
		case <-w.join.asked:
		case <-ctx.Done():
			return
		}
		for waits := (retry.Waits{First: askAgain, Longest: maxAskAgain}); w.join.behind(); {
			// An error is the stream's, which its ranges hear of, too.
			_ = w.watcher.RequestProgress(ctx)
			moved, ok := w.moves(ctx, waits.Next())
			if !ok {
				return
			}
			if moved {
				waits.Reset()
			}
		}
	}
}

// moves waits until more is complete, or some time passed; not ok where the
// watch is over.
func (w *Watch) moves(ctx context.Context, wait time.Duration) (moved, ok bool) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-w.join.moved:
		return true, true
	case <-t.C:
		return false, true
	case <-ctx.Done():
		return false, false
	}
}

// beat asks the cluster again and again how far it is, by a read that needs a
// quorum, and ends the watch where it does not get there.
func (w *Watch) beat(ctx context.Context, key string, every time.Duration) {
	for retry.Pause(ctx, every) == nil {
		before := w.join.complete()
		revision, err := w.client.revision(ctx, key)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.join.lose("the cluster does not answer", w.client.explain(ctx, err))
			return
		}
		if revision < before {
			w.join.lose(fmt.Sprintf("the cluster is at revision %d and was at %d: it was restored from a snapshot", revision, before), nil)
			return
		}
		if !w.arrives(ctx, revision) {
			w.lose(ctx, fmt.Sprintf("the cluster is at revision %d, and the watch does not get there", revision), nil)
			return
		}
	}
}

// arrives waits until the watch is at a revision: as long as one request may take,
// and on for as long again where it has come nearer meanwhile.
func (w *Watch) arrives(ctx context.Context, revision int64) bool {
	for near := w.join.nearing(revision); ; {
		if w.reaches(ctx, revision) {
			return true
		}
		now := w.join.nearing(revision)
		if now == near || ctx.Err() != nil {
			return false
		}
		near = now
	}
}

// reaches waits until the watch is at a revision, for as long as one request may
// take.
func (w *Watch) reaches(ctx context.Context, revision int64) bool {
	limit, cancel := w.client.request(ctx)
	defer cancel()
	for !w.join.aim(revision, time.Now()) {
		if retry.Pause(limit, askAgain) != nil {
			return w.join.complete() >= revision
		}
	}
	return true
}

// Revision is the cluster's, read through the leader. The user must be allowed to
// read the key.
func (c *Client) Revision(ctx context.Context, key string) (int64, error) {
	revision, err := c.revision(ctx, key)
	return revision, c.explain(ctx, err)
}

func (c *Client) revision(ctx context.Context, key string) (int64, error) {
	var answer *pb.RangeResponse
	err := c.patiently(ctx, func(ctx context.Context) (err error) {
		answer, err = c.kv.Range(ctx, &pb.RangeRequest{Key: []byte(key), CountOnly: true})
		return err
	})
	if err == nil && c.clusterID != 0 && answer.GetHeader().GetClusterId() != c.clusterID {
		err = fmt.Errorf("another cluster answers: %s", hexID(answer.GetHeader().GetClusterId()))
	}
	return answer.GetHeader().GetRevision(), err
}
