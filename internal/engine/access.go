package engine

import (
	"context"
	"errors"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

var _ apply.Auth = (*etcd.Client)(nil)

// access reads what a plan needs to know of the cluster's authentication, where
// it has to do with it at all. Only an administrator may read roles and users:
// for anyone else the plan takes what was last applied for what is there.
func (e *Engine) access(ctx context.Context, s *session, in *plan.Input, disable bool) error {
	in.Access = plan.AccessInput{Self: s.Username(), LogsIn: s.LogsIn(), DisableAuth: disable}
	live, err := e.auth(ctx, s, plan.WantsAccess(in))
	if err != nil {
		return err
	}
	in.Access.Live = live
	return nil
}

// auth reads the roles and users of the cluster; nil where the user may not
// read them. For a network that has none, which whole says, all there is to
// look for is a rescue user.
func (e *Engine) auth(ctx context.Context, s *session, whole bool) (live *kv.Auth, err error) {
	if whole {
		e.progress("reading roles and users")
		live, err = s.Auth(ctx)
	} else {
		live, err = s.rescueAlone(ctx)
	}
	if err != nil && !etcd.IsDenied(err) {
		return nil, err
	}
	return live, nil
}

// mayEnforce adds a conflict where authentication is to be on in a cluster that
// would know nobody by a certificate, and somebody is known by nothing else.
func (s *session) mayEnforce(ctx context.Context, p *plan.Plan) error {
	if !needsCertificates(p, s.Username(), s.LogsIn()) {
		return nil
	}
	err := s.ChecksCertificates(ctx)
	if e, ok := errors.AsType[*etcd.ConnectError](err); ok && e.Code == failure.EtcdRefused {
		p.Conflicts = append(p.Conflicts, openConflict(e.Summary, e.Detail, e.Hint))
		return nil
	}
	return err
}

// needsCertificates reports whether a plan relies on client certificates: for
// users of the ACL while authentication is on, or for the user of the connection
// that turns it on.
func needsCertificates(p *plan.Plan, self string, logsIn bool) bool {
	return p.Access != nil && p.Access.ByCertificate || p.Enforces() && self != "" && !logsIn
}

// openConflict says why authentication can't be on.
func openConflict(summary, detail, hint string) plan.Conflict {
	return plan.Conflict{Address: "acl", Summary: "Authentication can't be on: " + summary, Detail: detail, Hint: hint}
}

// adviseOf warns of servers that can't be trusted with what a plan does. Who
// may not ask for their versions gets no warning.
func (s *session) adviseOf(ctx context.Context, p *plan.Plan) diag.List {
	if p.Access == nil {
		return nil
	}
	cluster, err := s.Cluster(ctx)
	if err != nil {
		return nil
	}
	return advise(cluster.Versions())
}

// needDigests refuses to plan without the key of digests: a new one would make
// every sensitive value look changed.
func needDigests(v *view, network string) error {
	if !v.denied(state.NewLayout(network).DigestKey()) {
		return nil
	}
	return invalid("This user may not plan", "It may not read the key that sensitive values are compared by.",
		"Use a user with the role planner or root. The role drift is enough for `sigilform drift`.")
}
