package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/retry"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Enforce turns authentication on so that nobody is locked out. It refuses to
// where this connection's user is not an administrator already. Then it makes a
// rescue user, turns authentication on, and proves on a second connection with
// its own credentials that it may read, write and administer. If it may not it
// turns authentication off again, by the rescue user, and returns a
// *kv.NotEnforced. The rescue user goes in any case.
//
// The rescue user's password follows from the connection's own credentials: so
// one whose process was killed in between can be undone by the next, see
// [Rescue]. Where authentication is on already, it only proves and tidies up:
// that is how a recovery ends what a killed run began. Without an error, or with
// a *kv.NotEnforced, there is no rescue user any more.
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
	_, err = c.dropRescue(ctx)
	return err
}

// undoEnforce turns authentication off again, and says so only if it is and the
// rescue user is gone.
func (c *Client) undoEnforce(ctx context.Context, cause error) error {
	off, err := turnOff(ctx, c.settings)
	if !off {
		enabled, _, asked := c.AuthStatus(ctx) // the reply may have been lost
		off = asked == nil && !enabled
	}
	if !off {
		return &ConnectError{
			Code: failure.EtcdRefused, Summary: "Authentication is on, and this connection can't administer the cluster",
			Detail: fmt.Sprintf("It could not be turned off again either: %v.", err),
			Hint:   "run `sigilform recover --rescue` with the same credentials, or log in as another administrator", Cause: cause,
		}
	}
	if _, err := c.dropRescue(ctx); err != nil {
		return err
	}
	return &kv.NotEnforced{Cause: cause}
}

// mayEnforce refuses what could only end in undoing it.
func (c *Client) mayEnforce(ctx context.Context) error {
	self := c.Username()
	if c.inProcess || self == "" {
		return &ConnectError{
			Code: failure.EtcdConfig, Summary: "This connection has no user",
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
				Code: failure.EtcdRefused, Summary: fmt.Sprintf("The etcd user %q is not an administrator", user),
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

// proofs is how many requests' time a proof has in all.
const proofs = 3

// prove proves again while the replies are lost, for a time: that says nothing of
// the user.
func (c *Client) prove(ctx context.Context, probe string) error {
	limit, cancel := context.WithTimeout(ctx, proofs*c.settings.Timeout)
	defer cancel()
	for {
		err := c.proveOnce(limit, probe)
		var failed *ConnectError
		if !errors.As(err, &failed) || !failed.Temporary() || retry.Pause(limit, retryPause) != nil {
			return err
		}
	}
}

// proveOnce opens a second connection, as any later command would, and reads,
// writes and administers on it.
func (c *Client) proveOnce(ctx context.Context, probe string) error {
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
