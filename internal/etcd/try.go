package etcd

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TryRead reports whether this connection's user may read a range. It reads
// no value.
func (c *Client) TryRead(ctx context.Context, r kv.Range) (allowed bool, err error) {
	return c.try(ctx, func(ctx context.Context) error {
		_, err := c.kv.Range(ctx, &pb.RangeRequest{Key: []byte(r.Key), RangeEnd: []byte(r.End), CountOnly: true})
		return err
	})
}

// TryWrite reports whether this connection's user may write a range. It writes
// nothing: etcd checks the permissions of both branches of a transaction before
// it runs either, and the write is in the one that is never run.
func (c *Client) TryWrite(ctx context.Context, r kv.Range) (allowed bool, err error) {
	write := &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: &pb.PutRequest{Key: []byte(r.Key)}}}
	if r.End != "" {
		write = &pb.RequestOp{Request: &pb.RequestOp_RequestDeleteRange{
			RequestDeleteRange: &pb.DeleteRangeRequest{Key: []byte(r.Key), RangeEnd: []byte(r.End)},
		}}
	}
	return c.try(ctx, func(ctx context.Context) error {
		_, err := c.kv.Txn(ctx, &pb.TxnRequest{Failure: []*pb.RequestOp{write}})
		return err
	})
}

func (c *Client) try(ctx context.Context, send func(context.Context) error) (bool, error) {
	err := c.patiently(ctx, send)
	if is(err, rpctypes.ErrPermissionDenied) {
		return false, nil
	}
	if err != nil {
		return false, c.explain(ctx, err)
	}
	return true, nil
}
