package lang

import (
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// jsonExpr is an expression in JSON: a list or an object of such, a template, or
// a value.
type jsonExpr struct {
	inner  hcl.Expression
	budget *Budget
	// turn is what each element costs, where it is a collection that is looped
	// over.
	turn int64

	read  bool
	list  []hcl.Expression
	pairs []hcl.KeyValuePair
	// template is that of a text, wrong is why there is none.
	template hclsyntax.Expression
	wrong    hcl.Diagnostics
}

// readOnce finds out what it is.
func (e *jsonExpr) readOnce() {
	if e.read {
		return
	}
	e.read = true
	if list, diags := hcl.ExprList(e.inner); !diags.HasErrors() {
		e.list = make([]hcl.Expression, len(list))
		for i, inner := range list {
			e.list[i] = &jsonExpr{inner: inner, budget: e.budget}
		}
		return
	}
	if pairs, diags := hcl.ExprMap(e.inner); !diags.HasErrors() {
		e.pairs = make([]hcl.KeyValuePair, len(pairs))
		for i, p := range pairs {
			e.pairs[i] = hcl.KeyValuePair{Key: &jsonExpr{inner: p.Key, budget: e.budget}, Value: &jsonExpr{inner: p.Value, budget: e.budget}}
		}
		return
	}
	if text, ok := e.text(); ok {
		e.template, e.wrong = e.parse(text)
	}
}

// text is what stands between the quotes.
func (e *jsonExpr) text() (string, bool) {
	v, diags := e.inner.Value(nil)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// parse parses a template. What must not be parsed is looked for once more here:
// in the file it may have been written with escapes.
func (e *jsonExpr) parse(text string) (hclsyntax.Expression, hcl.Diagnostics) {
	at := e.inner.Range()
	start := hcl.Pos{Line: at.Start.Line, Column: at.Start.Column + 1, Byte: at.Start.Byte + 1}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), at.Filename, start)
	if d := Refused(tokens); d != nil {
		d.Subject = &at
		return nil, hcl.Diagnostics{d}
	}
	out, diags := hclsyntax.ParseTemplate([]byte(text), at.Filename, start)
	if diags.HasErrors() {
		return nil, diags
	}
	Meter(out, e.budget)
	return out, diags
}

// Value evaluates it. Without a context texts are taken as they are, and nothing
// is charged.
func (e *jsonExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if ctx == nil {
		return e.inner.Value(nil)
	}
	v, diags := e.evaluate(ctx)
	if diags.HasErrors() || e.turn == 0 {
		return v, diags
	}
	if err := e.budget.Charge(times(lengthOf(v), e.turn)); err != nil {
		return cty.DynamicVal, append(diags, e.failure("Invalid value", sentenceOf(err), e.Range(), ctx))
	}
	return v, diags
}

func (e *jsonExpr) evaluate(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	e.readOnce()
	switch {
	case e.wrong.HasErrors():
		return cty.DynamicVal, e.wrong
	case e.template != nil:
		v, diags := e.template.Value(ctx)
		return v, append(e.wrong, diags...)
	case e.pairs != nil:
		return e.object(ctx)
	case e.list != nil:
		return e.tuple(ctx)
	}
	return e.inner.Value(ctx)
}

func (e *jsonExpr) tuple(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	values := make([]cty.Value, len(e.list))
	for i, item := range e.list {
		v, found := item.Value(ctx)
		values[i], diags = v, append(diags, found...)
	}
	return cty.TupleVal(values), diags
}

// object makes an object, whose keys may be templates.
func (e *jsonExpr) object(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	values, known := map[string]cty.Value{}, true
	var marks []cty.ValueMarks
	first := map[string]hcl.Range{}
	for _, p := range e.pairs {
		key, found := p.Key.Value(ctx)
		diags = append(diags, found...)
		v, found := p.Value.Value(ctx)
		diags = append(diags, found...)
		name, why := keyOf(key)
		switch {
		case errors.Is(why, errUnknownKey):
			known = false
			continue
		case why != nil:
			diags = append(diags, e.failure("Invalid object key expression", sentenceOf(why), p.Key.Range(), ctx))
			continue
		}
		_, of := key.Unmark()
		marks = append(marks, of)
		if _, twice := values[name]; twice {
			diags = append(diags, duplicateKey(shownKey(name, key), first[name], p.Key.Range()))
			continue
		}
		first[name] = p.Key.Range()
		values[name] = v
	}
	if !known {
		return cty.DynamicVal, diags
	}
	return cty.ObjectVal(values).WithMarks(marks...), diags
}

// errUnknownKey is for a key that follows from something that is wrong.
var errUnknownKey = errors.New("the key is not known")

func keyOf(v cty.Value) (string, error) {
	v, _ = v.Unmark()
	if !v.IsKnown() {
		return "", errUnknownKey
	}
	text, err := convert.Convert(v, cty.String)
	switch {
	case err != nil:
		return "", fmt.Errorf("this can't be the key of an object: %w", err)
	case text.IsNull():
		return "", errors.New("a null can't be the key of an object")
	}
	return text.AsString(), nil
}

func (e *jsonExpr) failure(summary, detail string, at hcl.Range, ctx *hcl.EvalContext) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at, Expression: e, EvalContext: ctx}
}

// Variables are what its templates refer to.
func (e *jsonExpr) Variables() []hcl.Traversal {
	e.readOnce()
	var out []hcl.Traversal
	for _, item := range e.list {
		out = append(out, item.Variables()...)
	}
	for _, p := range e.pairs {
		out = append(append(out, p.Key.Variables()...), p.Value.Variables()...)
	}
	if e.template != nil {
		out = append(out, e.template.Variables()...)
	}
	return out
}

// Range is where it stands.
func (e *jsonExpr) Range() hcl.Range { return e.inner.Range() }

// StartRange is where it begins.
func (e *jsonExpr) StartRange() hcl.Range { return e.inner.StartRange() }

// ExprList is for hcl.ExprList.
func (e *jsonExpr) ExprList() []hcl.Expression {
	e.readOnce()
	return e.list
}

// ExprMap is for hcl.ExprMap.
func (e *jsonExpr) ExprMap() []hcl.KeyValuePair {
	e.readOnce()
	return e.pairs
}

// AsTraversal is for hcl.AbsTraversalForExpr.
func (e *jsonExpr) AsTraversal() hcl.Traversal {
	t, diags := hcl.AbsTraversalForExpr(e.inner)
	if diags.HasErrors() {
		return nil
	}
	return t
}

// ExprCall is for hcl.ExprCall: a text that holds nothing but a call.
func (e *jsonExpr) ExprCall() *hcl.StaticCall {
	text, ok := e.text()
	if !ok {
		return nil
	}
	tokens, _ := hclsyntax.LexExpression([]byte(text), e.Range().Filename, hcl.InitialPos)
	if Refused(tokens) != nil {
		return nil
	}
	call, diags := hcl.ExprCall(e.inner)
	if diags.HasErrors() {
		return nil
	}
	return call
}
