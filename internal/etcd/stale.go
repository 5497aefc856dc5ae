package etcd

import (
	"context"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/status"
)

// Whoever changes users or permissions makes what others were about to do
// stale: their token, or the revision of the authentication that their request
// was checked against. The server refuses it then, for certain, and takes the
// same request a moment later.

// maxOld is how often a request is sent again at once that was refused because
// of an old revision. It is right where each request is checked against the
// revision of its own moment; where the token holds one, only a new login helps,
// which the library does next. A login takes long, and can't succeed for as long
// as changes go on.
const maxOld = 40

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
func staleAgain(ctx context.Context, err error) bool { return stale(err) && pause(ctx, retryPause) }
