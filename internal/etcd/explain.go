package etcd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sigilgate/sigilform/internal/failure"
)

// explain turns the error of a request after connecting into a ConnectError.
func (c *Client) explain(ctx context.Context, err error) error {
	return c.settings.explain(ctx, err, seen{})
}

// explain says what an error of the client library means for a person.
func (s *settings) explain(ctx context.Context, err error, n seen) error {
	var known *ConnectError
	if err == nil || errors.As(err, &known) {
		return err
	}
	err = rpctypes.Error(err)
	switch {
	case is(err, rpctypes.ErrAuthFailed), is(err, rpctypes.ErrInvalidAuthToken), is(err, rpctypes.ErrUserEmpty), is(err, rpctypes.ErrUserNotFound), hasNoPassword(err):
		return s.unauthenticated(err)
	case is(err, rpctypes.ErrPermissionDenied):
		return s.denied(err)
	case is(err, rpctypes.ErrGRPCNotSupportedForLearner):
		return &ConnectError{
			Code: failure.EtcdLearner, Summary: "The etcd member is a learner", Detail: "A learner answers neither reads nor writes.",
			Hint: "give the endpoint of another member", Cause: err,
		}
	}
	switch code(err) {
	case codes.Unimplemented:
		return notEtcd(s.first(), err)
	case codes.DeadlineExceeded, codes.Unavailable:
		return s.noQuorum(ctx, err, n)
	case codes.Canceled:
		if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return &ConnectError{Code: failure.EtcdCanceled, Summary: "Canceled while waiting for etcd", Cause: err}
		}
		return s.noQuorum(ctx, err, n)
	default:
		return s.refused(err)
	}
}

// hasNoPassword reports whether a login was refused to a user that was made
// without a password. Servers have no code for it.
func hasNoPassword(err error) bool {
	return rpctypes.ErrorDesc(err) == "auth: authentication failed, password was given for no password user"
}

func is(err, want error) bool { return rpctypes.ErrorDesc(err) == rpctypes.ErrorDesc(want) }

// code is the gRPC code of an error, also of one that etcd's client made its own.
func code(err error) codes.Code {
	var own rpctypes.EtcdError
	switch {
	case errors.As(err, &own):
		return own.Code()
	case errors.Is(err, context.DeadlineExceeded):
		return codes.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return codes.Canceled
	}
	return status.Code(err)
}

func (s *settings) first() target {
	if len(s.targets) == 0 {
		return target{url: "in process", address: "the embedded server"}
	}
	return s.targets[0]
}

func (s *settings) unauthenticated(err error) error {
	out := &ConnectError{Code: failure.EtcdUnauthenticated, Cause: err}
	switch {
	case is(err, rpctypes.ErrInvalidAuthToken):
		out.Summary = "The cluster's authentication token expired"
		out.Detail = fmt.Sprintf("The cluster does not know the token of user %q any more, and logging in again failed.", s.user())
		out.Hint = "run the command again; if it happens at once, look at the cluster's --auth-token"
	case s.Username == "" && s.user() != "" && is(err, rpctypes.ErrUserEmpty):
		out.Summary = "The cluster requires a user, and does not take one from a client certificate"
		out.Detail = fmt.Sprintf("The certificate %s names %q, but the server does not check client certificates, so it believes none.", s.CertFile, s.user())
		out.Hint = "start the members with --client-cert-auth and --trusted-ca-file, or give --user and --password-file"
	case s.Username == "" && s.user() != "":
		out.Summary = fmt.Sprintf("The cluster does not know the user %q", s.user())
		out.Detail = fmt.Sprintf("The client certificate %s names it.", s.CertFile)
		out.Hint = "add the user, or use a certificate of one that exists"
	case s.Username == "":
		out.Summary = "The cluster requires a user"
		out.Detail = "Authentication is enabled there, and no user is given."
		out.Hint = "give --user and --password-file, or a client certificate whose common name is a user"
	case hasNoPassword(err):
		out.Summary = fmt.Sprintf("The user %q has no password in etcd", s.Username)
		out.Detail = "It was made without one: only a client certificate proves who it is."
		out.Hint = "leave --user out, and give --cert and --key of a certificate whose common name is the user's"
	default:
		out.Summary = fmt.Sprintf("The cluster does not accept the user %q", s.Username)
		out.Detail = "The user does not exist, or the password is wrong."
		out.Hint = "check --user and --password-file"
	}
	return out
}

