package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// Input is what the rules look at.
type Input struct {
	Plan  *plan.Plan
	State *state.State
	// Config is the configuration, nil where none is read: then there are only
	// the valves, as they are by default.
	Config *config.Config
	// Allow names the rules that this run may break.
	Allow []string
}

// Check asks every valve and every policy, and returns their results by name,
// valves first. Errors among the diagnostics are policies that can't be
// evaluated, and names to allow that no rule has: then the plan must not be used.
func Check(ctx context.Context, in Input) ([]plan.PolicyResult, diag.List) {
	out := valves(in)
	found := in.unknownNames()
	results, wrong := in.policies(ctx)
	out = append(out, results...)
	for i := range out {
		in.allow(&out[i])
	}
	return out, append(found, wrong...)
}

// allow marks what failed and may. A warning needs no allowance.
func (in *Input) allow(r *plan.PolicyResult) {
	if !r.Denies() {
		return
	}
	if slices.Contains(in.Allow, r.Name) {
		r.Verdict, r.Hint = plan.Allowed, ""
		return
	}
	r.Hint += fmt.Sprintf(" To allow it for this run: --allow %s", r.Name)
}

// policies judges the policies of the configuration. What they see is made only
// where there are some.
func (in *Input) policies(ctx context.Context) ([]plan.PolicyResult, diag.List) {
	if in.Config == nil || len(in.Config.Policies) == 0 {
		return nil, nil
	}
	seen := struct{ plan, network cty.Value }{planValue(in.Plan, in.kinds()), networkValue(in.Config.Network)}
	var out []plan.PolicyResult
	var found diag.List
	for i := range in.Config.Policies {
		p := &in.Config.Policies[i]
		message, wrong := in.Config.Judge(ctx, p, seen.plan, seen.network)
		found = append(found, wrong...)
		r := plan.PolicyResult{Name: p.Name, Severity: p.Severity, Verdict: plan.Passed, Range: &p.Range}
		if message != "" {
			r.Verdict, r.Message = plan.Failed, message
			r.Hint = "Change what breaks the policy."
		}
		out = append(out, r)
	}
	return out, found
}

// unknownNames refuses to allow what does not exist: a slip would else look like
// an allowance.
func (in *Input) unknownNames() diag.List {
	names := config.ValveNames()
	if in.Config != nil {
		for i := range in.Config.Policies {
			names = append(names, in.Config.Policies[i].Name)
		}
	}
	var out diag.List
	for _, name := range slices.Compact(slices.Sorted(slices.Values(in.Allow))) {
		if slices.Contains(names, name) {
			continue
		}
		slices.SortFunc(names, cmp.Compare)
		out = append(out, diag.Diagnostic{
			Severity: diag.Error, Summary: fmt.Sprintf("There is no policy %q to allow", name),
			Detail: "--allow takes the name of a policy of the configuration, or of a safety valve.",
			Hint:   suggestion(name, names),
		})
	}
	return out
}

func suggestion(name string, names []string) string {
	if near := lang.DidYouMean(name, names); near != "" {
		return near
	}
	return "The names are " + strings.Join(names, ", ") + "."
}
