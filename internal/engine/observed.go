package engine

import (
	"context"
	"log/slog"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// observed is a session whose writes are stages. An apply is pure and knows
// nothing of them.
type observed struct {
	*session
	engine *Engine
}

func (e *Engine) observe(s *session) *observed { return &observed{session: s, engine: e} }

// Commit is one transaction: an apply, or a step of one.
func (o *observed) Commit(ctx context.Context, t kv.Txn) (kv.Result, error) {
	ctx, st := o.engine.stage(ctx, "commit")
	result, err := o.session.Commit(ctx, t)
	st.note(slog.Int("writes", len(t.Ops)), slog.Int("guards", len(t.Guards)), slog.Int("bytes", result.Bytes))
	if err == nil {
		st.note(slog.String("outcome", string(result.Outcome)))
	}
	if result.Outcome == kv.Committed {
		st.note(slog.Int64(attrRevision, result.Revision))
	}
	st.end(err)
	return result, err
}

// DoAuth is one call of the cluster's authentication.
func (o *observed) DoAuth(ctx context.Context, op kv.AuthOp, password string) error {
	ctx, st := o.engine.stage(ctx, "call")
	o.engine.Mask.Know(password)
	st.note(slog.String("call", string(op.Kind)))
	err := o.session.DoAuth(ctx, op, password)
	st.end(err)
	return err
}

// carryOut applies a plan.
func (e *Engine) carryOut(ctx context.Context, s *session, p *plan.Plan, o apply.Options) (*apply.Result, error) {
	ctx, st := e.stage(ctx, "apply")
	result, err := apply.Run(ctx, e.observe(s), p, o)
	st.note(slog.String(attrNetwork, p.Network))
	if result != nil {
		st.note(slog.Int64(attrSerial, result.Serial), slog.Int64(attrRevision, result.Revision), slog.Int("bytes", result.Bytes),
			slog.Int("writes", result.Writes), slog.Int("guards", result.Guards), slog.Int("steps", result.Steps), slog.Int("calls", result.Calls))
	}
	st.end(err)
	return result, err
}

// compare makes a plan.
func (e *Engine) compare(ctx context.Context, in plan.Input) (*plan.Plan, diag.List) {
	_, st := e.stage(ctx, "plan")
	p, found := plan.Make(in)
	if st != nil && p != nil {
		n := p.Counts()
		st.note(slog.String(attrNetwork, p.Network), slog.Int64(attrSerial, p.Serial), slog.Int64(attrRevision, p.Revision),
			slog.Int("create", n.Create), slog.Int("update", n.Update), slog.Int("delete", n.Delete), slog.Int("adopt", n.Adopt),
			slog.Int("forget", n.Forget), slog.Int("drift", n.Drift), slog.Int("conflicts", len(p.Conflicts)))
	}
	st.end(found.Err())
	return p, found
}

// planned is a plan with the secrets that it and the network hold.
func (e *Engine) planned(n *network.Network, p *plan.Plan) *Planned {
	secrets := secretsOf(n, p)
	e.Mask.Know(secrets...)
	e.learnPlan(p)
	return &Planned{Plan: p, Secrets: secrets}
}
