package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/policy"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// Denied is the error for a plan that can be shown but not applied, because
// policies or safety valves deny it.
type Denied struct{ Plan *plan.Plan }

// Error names them.
func (e *Denied) Error() string {
	names := e.names()
	switch {
	case len(names) > 1:
		return strings.Join(names, ", ") + " deny the plan"
	case slices.Contains(config.ValveNames(), names[0]):
		return fmt.Sprintf("the safety valve %s denies the plan", names[0])
	}
	return fmt.Sprintf("the policy %s denies the plan", names[0])
}

func (e *Denied) names() []string {
	var out []string
	for _, r := range e.Plan.Denied() {
		out = append(out, r.Name)
	}
	if len(out) == 0 {
		out = append(out, config.PreventDestroy)
	}
	return out
}

// judge puts into a plan what the policies and valves say of it. The
// configuration is nil where none is read.
func judge(ctx context.Context, l Limits, p *plan.Plan, st *state.State, c *config.Config, allow []string) error {
	var w *config.Watch
	if c != nil {
		w = c.Watch()
	}
	results, found := bounded(ctx, l, w, func(ctx context.Context) ([]plan.PolicyResult, diag.List) {
		return policy.Check(ctx, policy.Input{Plan: p, State: st, Config: c, Allow: allow})
	})
	if err := found.Err(); err != nil {
		return err
	}
	p.Policies = results
	return nil
}

// denied refuses a plan that a policy denies, and one that deletes a protected
// object and was never judged.
func denied(p *plan.Plan) error {
	judged := slices.ContainsFunc(p.Policies, func(r plan.PolicyResult) bool { return r.Name == config.PreventDestroy })
	unjudged := !judged && slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Protected })
	if len(p.Denied()) > 0 || unjudged {
		return &Denied{Plan: p}
	}
	return nil
}

// closed ends with a full stop, and begins as it does: with an address, often.
func closed(s string) string { return strings.TrimSuffix(oneLine(s), ".") + "." }

func explainDenied(e *Denied) render.ErrorDocument {
	d := render.ErrorDocument{Code: "denied", Summary: e.Error(), Detail: "Nothing was written."}
	results := e.Plan.Denied()
	if len(results) == 1 {
		d.Detail = closed(results[0].Message) + " " + d.Detail
		d.Hint = lower(results[0].Hint) + "; the history records it"
		return d
	}
	for _, r := range slices.Backward(results) {
		d.Detail = r.Name + ": " + closed(r.Message) + "\n" + d.Detail
	}
	d.Hint = "change what breaks them. To allow them for this run: --allow " + strings.Join(e.names(), " --allow ") + "; the history records it"
	return d
}
