package etcd

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// commitKey marks the context of a commit; its value is a *sending.
type commitKey struct{}

// sending is what is known of one commit on its way.
type sending struct{ left atomic.Bool }

// withSending marks a context as that of a commit.
func withSending(ctx context.Context) (context.Context, *sending) {
	s := new(sending)
	return context.WithValue(ctx, commitKey{}, s), s
}

// sendOnce keeps the client library from sending a commit again. It does so
// where a server's answer looks like the call's own deadline; such an answer
// becomes "unavailable", which the library leaves alone.
func sendOnce(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := invoke(ctx, method, req, reply, cc, opts...)
	if _, commit := ctx.Value(commitKey{}).(*sending); !commit || err == nil {
		return err
	}
	if c := status.Code(err); ctx.Err() == nil && (c == codes.Canceled || c == codes.DeadlineExceeded) {
		return status.Error(codes.Unavailable, "the server gave up: "+status.Convert(err).Message())
	}
	return err
}

// sentWatcher notes when the request of a commit left: before that its failure
// is certain, after that its outcome is unknown.
type sentWatcher struct{}

var _ stats.Handler = sentWatcher{}

// TagRPC keeps the context as it is.
func (sentWatcher) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC notes the payload that leaves.
func (sentWatcher) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if _, leaves := event.(*stats.OutPayload); !leaves {
		return
	}
	if s, ok := ctx.Value(commitKey{}).(*sending); ok {
		s.left.Store(true)
	}
}

// TagConn keeps the context as it is.
func (sentWatcher) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn needs nothing.
func (sentWatcher) HandleConn(context.Context, stats.ConnStats) {}
