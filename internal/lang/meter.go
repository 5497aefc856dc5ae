package lang

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Meter makes what was parsed charge the budget when it is evaluated: each turn
// of a loop, each part of a template, each computation with numbers. The
// evaluator can't be stopped from outside, so it is stopped from inside. It also
// makes an object refuse a key that it has twice.
func Meter(node hclsyntax.Node, b *Budget) {
	if node == nil {
		return
	}
	m := meter{budget: b, operations: map[*hclsyntax.Operation]*hclsyntax.Operation{}}
	for _, op := range []*hclsyntax.Operation{
		hclsyntax.OpAdd, hclsyntax.OpSubtract, hclsyntax.OpMultiply, hclsyntax.OpDivide, hclsyntax.OpModulo,
	} {
		m.operations[op] = &hclsyntax.Operation{Impl: arithmetic(op.Impl, b), Type: op.Type, ShortCircuit: op.ShortCircuit}
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		m.visit(n)
		return nil
	})
}

type meter struct {
	budget *Budget
	// operations are those that charge in the place of others.
	operations map[*hclsyntax.Operation]*hclsyntax.Operation
}

func (m *meter) visit(n hclsyntax.Node) {
	switch e := n.(type) {
	case *hclsyntax.ForExpr:
		e.CollExpr = m.loop(e.CollExpr, e.KeyExpr, e.ValExpr, e.CondExpr)
	case *hclsyntax.SplatExpr:
		e.Source = m.loop(e.Source, e.Each)
	case *hclsyntax.TemplateExpr:
		for i, part := range e.Parts {
			if _, literal := part.(*hclsyntax.LiteralValueExpr); !literal {
				e.Parts[i] = m.wrap(part, m.budget.chargeText)
			}
		}
	case *hclsyntax.BinaryOpExpr:
		if op := m.operations[e.Op]; op != nil {
			e.Op = op
		}
	case *hclsyntax.ObjectConsExpr:
		eachKeyOnce(e)
	case *hclsyntax.Block:
		m.dynamic(e)
	}
}

// dynamic charges for the blocks that a dynamic block makes.
func (m *meter) dynamic(b *hclsyntax.Block) {
	if b.Type != "dynamic" || b.Body == nil {
		return
	}
	if each := b.Body.Attributes["for_each"]; each != nil {
		each.Expr = m.loop(each.Expr, b.Body)
	}
}

// What one turn of a loop costs, and each expression in it.
const (
	turnCost       = 256
	expressionCost = 96
)

// loop wraps the collection of a loop: before the first turn all of them are
// charged, each with what its expressions may make.
func (m *meter) loop(collection hclsyntax.Expression, body ...hclsyntax.Node) hclsyntax.Expression {
	turn := int64(turnCost)
	for _, n := range body {
		if n != nil {
			turn += expressionCost * countNodes(n)
		}
	}
	return m.wrap(collection, func(v cty.Value) error { return m.budget.Charge(times(lengthOf(v), turn)) })
}

// countNodes counts an expression and those in it.
func countNodes(n hclsyntax.Node) (count int64) {
	_ = hclsyntax.VisitAll(n, func(hclsyntax.Node) hcl.Diagnostics {
		count++
		return nil
	})
	return count
}

// chargeText charges for a part of a template.
func (b *Budget) chargeText(v cty.Value) error {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return b.err
	}
	switch v.Type() {
	case cty.String:
		return b.Charge(textCost * int64(len(v.AsString())))
	case cty.Number:
		if err := checkNumber(v); err != nil {
			return err
		}
	}
	return b.Charge(elementCost)
}

// metered is an expression whose value is charged before anything is made of
// it. The parentheses are there for whoever walks through expressions: it finds
// the inner one, whatever that is.
type metered struct {
	*hclsyntax.ParenthesesExpr
	charge func(cty.Value) error
}

func (m *meter) wrap(e hclsyntax.Expression, charge func(cty.Value) error) hclsyntax.Expression {
	return &metered{ParenthesesExpr: &hclsyntax.ParenthesesExpr{Expression: e, SrcRange: e.Range()}, charge: charge}
}

// Value evaluates the inner expression and charges for its value.
func (e *metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if diags.HasErrors() {
		return v, diags
	}
	if err := e.charge(v); err != nil {
		return cty.DynamicVal, append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Invalid value", Detail: sentenceOf(err), Subject: e.SrcRange.Ptr(),
		})
	}
	return v, diags
}

// arithmetic is a computation with numbers that refuses those that can't be
// written down.
func arithmetic(inner function.Function, b *Budget) function.Function {
	return function.New(&function.Spec{
		Params: inner.Params(),
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for _, a := range args {
				if err := CheckNumbers(a); err != nil {
					return cty.NilVal, err
				}
			}
			v, err := inner.Call(args)
			if err != nil {
				return v, silence(err, nil)
			}
			if err := CheckNumbers(v); err != nil {
				return cty.NilVal, err
			}
			return v, b.Charge(0)
		},
	})
}
