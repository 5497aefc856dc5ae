package etcd

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// RescueLeft is the error for a rescue user, an administrator, that is there
// and could not be removed.
type RescueLeft struct{ Cause error }

// Failure says so.
func (e *RescueLeft) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.RescueLeft, Summary: fmt.Sprintf("The etcd user %q is still there, an administrator of the whole cluster", kv.RescueUser), Cause: e.Cause,
		Detail: fmt.Sprintf("It could not be removed: %s.", failure.Because(e.Cause)),
		Hint:   fmt.Sprintf("run `sigilform recover` again, or remove it as an administrator: `etcdctl user delete %s`", kv.RescueUser),
	}
}

// Error is the failure on one line.
func (e *RescueLeft) Error() string { return failure.Text(e) }

// Unwrap returns what kept it from being removed.
func (e *RescueLeft) Unwrap() error { return e.Cause }

// HasRescue reports whether there is a rescue user. Where authentication is on
// only an administrator may ask: see [IsDenied]. It lists the users, since to ask
// for one that is not there is an error, also in traces.
func (c *Client) HasRescue(ctx context.Context) (there bool, err error) {
	err = c.patiently(ctx, func(ctx context.Context) error {
		answer, err := c.api.UserList(ctx)
		if err == nil {
			there = slices.Contains(answer.Users, kv.RescueUser)
		}
		return err
	})
	if err != nil {
		return false, c.explain(ctx, err)
	}
	return there, nil
}

// addRescue makes the rescue user, or gives one that a killed run left the
// password that follows from these credentials.
func (c *Client) addRescue(ctx context.Context) error {
	password, err := c.settings.rescuePassword(ctx)
	if err != nil {
		return err
	}
	if _, err := c.dropRescue(ctx); err != nil {
		return err
	}
	for _, op := range []kv.AuthOp{
		{Kind: kv.AddUser, User: kv.RescueUser, Password: &kv.PasswordSource{}},
		{Kind: kv.SetPassword, User: kv.RescueUser},
		{Kind: kv.GrantRole, User: kv.RescueUser, Role: kv.RootName},
	} {
		if err := c.DoAuth(ctx, op, password); err != nil {
			return err
		}
	}
	return nil
}

// TidyRescue removes a rescue user that a run has left, and reports whether
// there was one. Where authentication is on it proves first that this
// connection's user is an administrator: the rescue user may be the last one.
// Whether it is somebody's who is turning authentication on right now, the
// caller has to know. An error is a *[RescueLeft] where there is one still.
func (c *Client) TidyRescue(ctx context.Context, probe string) (removed bool, err error) {
	left, err := c.HasRescue(ctx)
	if !left || err != nil {
		return false, err
	}
	enabled, _, err := c.AuthStatus(ctx)
	if err == nil && enabled {
		err = c.prove(ctx, probe)
	}
	if err != nil {
		return false, &RescueLeft{Cause: err}
	}
	return c.dropRescue(ctx)
}

// dropRescue removes the rescue user, and looks where the reply was lost.
func (c *Client) dropRescue(ctx context.Context) (removed bool, err error) {
	left, err := c.HasRescue(ctx)
	if err != nil {
		return false, &RescueLeft{Cause: err}
	}
	if !left {
		return false, nil
	}
	err = c.DoAuth(ctx, kv.AuthOp{Kind: kv.DeleteUser, User: kv.RescueUser}, "")
	if err == nil {
		return true, nil
	}
	if left, looked := c.HasRescue(ctx); looked == nil && !left {
		return true, nil
	}
	return false, &RescueLeft{Cause: err}
}

// Rescued says what a rescue found to do.
type Rescued struct {
	// TurnedOff says that authentication was on, and is off now.
	TurnedOff bool
	// Removed says that there was a rescue user, which is gone.
	Removed bool
}

