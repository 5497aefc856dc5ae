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
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Denied is the error for a plan that can be shown but not applied, because
// policies or safety valves deny it.
type Denied struct{ Plan *plan.Plan }

// Failure names them, and says how to go on.
func (e *Denied) Failure() *failure.Failure {
	f := &failure.Failure{Code: failure.Denied, Summary: e.summary(), Detail: "Nothing was written."}
	results := e.Plan.Denied()
	if len(results) == 1 {
		f.Detail = closed(results[0].Message) + " " + f.Detail
		f.Hint = strings.TrimSuffix(results[0].Hint, ".") + "; the history records it"
		return f
	}
	for _, r := range slices.Backward(results) {
		f.Detail = r.Name + ": " + closed(r.Message) + "\n" + f.Detail
	}
	f.Hint = "change what breaks them. To allow them for this run: --allow " + strings.Join(e.names(), " --allow ") + "; the history records it"
	return f
}

// Error is the failure on one line.
func (e *Denied) Error() string { return failure.Text(e) }

func (e *Denied) summary() string {
	names := e.names()
	switch {
	case len(names) > 1:
		return strings.Join(names, ", ") + " deny the plan"
	case slices.Contains(config.ValveNames(), names[0]):
		return fmt.Sprintf("The safety valve %s denies the plan", names[0])
	}
	return fmt.Sprintf("The policy %s denies the plan", names[0])
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

// closed is the message of a rule, on one line and with a full stop.
func closed(s string) string { return strings.TrimSuffix(failure.OneLine(s), ".") + "." }
