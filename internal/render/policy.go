package render

import (
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
)

// PolicyDocument is what one policy, or one of sigilform's safety valves, says of
// a plan.
type PolicyDocument struct {
	Name string `json:"name"`
	// Valve says that it is one of sigilform's own.
	Valve    bool          `json:"valve,omitempty"`
	Severity diag.Severity `json:"severity"`
	// Verdict is "passed", "failed" or "allowed".
	Verdict string `json:"verdict"`
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
	// Addresses are the objects that it failed for.
	Addresses []string `json:"addresses,omitempty"`
	// Range is where the rule stands.
	Range *diag.Range `json:"range,omitempty"`
}

func policyDocuments(results []plan.PolicyResult) []PolicyDocument {
	out := make([]PolicyDocument, len(results))
	for i, r := range results {
		out[i] = PolicyDocument{
			Name: r.Name, Valve: r.Valve, Severity: r.Severity, Verdict: string(r.Verdict), Message: r.Message, Hint: r.Hint,
			Addresses: r.Addresses, Range: r.Range,
		}
	}
	return out
}

func (d *PolicyDocument) verdict() plan.Verdict { return plan.Verdict(d.Verdict) }

// denies reports whether the plan can't be applied because of it.
func (d *PolicyDocument) denies() bool {
	return d.verdict() == plan.Failed && d.Severity == diag.Error
}

// noun is what it is called.
func (d *PolicyDocument) noun() string {
	if d.Valve {
		return "safety valve"
	}
	return "policy"
}

// policies adds those that did not pass.
func (p *page) policies(all []PolicyDocument) {
	for i := range all {
		d := &all[i]
		label, c := "Denied by ", red
		switch {
		case d.verdict() == plan.Passed, p.o.Quiet && !d.denies():
			continue
		case d.verdict() == plan.Allowed:
			label, c = "Allowed for this run: ", yellow
		case !d.denies():
			label, c = "Warning of ", yellow
		}
		p.line(p.color(c, label), p.color(bold, d.noun()+" "+p.word(d.Name)), p.ruleAt(d.Range))
		p.prose(d.Message)
		if !p.o.Quiet {
			p.hint(d.Hint)
		}
		p.space()
	}
}

func (p *page) ruleAt(at *diag.Range) string {
	if at == nil {
		return ""
	}
	return " " + p.where(diag.Place{Range: at})
}

// denied counts the rules that deny a plan.
func denied(all []PolicyDocument) int {
	n := 0
	for i := range all {
		if all[i].denies() {
			n++
		}
	}
	return n
}
