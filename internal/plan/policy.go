package plan

import "github.com/sigilgate/sigilform/internal/diag"

// Verdict is what a rule says of one plan.
type Verdict string

// The verdicts.
const (
	Passed Verdict = "passed"
	// Failed: with the severity error the plan can't be applied (exit code 6).
	Failed Verdict = "failed"
	// Allowed: it failed, and this run was allowed to go on; the history says so.
	Allowed Verdict = "allowed"
)

// PolicyResult is what one rule said: a policy block, or a safety valve of
// sigilform's own.
type PolicyResult struct {
	// Name is the policy's label, or the valve's name; --allow takes it.
	Name string `json:"name"`
	// Valve says that it is one of sigilform's own.
	Valve    bool          `json:"valve,omitempty"`
	Severity diag.Severity `json:"severity"`
	Verdict  Verdict       `json:"verdict"`
	// Message says what is wrong, one line each; empty where it passed.
	Message string `json:"message,omitempty"`
	// Hint says what to do about it, and how to allow it for one run.
	Hint string `json:"hint,omitempty"`
	// Addresses are the objects that it failed for, sorted; empty where it is
	// about the whole.
	Addresses []string `json:"addresses,omitempty"`
	// Range is where the rule, or what it failed for, stands; nil where that is
	// no file.
	Range *diag.Range `json:"range,omitempty"`
}

// Denies reports whether the plan can't be applied because of this rule.
func (r *PolicyResult) Denies() bool { return r.Verdict == Failed && r.Severity == diag.Error }

// Denied lists the rules because of which the plan can't be applied.
func (p *Plan) Denied() []PolicyResult {
	var out []PolicyResult
	for i := range p.Policies {
		if p.Policies[i].Denies() {
			out = append(out, p.Policies[i])
		}
	}
	return out
}

// AllowedPolicies are the names of the rules that failed and were allowed for
// this run, sorted as the results are.
func (p *Plan) AllowedPolicies() []string {
	var out []string
	for i := range p.Policies {
		if p.Policies[i].Verdict == Allowed {
			out = append(out, p.Policies[i].Name)
		}
	}
	return out
}
