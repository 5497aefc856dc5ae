package lang

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Constraint is a variable's type: what values are converted to, and the
// defaults of optional attributes.
type Constraint struct {
	Type     cty.Type
	Defaults *typeexpr.Defaults
}

// Any accepts every value.
func Any() Constraint { return Constraint{Type: cty.DynamicPseudoType} }

// Convert applies the defaults and converts.
func (c Constraint) Convert(v cty.Value) (cty.Value, error) {
	if c.Defaults != nil && !isNull(v) {
		v = c.Defaults.Apply(v)
	}
	return Convert(v, c.Type)
}

// Constraint reads a type constraint: string, list(core), object({...}) and so
// on, as in Terraform, with the kinds of objects as further words.
func (t *Types) Constraint(expr hcl.Expression) (Constraint, hcl.Diagnostics) {
	if word := hcl.ExprAsKeyword(expr); word != "" {
		return t.keyword(word, expr)
	}
	call, diags := hcl.ExprCall(expr)
	if diags.HasErrors() {
		return Any(), badType(expr.Range(), "A type is a word like string, number, bool, any, core, entry, cell or user, "+
			"or one that holds others, like list(string).")
	}
	if len(call.Arguments) != 1 {
		return Any(), badType(call.ArgsRange, call.Name+" takes exactly one argument: what it holds.")
	}
	switch call.Name {
	case "list", "set", "map":
		return t.collection(call)
	case "object":
		return t.object(call)
	case "tuple":
		return t.tuple(call)
	case "optional":
		return Any(), badType(call.NameRange, "optional(...) stands only inside object({...}), around the type of one attribute.")
	}
	return Any(), badName(call.Name, call.NameRange, []string{"list", "set", "map", "object", "tuple"})
}

func (t *Types) keyword(word string, expr hcl.Expression) (Constraint, hcl.Diagnostics) {
	switch word {
	case "string":
		return Constraint{Type: cty.String}, nil
	case "number":
		return Constraint{Type: cty.Number}, nil
	case "bool":
		return Constraint{Type: cty.Bool}, nil
	case "any":
		return Any(), nil
	case "list", "set", "map":
		return Any(), badType(expr.Range(), "Say what it holds: "+word+"(string).")
	case "object":
		return Any(), badType(expr.Range(), "Say what it holds: object({ name = string }).")
	case "tuple":
		return Any(), badType(expr.Range(), "Say what it holds: tuple([string, number]).")
	}
	if k := t.kinds[addr.Kind(word)]; k != nil && k.Kind != addr.Device {
		return Constraint{Type: k.Type}, nil
	}
	return Any(), badName(word, expr.Range(), typeWords())
}

func typeWords() []string {
	words := strings.Fields("string number bool any list set map object tuple")
	for _, k := range Referable() {
		words = append(words, string(k))
	}
	return words
}

func (t *Types) collection(call *hcl.StaticCall) (Constraint, hcl.Diagnostics) {
	inner, diags := t.Constraint(call.Arguments[0])
	c := Constraint{}
	switch call.Name {
	case "list":
		c.Type = cty.List(inner.Type)
	case "set":
		c.Type = cty.Set(inner.Type)
	default:
		c.Type = cty.Map(inner.Type)
	}
	if inner.Defaults != nil {
		c.Defaults = &typeexpr.Defaults{Type: c.Type, Children: map[string]*typeexpr.Defaults{"": inner.Defaults}}
	}
	return c, diags
}

func (t *Types) tuple(call *hcl.StaticCall) (Constraint, hcl.Diagnostics) {
	items, diags := hcl.ExprList(call.Arguments[0])
	if diags.HasErrors() {
		return Any(), badType(call.ArgsRange, "tuple takes a list of types: tuple([string, number]).")
	}
	types := make([]cty.Type, 0, len(items))
	children := map[string]*typeexpr.Defaults{}
	for i, item := range items {
		inner, d := t.Constraint(item)
		diags = append(diags, d...)
		types = append(types, inner.Type)
		if inner.Defaults != nil {
			children[cty.NumberIntVal(int64(i)).AsBigFloat().String()] = inner.Defaults
		}
	}
	c := Constraint{Type: cty.Tuple(types)}
	if len(children) > 0 {
		c.Defaults = &typeexpr.Defaults{Type: c.Type, Children: children}
	}
	return c, diags
}

// objectSpec gathers the attributes of an object type.
type objectSpec struct {
	types    map[string]cty.Type
	optional []string
	defaults map[string]cty.Value
	children map[string]*typeexpr.Defaults
}

func (t *Types) object(call *hcl.StaticCall) (Constraint, hcl.Diagnostics) {
	items, diags := hcl.ExprMap(call.Arguments[0])
	if diags.HasErrors() {
		return Any(), badType(call.ArgsRange, "object takes the attributes and their types: object({ name = string }).")
	}
	spec := objectSpec{
		types:    map[string]cty.Type{},
		defaults: map[string]cty.Value{}, children: map[string]*typeexpr.Defaults{},
	}
	for _, item := range items {
		diags = append(diags, t.member(&spec, item)...)
	}
	c := Constraint{Type: cty.ObjectWithOptionalAttrs(spec.types, spec.optional)}
	if len(spec.defaults)+len(spec.children) > 0 {
		c.Defaults = &typeexpr.Defaults{Type: c.Type, DefaultValues: spec.defaults, Children: spec.children}
	}
	return c, diags
}

func (t *Types) member(spec *objectSpec, item hcl.KeyValuePair) hcl.Diagnostics {
	name := hcl.ExprAsKeyword(item.Key)
	if name == "" {
		return badType(item.Key.Range(), "The name of an attribute is a plain word.")
	}
	if _, twice := spec.types[name]; twice {
		return badType(item.Key.Range(), `The attribute "`+name+`" is declared twice.`)
	}
	expr := item.Value
	var fallback hcl.Expression
	if call, notCall := hcl.ExprCall(expr); !notCall.HasErrors() && call.Name == "optional" {
		if n := len(call.Arguments); n < 1 || n > 2 {
			return badType(call.ArgsRange, "optional takes a type and, where wanted, a default: optional(string, \"eu\").")
		}
		expr = call.Arguments[0]
		spec.optional = append(spec.optional, name)
		if len(call.Arguments) == 2 {
			fallback = call.Arguments[1]
		}
	}
	inner, diags := t.Constraint(expr)
	spec.types[name] = inner.Type
	if inner.Defaults != nil {
		spec.children[name] = inner.Defaults
	}
	if fallback != nil {
		diags = append(diags, t.fallback(spec, name, inner, fallback)...)
	}
	return diags
}

func (t *Types) fallback(spec *objectSpec, name string, inner Constraint, expr hcl.Expression) hcl.Diagnostics {
	v, diags := expr.Value(nil)
	if diags.HasErrors() {
		return diags
	}
	v, err := inner.Convert(v)
	if err != nil {
		return badType(expr.Range(), "The default does not fit the type, which is "+t.Describe(inner.Type)+".")
	}
	spec.defaults[name] = v
	return nil
}

func badType(at hcl.Range, detail string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Not a type", Detail: detail, Subject: &at}}
}

func badName(word string, at hcl.Range, candidates []string) hcl.Diagnostics {
	detail := `There is no type "` + word + `".`
	if near := Nearest(word, candidates); near != "" {
		detail += ` Did you mean "` + near + `"?`
	}
	return badType(at, detail)
}
