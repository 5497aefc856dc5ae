package config

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// value evaluates an attribute and converts it. What is wrong is reported, and
// its value is unknown: nothing that uses it is reported again.
func (s *scope) value(a *attr, ctx *hcl.EvalContext, want cty.Type, at addr.Addr) cty.Value {
	if !s.check(a) {
		return cty.UnknownVal(want)
	}
	s.run.options.Watch.enter(a)
	return s.run.evaluate(a.name, a.expr, ctx, want, at)
}

// held is a value that is kept and may be used often: it is charged as a whole.
func (r *run) held(v cty.Value, at hcl.Range) cty.Value {
	err := r.budget.Hold(v)
	switch {
	case err == nil:
		return v
	case r.budget.Err() != nil:
		r.overBudget(nil, at)
	default:
		r.report(problem{summary: "A value that can't be used", detail: sentence(err.Error()), at: at})
	}
	return cty.DynamicVal
}

func (r *run) evaluate(name string, expr hcl.Expression, ctx *hcl.EvalContext, want cty.Type, at addr.Addr) cty.Value {
	if r.budget.Charge(0) != nil {
		return cty.UnknownVal(want)
	}
	v, diags := expr.Value(ctx)
	if r.budget.Err() != nil {
		r.overBudget(diags, expr.Range())
		return cty.UnknownVal(want)
	}
	r.reportHCL(diags, at)
	if diags.HasErrors() {
		return cty.UnknownVal(want)
	}
	if g := lang.GeneratedName(v); g != "" {
		r.report(generatedProblem(problem{at: expr.Range(), address: at}, g))
		return cty.UnknownVal(want)
	}
	if want == cty.DynamicPseudoType {
		return v
	}
	if !isKnown(v) {
		return cty.UnknownVal(want)
	}
	// A number that can't be written down must not become a text.
	err := lang.CheckNumbers(v)
	if err == nil {
		v = r.converted(name, v, expr, want, at)
	}
	if err == nil && want == cty.Number {
		err = lang.CheckNumbers(v)
	}
	if err != nil {
		r.report(problem{
			summary: `Wrong value for "` + name + `"`, detail: sentence(err.Error()), at: expr.Range(), address: at, attribute: name,
		})
		return cty.UnknownVal(want)
	}
	return v
}

// converted is a value of the wanted type, unknown where it can't be one, which
// is reported.
func (r *run) converted(name string, v cty.Value, expr hcl.Expression, want cty.Type, at addr.Addr) cty.Value {
	out, err := lang.Convert(v, want)
	if err != nil {
		r.report(problem{
			summary: `Wrong type for "` + name + `"`, detail: r.mismatch(want, v, err), hint: r.mismatchHint(want, v),
			at: expr.Range(), address: at, attribute: name,
		})
		return cty.UnknownVal(want)
	}
	return out
}

func isKnown(v cty.Value) bool {
	bare, _ := v.Unmark()
	return bare.IsKnown()
}

// mismatch says in plain words what was expected and what was found.
func (r *run) mismatch(want cty.Type, found cty.Value, err error) string {
	var p cty.PathError
	if errors.As(err, &p) && len(p.Path) > 0 && !lang.IsSensitive(found) {
		return "In " + pathText(p.Path) + " of the value: " + p.Error() + "."
	}
	detail := "Expected " + r.types.Describe(want) + ", found " + r.describe(found) + "."
	if want.IsObjectType() && found.Type().IsObjectType() && !lang.IsSensitive(found) {
		detail += " " + sentence(err.Error())
	}
	return detail
}

// describe names what a value is, without the value.
func (r *run) describe(v cty.Value) string {
	if a, ok := r.types.AddressOf(v); ok {
		return a.String() + ", which is " + lang.KindNoun(a.Kind)
	}
	if bare, _ := v.Unmark(); bare.IsNull() {
		return "null"
	}
	return r.types.Describe(v.Type())
}

func (r *run) mismatchHint(want cty.Type, v cty.Value) string {
	a, ok := r.types.AddressOf(v)
	switch {
	case ok && want == cty.String:
		return "name one of its attributes, like " + a.String() + "." + r.types.Kind(a.Kind).Plain[0].Name
	case want.IsCollectionType() && !want.IsMapType() && v.Type().IsPrimitiveType():
		return "put it in brackets: [ … ]"
	}
	return ""
}

func pathText(p cty.Path) string {
	text := ""
	for _, step := range p {
		switch s := step.(type) {
		case cty.GetAttrStep:
			text += "." + s.Name
		case cty.IndexStep:
			if s.Key.Type() == cty.String && s.Key.IsKnown() {
				text += `["` + s.Key.AsString() + `"]`
			} else if s.Key.Type() == cty.Number && s.Key.IsKnown() {
				text += "[" + s.Key.AsBigFloat().Text('f', -1) + "]"
			}
		}
	}
	return text
}

// sentence begins with a capital and ends in a full stop.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[size:]
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