func (s *settings) denied(err error) error {
	who := "the user"
	if s.user() == "" && s.CertFile != "" {
		return &ConnectError{
			Code: failure.EtcdUnauthenticated, Summary: "The cluster requires a user, and the client certificate names none", Cause: err,
			Detail: fmt.Sprintf("Authentication is enabled there, and %s has no common name.", s.CertFile),
			Hint:   "give --user and --password-file as well, or a client certificate whose common name is a user",
		}
	}
	if s.user() != "" {
		who = fmt.Sprintf("the user %q", s.user())
	}
	return &ConnectError{
		Code: failure.EtcdDenied, Summary: who + " lacks a permission in etcd",
		Detail: "sigilform reads and writes the network's prefix and /sigilform/, and etcd refused one of them.",
		Hint:   "apply as an administrator (the role root); the role planner is enough for plans, drift for drift reports", Cause: err,
	}
}

// noQuorum is for a cluster of which something answers, but no read through
// its leader.
func (s *settings) noQuorum(ctx context.Context, err error, n seen) error {
	answering := len(n.status)
	for _, e := range n.failed {
		if c := code(e); c != codes.DeadlineExceeded && c != codes.Unavailable {
			answering++ // it refused to say more without a user, which is an answer
		}
	}
	out := &ConnectError{
		Code: failure.EtcdNoQuorum, Summary: "The etcd cluster has no quorum", Cause: err,
		Hint: "start the members that are down; `etcdctl endpoint status --cluster` shows them",
	}
	waited := fmt.Sprintf("a read through the leader got no answer within %s.", s.Timeout)
	if ctx.Err() == nil && code(err) != codes.DeadlineExceeded {
		waited = "a request failed: " + strings.TrimSuffix(rpctypes.ErrorDesc(err), ".") + "."
	}
	switch {
	case n.members > 0:
		out.Detail = fmt.Sprintf("The cluster has %d members and needs %d of them; %d of %d endpoints answered; %s",
			n.members, n.members/2+1, answering, len(s.Endpoints), waited)
	case answering > 0:
		out.Detail = fmt.Sprintf("%d of %d endpoints answered, but %s", answering, len(s.Endpoints), waited)
	default:
		out.Summary, out.Code = "The etcd cluster does not answer", failure.EtcdUnreachable
		out.Detail, out.Hint = reason(waited), "check that its members run and can be reached, and that a majority of them does"
	}
	return out
}

func (s *settings) refused(err error) error {
	out := &ConnectError{Code: failure.EtcdRefused, Summary: "etcd refused the request", Detail: reason(rpctypes.ErrorDesc(err)), Cause: err}
	switch {
	case is(err, rpctypes.ErrNoSpace):
		out.Code, out.Summary = failure.EtcdNoSpace, "The cluster's database is full"
		out.Detail = "etcd refuses writes until space is made. Nothing was written."
		out.Hint = "compact and defragment it, then disarm the alarm: `etcdctl compact`, `etcdctl defrag`, `etcdctl alarm disarm`"
	case is(err, rpctypes.ErrRequestTooLarge), is(err, rpctypes.ErrTooManyOps), code(err) == codes.ResourceExhausted:
		out.Summary = "The server's limits are lower than etcd's defaults"
		out.Detail = reason(rpctypes.ErrorDesc(err)) + " Nothing was written."
		out.Hint = "raise --max-request-bytes and --max-txn-ops of the members to at least 1572864 and 128"
	case is(err, rpctypes.ErrCorrupt):
		out.Summary = "The cluster reports corrupt data"
		out.Hint = "`etcdctl alarm list` names the member; restore it before anything is applied"
	}
	return out
}

// plainError is an error's own words, without the library's wrapping.
func plainError(err error) string {
	if code(err) == codes.DeadlineExceeded {
		return "it did not answer in time"
	}
	return rpctypes.ErrorDesc(err)
}
