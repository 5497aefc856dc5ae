package config

import (
	"context"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

const consoleName = "<expression>"

// Watch knows what is being evaluated.
func (c *Config) Watch() *Watch { return c.run.options.Watch }

// Eval evaluates one expression over the configuration: variables, locals,
// objects, modules and functions. What is sensitive in the result is not shown.
func (c *Config) Eval(ctx context.Context, src string) (text string, value any, found diag.List) {
	r := c.run
	r.found, r.reported = nil, map[said]bool{}
	r.allow(ctx)
	s := &source{name: consoleName, shown: consoleName, text: []byte(src)}
	r.addSource(s)
	if !r.sound(s) {
		return "", nil, r.diagnostics()
	}
	expr, diags := lang.ParseExpression(s.text, consoleName, r.budget)
	s.broken = diags.HasErrors()
	if diags.HasErrors() {
		r.reportHCL(diags, zero())
		return "", nil, r.diagnostics()
	}
	v := r.evalAtRoot(expr)
	if found := r.ended(); found != nil {
		return "", nil, found
	}
	list := r.diagnostics()
	if list.HasErrors() {
		return "", nil, list
	}
	if !isKnown(v) {
		r.report(problem{
			summary: "The value is not known", detail: "It depends on something that is wrong in the configuration.", at: expr.Range(),
		})
		return "", nil, r.diagnostics()
	}
	return lang.Text(v), lang.JSON(v), list
}

func (r *run) evalAtRoot(expr hcl.Expression) cty.Value {
	a := newExpr("expression", expr, expr.Range(), expr.Range(), setting{})
	return r.root.value(a, r.root.contextFor(a), cty.DynamicPseudoType, zero())
}