// Rescue turns authentication off again where a run was killed after it had
// turned it on, and before it could prove that these credentials still work. The
// rescue user goes. Where no run has left one, and the credentials work, there
// is nothing to do.
func Rescue(ctx context.Context, config Config) (Rescued, error) {
	s, err := prepare(ctx, config)
	if err != nil {
		return Rescued{}, err
	}
	left, enabled, asked := inspectRescue(ctx, config)
	switch {
	case asked != nil && !isShutOut(asked):
		return Rescued{}, asked
	case asked == nil && !left:
		return Rescued{}, nil
	}
	out := Rescued{TurnedOff: enabled || asked != nil}
	if out.TurnedOff {
		if off, err := turnOff(ctx, s); !off {
			return Rescued{}, noRescue(err, asked == nil)
		}
	}
	own, err := Connect(ctx, config)
	if err != nil {
		return out, &RescueLeft{Cause: err}
	}
	defer own.Close() //nolint:errcheck // a connection for one call
	removed, err := own.dropRescue(ctx)
	out.Removed = removed || out.TurnedOff && err == nil
	return out, err
}

// noRescue says why nobody could log in as the rescue user.
func noRescue(err error, work bool) error {
	if !isShutOut(err) {
		return err
	}
	if work {
		return &ConnectError{
			Code: failure.EtcdRefused, Summary: fmt.Sprintf("The user %q was made with other credentials", kv.RescueUser), Cause: err,
			Detail: "So these can't log in as it. But they administer the cluster by themselves: there is nothing that they need to be rescued from.",
			Hint:   "`sigilform recover` removes the user",
		}
	}
	return &ConnectError{
		Code: failure.EtcdUnauthenticated, Summary: "Neither these credentials nor a rescue user that was made with them can administer the cluster", Cause: err,
		Detail: "Either no apply has left a rescue user, or one that had other credentials.",
		Hint:   "give the credentials of the apply that was killed, or log in as another administrator",
	}
}

// inspectRescue asks with the credentials themselves. An error says that they
// do not work, or not for an administrator.
func inspectRescue(ctx context.Context, config Config) (left, enabled bool, err error) {
	c, err := Connect(ctx, config)
	if err != nil {
		return false, false, err
	}
	defer c.Close() //nolint:errcheck // a connection that only asked
	if left, err = c.HasRescue(ctx); err != nil {
		return false, false, err
	}
	enabled, _, err = c.AuthStatus(ctx)
	return left, enabled, err
}

// turnOff turns authentication off as the rescue user, whose password follows
// from the credentials, and then removes that user.
func turnOff(ctx context.Context, own *settings) (off bool, err error) {
	password, err := own.rescuePassword(ctx)
	if err != nil {
		return false, err
	}
	s := *own
	s.Username, s.Password = kv.RescueUser, password
	limit, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	client, err := s.open(limit, true)
	if err != nil {
		return false, s.explain(limit, err, seen{})
	}
	defer client.Close() //nolint:errcheck // authentication is off when it ends
	if err := client.DoAuth(limit, kv.AuthOp{Kind: kv.DisableAuth}, ""); err != nil {
		return false, err
	}
	return true, client.DoAuth(limit, kv.AuthOp{Kind: kv.DeleteUser, User: kv.RescueUser}, "")
}

// rescuePassword follows from the credentials of a connection, so that only who
// has those can make it, at any time anew.
func (s *settings) rescuePassword(ctx context.Context) (string, error) {
	secret := []byte(s.Password)
	switch {
	case s.Password == "" && s.KeyFile == "":
		return "", &ConnectError{
			Code: failure.EtcdConfig, Summary: "This connection has no credentials", Detail: "The password of the rescue user follows from those of the apply that made it.",
			Hint: "connect with the certificate or the user and password of that apply",
		}
	case s.Password == "":
		key, err := intake.Read(ctx, s.KeyFile, maxPEM)
		if err != nil {
			return "", fmt.Errorf("read the private key: %w", err)
		}
		secret = key
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("sigilform rescue 1"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}
