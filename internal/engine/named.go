package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"

	"github.com/sigilgate/sigilform/internal/failure"
)

// choosePlan is the cluster that a saved plan is applied to. What whoever applies
// it names overrules what the file says. Until the cluster has told whether the
// file is as it was made, anybody may have written it: no password goes to where
// only the file leads. The key of a client certificate never leaves this machine,
// so a certificate is shown.
func (e *Engine) choosePlan(ctx context.Context, o ApplyFileOptions, p *plan.Plan) (target, error) {
	if t, ok, err := e.chooseOutside(ctx, o.Connection); ok || err != nil {
		return t, err
	}
	if o.Source.Path != "" {
		t, _, err := e.find(ctx, LiveOptions{Source: o.Source, Connection: o.Connection})
		return t, err
	}
	c := p.Connection
	if c.Embedded != "" {
		return target{from: fromPlan, embedded: c.Embedded}, nil
	}
	t := target{from: fromPlan, config: etcd.Config{
		Endpoints: c.Endpoints, CAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile, ServerName: c.ServerName,
	}}
	sends := sent(p)
	if len(sends) == 0 {
		return t, nil
	}
	ctl, named, err := e.etcdctl()
	if named && etcd.Share(ctl, t.config) {
		return target{from: fromEtcdctl, config: ctl}, err
	}
	return t, &failure.Failure{
		Code: failure.UnnamedCluster, Summary: "Only the plan file says where the cluster is, and a password would be sent there",
		Detail: fmt.Sprintf("It leads to %s, with %s. Whoever can write the file could lead it to a server of their own. Nothing was sent.",
			strings.Join(c.Endpoints, ", "), strings.Join(sends, " and ")),
		Hint: "say where it is: with --endpoints, --user and --password-file, with SIGILFORM_ENDPOINTS and so on, or with its configuration (`sigilform apply PLANFILE PATH`)",
	}
}

// OnlyFileLeads reports whether a plan, once it is saved, could not be applied as
// the environment and the command line are now: a password would be sent where
// only the file leads.
func (e *Engine) OnlyFileLeads(ctx context.Context, c Connection, p *Planned) bool {
	_, err := e.choosePlan(ctx, ApplyFileOptions{Connection: c}, p.Plan)
	return err != nil && failure.Of(err).Code == failure.UnnamedCluster
}

// sent are the passwords that go to a plan's cluster, in words.
func sent(p *plan.Plan) []string {
	var out []string
	if p.Connection.Username != "" {
		out = append(out, fmt.Sprintf("the password of the user %q", p.Connection.Username))
	}
	if p.Access == nil {
		return out
	}
	gives := func(o kv.AuthOp) bool { return o.Password != nil }
	if slices.ContainsFunc(p.Access.Grants, gives) || slices.ContainsFunc(p.Access.Revokes, gives) {
		out = append(out, "the passwords that it gives users of the cluster")
	}
	return out
}
