package etcd

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/authpb"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/crypto/bcrypt"

	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// AuthUnknown is the error for a call of the authentication whose reply was
// lost: it may have been made, or be made yet.
type AuthUnknown struct {
	Op    kv.AuthOp
	Cause error
}

// Failure says which call it was.
func (e *AuthUnknown) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.UnknownCall, Summary: "It is not known whether etcd has carried a call out", Cause: e.Cause,
		Detail: fmt.Sprintf("The reply to %q was lost: %s.", e.Op.String(), failure.Because(e.Cause)),
		Hint:   "ask with `sigilform acl show --live`, then run the command again",
	}
}

// Error is the failure on one line.
func (e *AuthUnknown) Error() string { return failure.Text(e) }

// Unwrap returns why the reply was lost.
func (e *AuthUnknown) Unwrap() error { return e.Cause }

// Temporary says that it is worth to look, and to try again.
func (e *AuthUnknown) Temporary() bool { return true }

// DoAuth makes one call. It is not sent again but where it certainly was not
// made: for an old session. An *AuthUnknown may have been made; after any
// other error it was not.
func (c *Client) DoAuth(ctx context.Context, op kv.AuthOp, password string) error {
	if err := ctx.Err(); err != nil {
		return c.explain(ctx, err)
	}
	limit, cancel := c.request(ctx)
	defer cancel()
	limit, sent := withSending(limit)
	for {
		err := modern(c.doAuth(limit, op, password))
		switch {
		case err == nil:
			return nil
		case staleAgain(limit, err):
		case (sent.left.Load() || c.inProcess) && uncertain(err):
			return &AuthUnknown{Op: op, Cause: c.explainLost(err)}
		default:
			return c.explainCall(ctx, op, err)
		}
	}
}

func (c *Client) doAuth(ctx context.Context, op kv.AuthOp, password string) error {
	var err error
	switch op.Kind {
	case kv.AddRole:
		_, err = c.api.RoleAdd(ctx, op.Role)
	case kv.DeleteRole:
		_, err = c.api.RoleDelete(ctx, op.Role)
	case kv.GrantPermission:
		_, err = c.api.RoleGrantPermission(ctx, op.Role, op.Key, op.End, permissionType(op.Access))
	case kv.RevokePermission:
		_, err = c.api.RoleRevokePermission(ctx, op.Role, op.Key, op.End)
	case kv.AddUser:
		err = c.addUser(ctx, op)
	case kv.SetPassword:
		err = c.setPassword(ctx, op.User, password)
	case kv.ClearPassword:
		err = c.clearPassword(ctx, op.User)
	case kv.DeleteUser:
		_, err = c.api.UserDelete(ctx, op.User)
	case kv.GrantRole:
		_, err = c.api.UserGrantRole(ctx, op.User, op.Role)
	case kv.RevokeRole:
		_, err = c.api.UserRevokeRole(ctx, op.User, op.Role)
	case kv.EnableAuth:
		_, err = c.api.AuthEnable(ctx)
	case kv.DisableAuth:
		_, err = c.api.AuthDisable(ctx)
	default:
		err = fmt.Errorf("internal error: the call %q is unknown", op.Kind)
	}
	return err
}

func permissionType(a kv.Access) clientv3.PermissionType {
	switch a {
	case kv.Read:
		return clientv3.PermissionType(clientv3.PermRead)
	case kv.Write:
		return clientv3.PermissionType(clientv3.PermWrite)
	default:
		return clientv3.PermissionType(clientv3.PermReadWrite)
	}
}

// addUser makes a user. Of one with a password nobody knows it before it is
// set: servers take no hash here, and what they take is the password itself.
func (c *Client) addUser(ctx context.Context, op kv.AuthOp) error {
	request := &pb.AuthUserAddRequest{Name: op.User, Options: &authpb.UserAddOptions{NoPassword: op.Password == nil}}
	if op.Password != nil {
		request.Password = rand.Text()
	}
	_, err := c.auth.UserAdd(ctx, request)
	return err
}

func (c *Client) setPassword(ctx context.Context, user, password string) error {
	if password == "" {
		return fmt.Errorf("internal error: the user %q gets no password", user)
	}
	plain, hashed, err := c.secretForm(ctx, password)
	if err != nil {
		return err
	}
	_, err = c.auth.UserChangePassword(ctx, &pb.AuthUserChangePasswordRequest{Name: user, Password: plain, HashedPassword: hashed})
	return err
}

// noHash stands where the hash of a password does, and is none of any.
const noHash = "!"

// clearPassword leaves a user no password that any login has. Its rights stay,
// and so does what it does by a certificate: to make it again without a password
// would take them from it in between, and etcd refuses that for root. A member
// that takes no hash gets a password that nobody knows.
func (c *Client) clearPassword(ctx context.Context, user string) error {
	request := &pb.AuthUserChangePasswordRequest{Name: user}
	if c.takesHashes(ctx) {
		request.HashedPassword = base64.StdEncoding.EncodeToString([]byte(noHash))
	} else {
		request.Password = rand.Text()
	}
	_, err := c.auth.UserChangePassword(ctx, request)
	return err
}

// ChangePassword gives a user another password.
func (c *Client) ChangePassword(ctx context.Context, user, password string) error {
	return c.DoAuth(ctx, kv.AuthOp{Kind: kv.SetPassword, User: user}, password)
}

// secretForm is a password as it is sent: its hash where every member is known
// to take one. A member before 3.5 would take the hash for no password at all,
// so whoever is not known gets the password itself.
func (c *Client) secretForm(ctx context.Context, password string) (plain, hashed string, err error) {
	if !c.takesHashes(ctx) {
		return password, "", nil
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cmp.Or(c.settings.HashCost, bcrypt.DefaultCost))
	if errors.Is(err, bcrypt.ErrPasswordTooLong) {
		return "", "", &ConnectError{
			Code: failure.EtcdRefused, Summary: "The password is longer than etcd takes", Detail: "It may have 72 bytes.", Hint: "choose a shorter one",
		}
	}
	if err != nil {
		return "", "", fmt.Errorf("hash the password: %w", err)
	}
	return "", base64.StdEncoding.EncodeToString(hash), nil
}

// takesHashes reports whether every member is known to take a password's hash.
func (c *Client) takesHashes(ctx context.Context) bool {
	cluster, err := c.Cluster(ctx)
	if err != nil || len(cluster.Members) == 0 {
		return false
	}
	for _, m := range cluster.Members {
		v, ok := parseVersion(m.Version)
		if !ok || v.less(version{3, 5, 0}) {
			return false
		}
	}
	return true
}

// explainCall says why etcd refused a call.
func (c *Client) explainCall(ctx context.Context, op kv.AuthOp, err error) error {
	for _, known := range []error{
		rpctypes.ErrUserAlreadyExist, rpctypes.ErrUserNotFound, rpctypes.ErrRoleAlreadyExist, rpctypes.ErrRoleNotFound,
		rpctypes.ErrRoleNotGranted, rpctypes.ErrPermissionNotGranted, rpctypes.ErrInvalidAuthMgmt,
	} {
		if is(err, known) {
			return &ConnectError{
				Code: failure.EtcdRefused, Summary: fmt.Sprintf("etcd refused the call %q", op.String()), Detail: reason(rpctypes.ErrorDesc(err)),
				Hint: "someone else changes roles or users: plan again", Cause: err,
			}
		}
	}
	return c.explain(ctx, err)
}
