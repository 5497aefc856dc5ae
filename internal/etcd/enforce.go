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
)

// Enforce turns authentication on so that nobody is locked out. It refuses to
// where this connection's user is no administrator already. Then it makes a
// rescue user, turns authentication on, and proves on a second connection with
// its own credentials that it may read, write and administer. If it may not it
// turns authentication off again, by the rescue user, and returns a
// *kv.NotEnforced. The rescue user goes in any case.
//
// The rescue user's password follows from the connection's own credentials: so
// one whose process was killed in between can be undone by the next, see
// [Rescue]. Where authentication is on already, it only proves and tidies up.
func (c *Client) Enforce(ctx context.Context, probe string) error {
	if err := c.mayEnforce(ctx); err != nil {
		return err
	}
	enabled, _, err := c.AuthStatus(ctx)
	if err != nil {
		return err
	}
	if !enabled {
		if err := c.addRescue(ctx); err != nil {
			return err
		}
		if err := c.DoAuth(ctx, kv.AuthOp{Kind: kv.EnableAuth}, ""); err != nil {
			return err
		}
	}
	if c.afterEnable != nil {
		c.afterEnable()
	}
	if err := c.prove(ctx, probe); err != nil {
		return c.undoEnforce(context.WithoutCancel(ctx), err)
	}
	return c.dropRescue(ctx)
}

// undoEnforce turns authentication off again, and says so only if it is.
func (c *Client) undoEnforce(ctx context.Context, cause error) error {
	if err := rescue(ctx, c.settings.Config); err != nil {
		return &ConnectError{
			Kind: Refused, Summary: "authentication is on, and this connection can't administer the cluster",
			Detail: fmt.Sprintf("It could not be turned off again either: %v.", err),
			Hint:   "run `sigilform recover --rescue` with the same credentials, or log in as another administrator", Cause: cause,
		}
	}
	return &kv.NotEnforced{Cause: cause}
}

// mayEnforce refuses what could only end in undoing it.
func (c *Client) mayEnforce(ctx context.Context) error {
	self := c.Username()
	if c.inProcess || self == "" {
		return &ConnectError{
			Kind: BadConfig, Summary: "this connection has no user",
			Detail: "Once authentication is on, the cluster would refuse it.",
			Hint:   "connect with --cert and --key of a certificate whose common name is an administrator's, or with --user and --password-file",
		}
	}
	now, err := c.Auth(ctx)
	if err != nil {
		return err
	}
	for _, user := range []string{kv.RootName, self} {
		if !slices.Contains(now.Users[user], kv.RootName) {
			return &ConnectError{
				Kind: Refused, Summary: fmt.Sprintf("the etcd user %q is no administrator", user),
				Detail: "Before authentication is turned on, the user root and the user of this connection must have the role root.",
				Hint:   fmt.Sprintf("declare acl_user %q { roles = [\"root\"] }", user),
			}
		}
	}
	if c.settings.Username != "" {
		return nil
	}
	return c.settings.checksCertificates(ctx)
}

// prove opens a second connection, as any later command would, and reads,
// writes and administers on it.
func (c *Client) prove(ctx context.Context, probe string) error {
	second, err := Connect(ctx, c.settings.Config)
	if err != nil {
		return fmt.Errorf("a second connection: %w", err)
	}
	defer second.Close() //nolint:errcheck // a connection that only proves
	if _, err := second.Read(ctx, probe); err != nil {
		return fmt.Errorf("read %s: %w", probe, err)
	}
	for _, op := range []kv.Op{{Kind: kv.Put, Key: probe, Value: "proof"}, {Kind: kv.Delete, Key: probe}} {
		r, err := second.Commit(ctx, kv.Txn{Ops: []kv.Op{op}})
		if err == nil && r.Outcome != kv.Committed {
			err = r.Cause
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", op.Kind, probe, err)
		}
	}
	if _, _, err := second.AuthNames(ctx); err != nil {
		return fmt.Errorf("list the users: %w", err)
	}
	return nil
}

// addRescue makes the rescue user, or gives one that a killed run left the
// password that follows from these credentials.
func (c *Client) addRescue(ctx context.Context) error {
	password, err := c.settings.rescuePassword()
	if err != nil {
		return err
	}
	now, err := c.Auth(ctx)
	if err != nil {
		return err
	}
	if _, left := now.Users[kv.RescueUser]; left {
		if err := c.DoAuth(ctx, kv.AuthOp{Kind: kv.DeleteUser, User: kv.RescueUser}, ""); err != nil {
			return err
		}
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

func (c *Client) dropRescue(ctx context.Context) error {
	now, err := c.Auth(ctx)
	if err != nil {
		return err
	}
	if _, there := now.Users[kv.RescueUser]; !there {
		return nil
	}
	return c.DoAuth(ctx, kv.AuthOp{Kind: kv.DeleteUser, User: kv.RescueUser}, "")
}

// Rescue turns authentication off again where a run was killed after it had
// turned it on, and before it could prove that these credentials still work.
func Rescue(ctx context.Context, config Config) error {
	return rescue(ctx, config)
}

// rescue turns authentication off as the rescue user.
func rescue(ctx context.Context, config Config) error {
	s, err := prepare(config)
	if err != nil {
		return err
	}
	password, err := s.rescuePassword()
	if err != nil {
		return err
	}
	s.Username, s.Password = kv.RescueUser, password
	limit, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	client, err := s.open(limit, true)
	if err != nil {
		return s.explain(limit, err, seen{})
	}
	defer client.Close() //nolint:errcheck // authentication is off when it ends
	if err := client.DoAuth(limit, kv.AuthOp{Kind: kv.DisableAuth}, ""); err != nil {
		return err
	}
	return client.DoAuth(limit, kv.AuthOp{Kind: kv.DeleteUser, User: kv.RescueUser}, "")
}

// rescuePassword follows from the credentials of a connection, so that only who
// has those can make it, at any time anew.
func (s *settings) rescuePassword() (string, error) {
	secret := []byte(s.Password)
	if s.Password == "" {
		key, err := intake.Read(s.KeyFile, maxPEM)
		if err != nil {
			return "", fmt.Errorf("read the private key: %w", err)
		}
		secret = key
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("sigilform rescue 1"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}
