package config

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

func zero() addr.Addr { return addr.Addr{} }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// literal evaluates an attribute that may refer to nothing.
func (r *run) literal(a *hcl.Attribute, want cty.Type) (cty.Value, bool) {
	v, diags := r.constant(a.Expr)
	if diags.HasErrors() {
		r.report(problem{
			summary: `"` + a.Name + `" is not a literal value`,
			detail:  "This attribute is read before anything is evaluated, so it can't refer to anything or call a function.",
			at:      a.Expr.Range(),
		})
		return cty.NilVal, false
	}
	out, err := lang.Convert(v, want)
	if err != nil || out.IsNull() {
		r.report(problem{
			summary: `Wrong type for "` + a.Name + `"`,
			detail:  "Expected " + r.types.Describe(want) + ", found " + r.types.Describe(v.Type()) + ".",
			at:      a.Expr.Range(),
		})
		return cty.NilVal, false
	}
	return out, true
}

func (r *run) literalText(a *hcl.Attribute) string {
	if a == nil {
		return ""
	}
	if v, ok := r.literal(a, cty.String); ok {
		return v.AsString()
	}
	return ""
}

func (r *run) literalBool(a *hcl.Attribute) bool {
	if a == nil {
		return false
	}
	v, ok := r.literal(a, cty.Bool)
	return ok && v.True()
}
