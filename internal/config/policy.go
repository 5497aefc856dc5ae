package config

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

// Policy is one rule over the desired network and a plan.
type Policy struct {
	Name     string
	Severity diag.Severity
	// Range is the header of the block.
	Range diag.Range

	block *policyBlock
}

type policyBlock struct {
	name               string
	severity           diag.Severity
	condition, message *attr
	at                 hcl.Range
}

// maxMessage bounds a policy's message, in bytes: it goes into reports.
const maxMessage = 4096

func (r *run) readPolicy(f *folder, b *hcl.Block) {
	p := &policyBlock{name: b.Labels[0], severity: diag.Error, at: b.DefRange}
	content, diags := b.Body.Content(attributes("condition", "message", "severity"))
	r.reportHCL(diags, zero())
	r.missing("a policy", []string{"condition", "message"}, content.Attributes, diags, b.DefRange, zero())
	if slices.Contains(ValveNames(), p.name) {
		r.report(problem{
			summary: `"` + p.name + `" is the name of a safety valve`, detail: "A policy and a valve are allowed by their names, so no two may share one.",
			hint: "give the policy another name; to change the valve write valve \"" + p.name + "\" { … }", at: b.LabelRanges[0],
		})
	}
	if s := content.Attributes["severity"]; s != nil {
		p.severity = r.severity(s, diag.Error, diag.Warning)
	}
	where := setting{words: map[string]bool{lang.PlanWord: true, lang.NetworkWord: true}}
	if a := content.Attributes["condition"]; a != nil {
		p.condition = newAttr(a, where)
	}
	if a := content.Attributes["message"]; a != nil {
		p.message = newAttr(a, where)
	}
	if old := f.policies[p.name]; old != nil {
		r.twice(`policy "`+p.name+`"`, old.at, p.at)
		return
	}
	f.policies[p.name] = p
}

// severity reads one of some words.
func (r *run) severity(a *hcl.Attribute, allowed ...diag.Severity) diag.Severity {
	text := r.literalText(a)
	words := make([]string, 0, len(allowed))
	for _, s := range allowed {
		if text == string(s) {
			return s
		}
		words = append(words, string(s))
	}
	if text != "" {
		r.report(problem{
			summary: `Wrong value for "severity"`, detail: "It is one of " + quoteList(words) + ".", hint: lang.DidYouMean(text, words), at: a.Expr.Range(),
		})
	}
	return allowed[0]
}

// policies are those of the root, by name. Each is tried with a plan of which
// nothing is known: what is wrong in any plan is found without one.
func (s *scope) policies() []Policy {
	plan, network := cty.UnknownVal(lang.PlanType()), cty.UnknownVal(lang.NetworkType(s.run.catalogue))
	var out []Policy
	for _, name := range sortedKeys(s.folder.policies) {
		b := s.folder.policies[name]
		if b.condition == nil || b.message == nil {
			continue
		}
		ctx := s.policyContext(b, plan, network)
		s.tryPolicy(b.condition, ctx, cty.Bool)
		s.tryPolicy(b.message, ctx, cty.String)
		sample := s.policyContext(b, lang.Sample(lang.PlanType()), lang.Sample(lang.NetworkType(s.run.catalogue)))
		s.tryElements(b.condition, sample)
		s.tryElements(b.message, sample)
		out = append(out, Policy{Name: name, Severity: b.severity, Range: *s.run.rangeOf(b.at), block: b})
	}
	return out
}

// tryPolicy evaluates an expression of which nothing may be known yet but its type.
func (s *scope) tryPolicy(a *attr, ctx *hcl.EvalContext, want cty.Type) {
	v, _ := s.value(a, ctx, cty.DynamicPseudoType, zero()).UnmarkDeep()
	if v.Type() == cty.DynamicPseudoType || convert.GetConversionUnsafe(v.Type(), want) != nil || v.Type().Equals(want) {
		return
	}
	s.run.report(problem{
		summary: `Wrong type for "` + a.name + `"`, detail: s.run.mismatch(want, v, nil), at: a.expr.Range(), attribute: a.name,
	})
}

// tryElements looks for attributes that no element of a list has. Nothing else
// counts: a real list may be longer.
func (s *scope) tryElements(a *attr, sample *hcl.EvalContext) {
	if !s.check(a) {
		return
	}
	_, diags := a.expr.Value(sample)
	var wrong hcl.Diagnostics
	for _, d := range diags {
		if d.Summary == "Unsupported attribute" {
			wrong = append(wrong, d)
		}
	}
	s.run.reportHCL(wrong, zero())
}

func (s *scope) policyContext(b *policyBlock, plan, network cty.Value) *hcl.EvalContext {
	ctx := s.contextFor(b.condition, b.message).NewChild()
	ctx.Variables = map[string]cty.Value{lang.PlanWord: plan, lang.NetworkWord: network}
	return ctx
}

// Judge evaluates a policy over a plan and a network, of [lang.PlanType] and
// [lang.NetworkType]. The message is empty where the policy holds. A condition
// that can't be evaluated is an error: nothing is let through for lack of an
// answer.
func (c *Config) Judge(ctx context.Context, p *Policy, plan, network cty.Value) (message string, found diag.List) {
	r, b := c.run, p.block
	r.found, r.reported = nil, map[said]bool{}
	r.allow(ctx)
	scope := r.root.policyContext(b, plan, network)
	holds, _ := r.root.value(b.condition, scope, cty.Bool, zero()).Unmark()
	switch {
	case r.stopped():
		return "", r.ended()
	case r.failed():
		return "", r.diagnostics()
	case !holds.IsKnown() || holds.IsNull():
		r.report(problem{
			summary: `The condition of policy "` + b.name + `" is neither true nor false`,
			detail:  "Its value is null or not known, so it can't be said whether the plan may be applied.", at: b.condition.expr.Range(),
		})
		return "", r.diagnostics()
	case holds.True():
		return "", nil
	}
	text := r.root.value(b.message, scope, cty.String, zero())
	if r.stopped() {
		return "", r.ended()
	}
	if r.failed() {
		return "", r.diagnostics()
	}
	return policyMessage(text), nil
}

// policyMessage is the text of a message; one that would show a sensitive value
// is not shown.
func policyMessage(v cty.Value) string {
	bare, _ := v.Unmark()
	switch {
	case lang.IsSensitive(v):
		return "The message is not shown: it holds a sensitive value."
	case !bare.IsKnown() || bare.IsNull() || strings.TrimSpace(bare.AsString()) == "":
		return "The condition does not hold."
	}
	text := strings.TrimSpace(bare.AsString())
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return text
}
