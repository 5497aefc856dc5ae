package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
)

// lateContext is the context of the second phase: the attributes that hold
// references. Every object has its plain value by now, so there are no cycles.
func (g *group) lateContext() *hcl.EvalContext {
	var attrs []*attr
	kind := g.scope.run.types.Kind(g.block.kind)
	for _, ref := range kind.References {
		attrs = append(attrs, g.block.attrs[ref.Name])
	}
	for _, n := range g.block.nested {
		if n.kind == "device" {
			attrs = append(attrs, attrsOf(n)...)
		}
	}
	return g.scope.contextFor(append(attrs, g.block.lateDynamic)...)
}

// resolver resolves references of one object.
type resolver struct {
	scope *scope
	ctx   *hcl.EvalContext
	at    addr.Addr
}

// one resolves an attribute that holds one reference.
func (v resolver) one(a *attr, ref addr.Kind) network.Ref {
	if a == nil {
		return network.Ref{}
	}
	value := v.scope.value(a, v.ctx, cty.DynamicPseudoType, v.at)
	if !isKnown(value) {
		v.scope.run.taint(v.at, value)
		return network.Ref{}
	}
	if isNull(value) {
		if v.at.Kind == addr.Route {
			v.scope.run.null(a, v.at)
		}
		return network.Ref{}
	}
	to, ok := v.target(a.name, a.expr, value, ref)
	return network.Ref{To: to, Named: ok}
}

// target is the object that a value is.
func (v resolver) target(name string, expr hcl.Expression, value cty.Value, ref addr.Kind) (addr.Addr, bool) {
	to, ok := v.scope.run.types.AddressOf(value)
	if ok && to.Kind == ref {
		return to, true
	}
	v.scope.run.taint(v.at, cty.DynamicVal)
	v.scope.run.report(problem{
		summary: `Wrong type for "` + name + `"`,
		detail:  `Expected ` + lang.KindNoun(ref) + `, found ` + v.scope.run.describe(value) + ".",
		hint:    v.hint(value, ref), at: expr.Range(), address: v.at, attribute: name,
	})
	return addr.Addr{}, false
}

// hint says how the object that is probably meant is written.
func (v resolver) hint(value cty.Value, ref addr.Kind) string {
	bare, marks := value.Unmark()
	generic := "refer to the object itself, like " + string(ref) + ".name"
	if len(marks) > 0 || !bare.IsKnown() || bare.IsNull() {
		return generic
	}
	if bare.Type() != cty.String {
		if bare.Type().IsMapType() || bare.Type().IsListType() || bare.Type().IsTupleType() {
			return "choose one of them by its key"
		}
		return generic
	}
	text := bare.AsString()
	label := strings.TrimPrefix(text, string(ref)+".")
	blocks := v.scope.folder.blocks[ref]
	if blocks[label] != nil {
		return "write " + string(ref) + "." + label + ", without quotes"
	}
	if near := lang.Nearest(label, sortedKeys(blocks)); near != "" {
		return "did you mean " + string(ref) + "." + near + ", without quotes?"
	}
	return generic
}

// many resolves an attribute that holds a list of references.
func (v resolver) many(a *attr, ref addr.Kind) network.Refs {
	if a == nil {
		return network.Refs{}
	}
	value := v.scope.value(a, v.ctx, cty.DynamicPseudoType, v.at)
	if !isKnown(value) {
		v.scope.run.taint(v.at, value)
		return network.Refs{}
	}
	if isNull(value) {
		return network.Refs{}
	}
	value, _ = value.Unmark()
	typ := value.Type()
	if !typ.IsTupleType() && !typ.IsListType() && !typ.IsSetType() {
		v.notList(a, value, ref)
		return network.Refs{}
	}
	items, _ := hcl.ExprList(a.expr)
	out := network.Refs{Named: true}
	for it, i := value.ElementIterator(), 0; it.Next(); i++ {
		_, element := it.Element()
		expr := a.expr
		if len(items) == value.LengthInt() {
			expr = items[i]
		}
		if !isKnown(element) {
			v.scope.run.taint(v.at, element)
			continue
		}
		if to, ok := v.target(a.name, expr, element, ref); ok {
			out.To = append(out.To, to)
		}
	}
	slices.SortFunc(out.To, addr.Compare)
	out.To = slices.Compact(out.To)
	return out
}

func (v resolver) notList(a *attr, value cty.Value, ref addr.Kind) {
	hint := "write a list: [" + string(ref) + ".a, " + string(ref) + ".b]"
	if to, ok := v.scope.run.types.AddressOf(value); ok && to.Kind == ref {
		hint = "put it in brackets: [" + to.String() + "]"
	} else if value.Type().IsMapType() || value.Type().IsObjectType() {
		hint = "take the values of the map: values(" + v.scope.run.sourceText(a.expr.Range(), "…") + ")"
	}
	v.scope.run.taint(v.at, cty.DynamicVal)
	v.scope.run.report(problem{
		summary: `Wrong type for "` + a.name + `"`,
		detail:  "Expected a list of " + lang.Plural(ref) + ", found " + v.scope.run.describe(value) + ".",
		hint:    hint, at: a.expr.Range(), address: v.at, attribute: a.name,
	})
}

// taint remembers that something of an object is unknown, because of an error
// that was reported: then what is found out about the rest of it may be nonsense.
func (r *run) taint(a addr.Addr, v cty.Value) {
	if !isKnown(v) {
		r.tainted[a] = true
	}
}
