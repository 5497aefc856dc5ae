package etcd

import (
	"context"
	"errors"
	"slices"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/retry"
)

type keyValue = mvccpb.KeyValue

// retryPause is between two tries of a read when a member is lost. Only reads
// are ever sent twice.
const retryPause = 50 * time.Millisecond

// Read reads keys through the leader, all at one revision. A key that does not
// exist is left out; the rest is sorted.
func (c *Client) Read(ctx context.Context, keys ...string) ([]kv.Entry, error) {
	sorted := slices.Compact(slices.Sorted(slices.Values(keys)))
	requests := make([]*pb.RangeRequest, 0, len(sorted))
	for _, k := range sorted {
		requests = append(requests, &pb.RangeRequest{Key: []byte(k)})
	}
	answers, err := c.readAll(ctx, requests)
	if err != nil {
		return nil, err
	}
	out := make([]kv.Entry, 0, len(sorted))
	for _, a := range answers {
		out = appendEntries(out, a.GetKvs())
	}
	return out, nil
}

// readAll sends reads in as few requests as the server's limit allows, all at
// the revision of the first. It starts over when that revision is compacted.
func (c *Client) readAll(ctx context.Context, requests []*pb.RangeRequest) ([]*pb.RangeResponse, error) {
	var err error
	for range maxRestarts {
		var out []*pb.RangeResponse
		_, out, err = c.readPinned(ctx, 0, requests)
		if err == nil {
			return out, nil
		}
		if !is(err, rpctypes.ErrCompacted) {
			break
		}
	}
	return nil, c.explain(ctx, err)
}

// readPinned is one try of several reads at one revision, which it returns:
// that of the first read where none is given.
func (c *Client) readPinned(ctx context.Context, revision int64, requests []*pb.RangeRequest) (int64, []*pb.RangeResponse, error) {
	out := make([]*pb.RangeResponse, 0, len(requests))
	for rest := requests; len(rest) > 0; {
		batch := rest[:min(len(rest), c.Limits().MaxTxnOps)]
		for _, r := range batch {
			r.Revision = revision
		}
		at, answers, err := c.readBatch(ctx, batch)
		if is(err, rpctypes.ErrTooManyOps) && c.limits.tooManyOps(len(batch)) {
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		if revision == 0 {
			revision = at
		}
		out, rest = append(out, answers...), rest[len(batch):]
	}
	return revision, out, nil
}

// readBatch is one read-only transaction: its reads are of one revision.
func (c *Client) readBatch(ctx context.Context, batch []*pb.RangeRequest) (int64, []*pb.RangeResponse, error) {
	request := &pb.TxnRequest{}
	for _, r := range batch {
		request.Success = append(request.Success, &pb.RequestOp{Request: &pb.RequestOp_RequestRange{RequestRange: r}})
	}
	var answer *pb.TxnResponse
	err := c.patiently(ctx, func(ctx context.Context) (err error) {
		answer, err = c.kv.Txn(ctx, request)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	out := make([]*pb.RangeResponse, 0, len(batch))
	for _, r := range answer.GetResponses() {
		out = append(out, r.GetResponseRange())
	}
	if len(out) != len(batch) {
		return 0, nil, errors.New("etcd answered with fewer reads than were asked")
	}
	return answer.GetHeader().GetRevision(), out, nil
}

// patiently repeats a read while a member is lost, a leader is elected or the
// authentication changes, within the timeout of one request.
func (c *Client) patiently(ctx context.Context, read func(context.Context) error) error {
	ctx, cancel := c.request(ctx)
	defer cancel()
	for {
		err := rpctypes.Error(modern(read(ctx)))
		if err == nil {
			return nil
		}
		lost := code(err) == codes.Unavailable && retry.Pause(ctx, retryPause) == nil
		if !lost && !staleAgain(ctx, err) {
			return err
		}
	}
}

func appendEntries(out []kv.Entry, found []*keyValue) []kv.Entry {
	for _, e := range found {
		out = append(out, kv.Entry{
			Key: string(e.GetKey()), Value: string(e.GetValue()), CreateRevision: e.GetCreateRevision(), ModRevision: e.GetModRevision(),
		})
	}
	return out
}
