package etcd

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.etcd.io/etcd/api/v3/authpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// parallelAuthReads is how many roles and users are read side by side: each is
// a request of its own, and goes through the log of the cluster.
const parallelAuthReads = 48

// authTries is how often the authentication is read again when it changes while
// it is read.
const authTries = 5

// AuthStatus says whether authentication is on, and its revision, through the
// leader. Servers before 3.7 tell it to administrators only.
func (c *Client) AuthStatus(ctx context.Context) (enabled bool, revision uint64, err error) {
	var answer *clientv3.AuthStatusResponse
	err = c.patiently(ctx, func(ctx context.Context) (err error) {
		answer, err = c.api.AuthStatus(ctx)
		return err
	})
	if code(err) == codes.Unimplemented {
		return false, 0, &ConnectError{
			Code: failure.EtcdRefused, Summary: "This etcd is too old for an acl", Cause: err,
			Detail: "Servers before 3.5 do not tell the revision of their authentication, without which nobody can tell whether someone else changes it meanwhile.",
			Hint:   "upgrade to etcd 3.6.14, 3.7.1 or later, or leave the acl blocks out",
		}
	}
	if err != nil {
		return false, 0, c.explain(ctx, err)
	}
	return answer.Enabled, answer.AuthRevision, nil
}

// Auth reads all roles and users, as of one revision of the authentication.
// Where authentication is on only an administrator may: see [IsDenied].
func (c *Client) Auth(ctx context.Context) (*kv.Auth, error) {
	for range authTries {
		_, before, err := c.AuthStatus(ctx)
		if err != nil {
			return nil, err
		}
		out, err := c.readAuth(ctx)
		if err != nil {
			return nil, err
		}
		enabled, after, err := c.AuthStatus(ctx)
		if err != nil {
			return nil, err
		}
		if out.Enabled, out.Revision = enabled, after; before == after {
			return out, nil
		}
	}
	return nil, &ConnectError{
		Code: failure.EtcdRefused, Summary: "The roles and users in etcd change faster than they can be read",
		Detail: "They changed each time while they were read.", Hint: "find out who changes them, and run the command again",
	}
}

// AuthNames lists the names of all roles and users.
func (c *Client) AuthNames(ctx context.Context) (roles, users []string, err error) {
	err = c.patiently(ctx, func(ctx context.Context) error {
		r, err := c.api.RoleList(ctx)
		if err != nil {
			return err
		}
		u, err := c.api.UserList(ctx)
		if err != nil {
			return err
		}
		roles, users = r.Roles, u.Users
		return nil
	})
	if err != nil {
		return nil, nil, c.explain(ctx, err)
	}
	return roles, users, nil
}

func (c *Client) readAuth(ctx context.Context) (*kv.Auth, error) {
	roles, users, err := c.AuthNames(ctx)
	if err != nil {
		return nil, err
	}
	out := &kv.Auth{Roles: make(map[string]map[kv.Range]kv.Access, len(roles)), Users: make(map[string][]string, len(users))}
	var mu sync.Mutex
	readRole := func(ctx context.Context, name string) error {
		answer, err := c.api.RoleGet(ctx, name)
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			out.Roles[name] = permissions(answer.Perm)
		}
		return err
	}
	readUser := func(ctx context.Context, name string) error {
		answer, err := c.api.UserGet(ctx, name)
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			out.Users[name] = slices.Sorted(slices.Values(answer.Roles))
		}
		return err
	}
	err = errors.Join(c.eachName(ctx, roles, readRole), c.eachName(ctx, users, readUser))
	if err != nil {
		return nil, err
	}
	return out, nil
}

// eachName asks for each name, several at a time. One that is gone meanwhile is
// left out: the revision tells.
func (c *Client) eachName(ctx context.Context, names []string, read func(context.Context, string) error) error {
	errs := make([]error, len(names))
	free := make(chan struct{}, parallelAuthReads)
	var wg fault.Group
	for i, name := range names {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			errs[i] = c.patiently(ctx, func(ctx context.Context) error { return read(ctx, name) })
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !is(err, rpctypes.ErrRoleNotFound) && !is(err, rpctypes.ErrUserNotFound) {
			return c.explain(ctx, err)
		}
	}
	return nil
}

// permissions are a role's by range. etcd can hold two of one range: together
// they allow what either does.
func permissions(found []*authpb.Permission) map[kv.Range]kv.Access {
	out := make(map[kv.Range]kv.Access, len(found))
	for _, p := range found {
		r := kv.Range{Key: string(p.GetKey()), End: string(p.GetRangeEnd())}
		switch p.GetPermType() {
		case authpb.Permission_READ:
			out[r] |= kv.Read
		case authpb.Permission_WRITE:
			out[r] |= kv.Write
		case authpb.Permission_READWRITE:
			out[r] |= kv.ReadWrite
		}
	}
	return out
}

// IsDenied reports whether an error says that the user may not do what was
// asked.
func IsDenied(err error) bool {
	var e *ConnectError
	return errors.As(err, &e) && e.Code == failure.EtcdDenied
}

// isShutOut reports whether an error says that a user is not let in, or may not
// do what was asked.
func isShutOut(err error) bool {
	var e *ConnectError
	return errors.As(err, &e) && e.ShutOut()
}
