package etcd

import (
	"context"
	"crypto/rand"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Login is what etcd says to a user and a password.
type Login string

// What it says.
const (
	// LoginAccepted: the password is the user's.
	LoginAccepted Login = "accepted"
	// LoginRefused: it is not. Whether the user has another one etcd does not tell.
	LoginRefused Login = "refused"
	// LoginNone: the user was made without a password, and none can ever be right.
	LoginNone Login = "none"
)

// TryPassword asks whether a user may log in with a password, while
// authentication is on. An empty one asks for a password that nobody has: the
// answer then tells only whether the user was made without one.
func (c *Client) TryPassword(ctx context.Context, user, password string) (Login, error) {
	if password == "" {
		password = rand.Text()
	}
	err := c.patiently(ctx, func(ctx context.Context) error {
		_, err := c.auth.Authenticate(ctx, &pb.AuthenticateRequest{Name: user, Password: password})
		return err
	})
	switch {
	case err == nil:
		return LoginAccepted, nil
	case hasNoPassword(err):
		return LoginNone, nil
	case is(err, rpctypes.ErrAuthFailed):
		return LoginRefused, nil
	}
	return "", c.explain(ctx, err)
}
