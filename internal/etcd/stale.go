package etcd

import (
	"context"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/status"

	"github.com/sigilgate/sigilform/internal/retry"
)

// Whoever changes users or permissions makes what others were about to do
// stale: their token, or the revision of the authentication that their request
// was checked against. The server refuses it then, for certain, and takes the
// same request a moment later.

// A request that was refused because of an old revision is sent again at once,
// and in pauses where many were: it was checked against the revision of its own
// moment, and the next moment is another. The library would log in instead, and a
// login, which takes long, can't succeed for as long as changes go on.
const (
	maxHasty   = 40
	hastyPause = time.Millisecond
)

// onlyOld reports whether a request was refused because of an old revision, and
// may be sent again as it is. A signed token stays old: there only a new login
// helps, which the library does next.
func (n *session) onlyOld(err error) bool {
	return err != nil && is(err, rpctypes.ErrAuthOldRevision) && !n.signed.Load()
}

// note keeps of a login what kind of token it gave: one of three parts is signed.
func (n *session) note(reply any, err error) {
	n.loggedIn.Store(err == nil)
	if answer, ok := reply.(*pb.AuthenticateResponse); ok && err == nil {
		n.signed.Store(strings.Count(answer.GetToken(), ".") == 2)
	}
}

// anonymous is an error as the library knows that it has to log in: authentication
// was turned on since the connection was made, and a server that checks client
// certificates takes one without a name for a user of no name, who may do nothing.
func (n *session) anonymous(err error) error {
	if n.password && !n.loggedIn.Load() && is(err, rpctypes.ErrPermissionDenied) {
		return rpctypes.ErrGRPCUserEmpty
	}
	return err
}

// oldRevision is what servers say that have no code for it.
const oldRevision = "auth: revision in header is old"

// modern is an error as today's servers give it, which is how the library knows
// that it has to log in anew.
func modern(err error) error {
	if err != nil && status.Convert(err).Message() == oldRevision {
		return rpctypes.ErrGRPCAuthOldRevision
	}
	return err
}

// stale reports whether a request was refused because the authentication
// changed meanwhile.
func stale(err error) bool {
	return is(err, rpctypes.ErrAuthOldRevision) || is(err, rpctypes.ErrInvalidAuthToken)
}

// staleAgain reports whether the request that was refused is worth another try:
// it was stale, and there is time.
func staleAgain(ctx context.Context, err error) bool {
	return stale(err) && retry.Pause(ctx, retryPause) == nil
}
