package etcd

import (
	"context"
	"errors"
	"strings"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"

	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Commit writes the transaction wholly or not at all, in one revision. It is
// sent at most once. An error means that nothing was written, for certain; a
// *kv.TooLarge that nothing was even sent.
//
// Where the authentication changes meanwhile, what the server refused for the
// old session is sent again: it was not written.
//
// Guards of the kind Unnamed are not comparisons of etcd's: what they look for is
// read, and the commit is guarded against what was written since; see [Client.referred].
func (c *Client) Commit(ctx context.Context, t kv.Txn) (kv.Result, error) {
	if r := t.Referring(); !r.None() {
		return c.referred(ctx, t, r)
	}
	return c.fit(ctx, t, t.Guards)
}

// fit sends a transaction. Where the server refuses it for its size, it takes
// less than it was taken to: then the limits are lowered, and what fits another
// way is sent that way. Of a rejected one it says which of the guards that were
// asked for moved.
func (c *Client) fit(ctx context.Context, t kv.Txn, asked []kv.Guard) (kv.Result, error) {
	for {
		request, size, err := build(t, c.Limits(), c.Username())
		if err != nil {
			return kv.Result{}, err
		}
		r, err := c.commit(ctx, asked, request, size)
		if err == nil || !c.learned(err, size) {
			return r, err
		}
	}
}

// learned lowers the limits where the server refused a request for its size.
func (c *Client) learned(err error, size Size) bool {
	var explained *ConnectError
	if errors.As(err, &explained) {
		err = explained.Cause
	}
	switch {
	case is(err, rpctypes.ErrTooManyOps):
		return c.limits.tooManyOps(size.Widest)
	case is(err, rpctypes.ErrRequestTooLarge), strings.Contains(err.Error(), messageTooLarge):
		return c.limits.tooLarge(size.Bytes)
	}
	return false
}

// messageTooLarge is what a server says whose transport refuses a message.
const messageTooLarge = "received message larger than max"

// commit sends a request once, or again where it certainly was refused as stale.
func (c *Client) commit(ctx context.Context, asked []kv.Guard, request *pb.TxnRequest, size Size) (kv.Result, error) {
	if err := ctx.Err(); err != nil {
		return kv.Result{}, c.explain(ctx, err)
	}
	limit, cancel := c.request(ctx)
	defer cancel()
	limit, sent := withSending(limit)
	answer, err := c.kv.Txn(limit, request)
	for err != nil && staleAgain(limit, err) {
		answer, err = c.kv.Txn(limit, request)
	}
	if c.inProcess {
		sent.left.Store(true)
	}
	switch {
	case err == nil && (size.Depth > 1 || answer.GetSucceeded()):
		return kv.Result{Outcome: kv.Committed, Revision: answer.GetHeader().GetRevision(), Bytes: size.Bytes}, nil
	case err == nil, size.Depth > 1 && refusedByLeaf(err):
		moved, cause := c.moved(ctx, asked)
		return kv.Result{Outcome: kv.Rejected, Moved: moved, Bytes: size.Bytes, Cause: cause}, nil
	case sent.left.Load() && uncertain(err):
		return kv.Result{Outcome: kv.Unknown, Bytes: size.Bytes, Cause: c.explainLost(err)}, nil
	}
	return kv.Result{}, c.explain(limit, err)
}

// refusedByLeaf reports whether the server refused the put of a leaf whose
// guards did not hold. Versions check the lease and the key in different order.
func refusedByLeaf(err error) bool {
	return is(err, rpctypes.ErrLeaseNotFound) || is(err, rpctypes.ErrKeyNotFound)
}

// uncertain reports whether a write may have happened although err came back.
// What a server refuses by itself, before or while applying, was not written;
// a lost reply, a time-out or a change of the leader leaves it open.
func uncertain(err error) bool {
	switch code(rpctypes.Error(err)) {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied, codes.ResourceExhausted,
		codes.FailedPrecondition, codes.OutOfRange, codes.Unimplemented, codes.DataLoss, codes.Unauthenticated:
		return false
	default:
		return true
	}
}

// explainLost says why the reply was lost.
func (c *Client) explainLost(err error) error {
	out := &ConnectError{Code: failure.EtcdUnreachable, Summary: "The reply to the commit was lost", Detail: reason(rpctypes.ErrorDesc(err)), Cause: err}
	switch {
	case errors.Is(err, context.Canceled) || code(err) == codes.Canceled:
		out.Code, out.Detail = failure.EtcdCanceled, "The command was interrupted while it waited for the reply."
	case code(err) == codes.DeadlineExceeded:
		out.Detail = "No reply came within " + c.settings.Timeout.String() + "."
	}
	return out
}
