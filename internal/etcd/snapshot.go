package etcd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// DefaultPageSize is how many keys a page holds: each page makes the server
// count the rest of the range, so small ones cost.
const DefaultPageSize = 10_000

// maxRestarts is how often a snapshot starts over when the cluster compacts
// the revision that it reads at.
const maxRestarts = 5

// SnapshotRequest says what a snapshot holds.
type SnapshotRequest struct {
	// Prefixes and Keys are read with their values. They may overlap.
	Prefixes, Keys []string
	// Optional are keys that are read where the user may read them.
	Optional []string
	// Count are prefixes of which only the number of keys is wanted, where the
	// user may read them.
	Count []string
	// PageSize is the number of keys of a page, DefaultPageSize where 0.
	PageSize int
	// Revision is the one to read at, 0 for now.
	Revision int64
}

// Scan reads everything below the prefixes, as [Client.Snapshot] does. At a
// fixed revision the error is a kv.ErrCompacted once the cluster has forgotten it.
func (c *Client) Scan(ctx context.Context, revision int64, prefixes ...string) (*kv.Snapshot, error) {
	return c.Snapshot(ctx, SnapshotRequest{Prefixes: prefixes, Revision: revision})
}

// Snapshot reads everything at one revision: that of its first request. It is
// read through the leader. When the cluster compacts that revision meanwhile,
// all of it is read again at a new one; two revisions are never mixed.
func (c *Client) Snapshot(ctx context.Context, r SnapshotRequest) (*kv.Snapshot, error) {
	if r.PageSize <= 0 {
		r.PageSize = DefaultPageSize
	}
	var err error
	for range maxRestarts {
		var out *kv.Snapshot
		out, err = c.snapshot(ctx, r)
		if is(err, rpctypes.ErrPermissionDenied) && len(r.Optional)+len(r.Count) > 0 {
			out, err = c.permitted(ctx, r)
		}
		if err == nil {
			return out, nil
		}
		switch {
		case !is(err, rpctypes.ErrCompacted):
			return nil, c.explain(ctx, err)
		case r.Revision != 0:
			return nil, fmt.Errorf("read revision %d: %w", r.Revision, kv.ErrCompacted)
		}
	}
	return nil, &ConnectError{
		Code: failure.EtcdRefused, Summary: "The cluster is compacted faster than it can be read", Cause: err,
		Detail: fmt.Sprintf("The revision of the snapshot was compacted %d times while it was read.", maxRestarts),
		Hint:   "compact less often (--auto-compaction-retention), or run the command again",
	}
}

// snapshot is one try: the first page of every range in one request, which
// fixes the revision, then the rest of each range, ranges side by side.
func (c *Client) snapshot(ctx context.Context, r SnapshotRequest) (*kv.Snapshot, error) {
	spans := merge(r.Prefixes, slices.Concat(r.Keys, r.Optional))
	revision, first, err := c.firstPages(ctx, spans, r)
	if err != nil {
		return nil, err
	}
	out := &kv.Snapshot{ClusterID: c.ClusterID(), Revision: revision, Foreign: map[string]int64{}}
	for i, prefix := range r.Count {
		out.Foreign[prefix] = first[len(spans)+i].GetCount()
	}
	pages := make([][]kv.Entry, len(spans))
	errs := make([]error, len(spans))
	slots := make(chan struct{}, parallelRanges)
	var wg fault.Group
	for i, s := range spans {
		pages[i] = appendEntries(make([]kv.Entry, 0, first[i].GetCount()), first[i].GetKvs())
		if !first[i].GetMore() {
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			pages[i], errs[i] = c.rest(ctx, s, revision, r.PageSize, pages[i])
		})
	}
	wg.Wait()
	for i := range spans {
		if errs[i] != nil {
			return nil, errs[i]
		}
		out.Entries = append(out.Entries, pages[i]...)
	}
	return out, nil
}

// parallelRanges is how many ranges are read side by side.
const parallelRanges = 4

// firstPages asks for the first page of each span and for all counts.
func (c *Client) firstPages(ctx context.Context, spans []span, r SnapshotRequest) (int64, []*pb.RangeResponse, error) {
	requests := make([]*pb.RangeRequest, 0, len(spans)+len(r.Count))
	for _, s := range spans {
		requests = append(requests, s.page(s.from, 0, r.PageSize))
	}
	for _, prefix := range r.Count {
		requests = append(requests, &pb.RangeRequest{Key: []byte(prefix), RangeEnd: rangeEnd(prefix), CountOnly: true})
	}
	if len(requests) == 0 {
		return 0, nil, errors.New("internal error: an empty snapshot was asked for")
	}
	return c.readPinned(ctx, r.Revision, requests)
}

// rest reads the pages of a span after the first.
func (c *Client) rest(ctx context.Context, s span, revision int64, size int, got []kv.Entry) ([]kv.Entry, error) {
	for more := true; more; {
		next := got[len(got)-1].Key + "\x00"
		var answer *pb.RangeResponse
		err := c.patiently(ctx, func(ctx context.Context) (err error) {
			answer, err = c.kv.Range(ctx, s.page(next, revision, size))
			return err
		})
		if err != nil {
			return nil, err
		}
		got = appendEntries(got, answer.GetKvs())
		more = answer.GetMore() && len(answer.GetKvs()) > 0
		size = min(size*2, math.MaxInt32/2)
	}
	return got, nil
}
