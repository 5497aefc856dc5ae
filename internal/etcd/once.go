package etcd

import (
	"context"
	"sync/atomic"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/sigilgate/sigilform/internal/retry"
)

// commitKey marks the context of a commit, or of a call of the authentication
// service; its value is a *sending.
type commitKey struct{}

// sending is what is known of one such call on its way.
type sending struct{ left atomic.Bool }

// withSending marks a context as that of a call that is sent at most once.
func withSending(ctx context.Context) (context.Context, *sending) {
	s := new(sending)
	return context.WithValue(ctx, commitKey{}, s), s
}

// session is what is known of how the requests of one connection are let in.
type session struct {
	// signed says that the token holds the revision of the authentication that it
	// was given at.
	signed atomic.Bool
	// password says that the connection has a user with a password, and loggedIn
	// that it has logged in: before that, while authentication is off, it can't.
	password bool
	loggedIn atomic.Bool
}

// send keeps the client library from sending a call of withSending again. The
// library does so where a server's answer looks like the call's own deadline;
// such an answer becomes "unavailable", which the library leaves alone.
//
// What a server refused for certain is not on its way any more: the library may
// log in anew and send it again, and that may fail before anything left.
func (n *session) send(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := n.anonymous(modern(invoke(ctx, method, req, reply, cc, opts...)))
	if method == pb.Auth_Authenticate_FullMethodName {
		n.note(reply, err)
		return err
	}
	for tries := 0; n.onlyOld(err) && (tries < maxHasty || retry.Pause(ctx, hastyPause) == nil) && ctx.Err() == nil; tries++ {
		err = n.anonymous(modern(invoke(ctx, method, req, reply, cc, opts...)))
	}
	s, commit := ctx.Value(commitKey{}).(*sending)
	if !commit || err == nil {
		return err
	}
	if !uncertain(err) {
		s.left.Store(false)
	}
	if c := status.Code(err); ctx.Err() == nil && (c == codes.Canceled || c == codes.DeadlineExceeded) {
		return status.Error(codes.Unavailable, "the server gave up: "+status.Convert(err).Message())
	}
	return err
}

// sentWatcher notes when the request of such a call left: before that its failure
// is certain, after that its outcome is unknown.
type sentWatcher struct{}

var _ stats.Handler = sentWatcher{}

// TagRPC takes the mark from the login that the library may do on the way.
func (sentWatcher) TagRPC(ctx context.Context, call *stats.RPCTagInfo) context.Context {
	if call.FullMethodName == pb.Auth_Authenticate_FullMethodName {
		return context.WithValue(ctx, commitKey{}, nil)
	}
	return ctx
}

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
