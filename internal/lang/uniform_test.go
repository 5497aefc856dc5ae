package lang

import (
	"fmt"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestUniform: the conversions give what the library's own give.
func TestUniform(t *testing.T) {
	t.Parallel()
	text, secret := cty.StringVal("a"), cty.StringVal("b").Mark(Sensitive)
	ours := Functions(nil, NewTypes(schema.Network()), unlimited())
	library := map[string]function.Function{
		"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"toset":  stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tomap":  stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	}
	for i, v := range []cty.Value{
		cty.EmptyTupleVal, cty.EmptyObjectVal, text, cty.DynamicVal, cty.NullVal(cty.DynamicPseudoType),
		cty.TupleVal([]cty.Value{text, text, cty.StringVal("c")}), cty.TupleVal([]cty.Value{text, secret}),
		cty.TupleVal([]cty.Value{text, text}).Mark(Sensitive), cty.TupleVal([]cty.Value{text, cty.NumberIntVal(1)}),
		cty.TupleVal([]cty.Value{text, cty.UnknownVal(cty.String)}), cty.TupleVal([]cty.Value{cty.DynamicVal, cty.DynamicVal}),
		cty.TupleVal([]cty.Value{text, cty.NullVal(cty.String)}), cty.TupleVal([]cty.Value{text, cty.NullVal(cty.DynamicPseudoType)}),
		cty.TupleVal([]cty.Value{cty.EmptyObjectVal, cty.EmptyObjectVal}), cty.ListVal([]cty.Value{text}), cty.SetVal([]cty.Value{text}),
		cty.TupleVal([]cty.Value{cty.TupleVal([]cty.Value{text}), cty.TupleVal([]cty.Value{text})}),
		cty.ObjectVal(map[string]cty.Value{"x": text, "y": secret}), cty.ObjectVal(map[string]cty.Value{"x": text, "y": cty.True}),
		cty.UnknownVal(cty.Tuple([]cty.Type{cty.String})), cty.MapVal(map[string]cty.Value{"x": text}),
	} {
		for name, f := range library {
			want, wrong := f.Call([]cty.Value{v})
			got, err := ours[name].Call([]cty.Value{v})
			if (err != nil) != (wrong != nil) || err == nil && !got.RawEquals(want) {
				t.Errorf("%d: %s: %#v %v, want %#v %v", i, name, got, err, want, wrong)
			}
		}
	}
}

// TestUniformIsLinear: what takes the square of 100,000 does not end before the
// tests have to.
func TestUniformIsLinear(t *testing.T) {
	t.Parallel()
	const n = 100_000
	elements, members := make([]cty.Value, n), make(map[string]cty.Value, n)
	for i := range elements {
		elements[i] = cty.StringVal(fmt.Sprintf("%06d", i))
		members[elements[i].AsString()] = elements[i]
	}
	ours := Functions(nil, NewTypes(schema.Network()), unlimited())
	for name, v := range map[string]cty.Value{"toset": cty.TupleVal(elements), "tolist": cty.TupleVal(elements), "tomap": cty.ObjectVal(members)} {
		if got, err := ours[name].Call([]cty.Value{v}); err != nil || got.LengthInt() != n {
			t.Errorf("%s: %v", name, err)
		}
	}
}
