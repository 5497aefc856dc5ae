package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// coalesce is the first argument that is neither null nor an empty text.
func coalesce() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{
			Name: "vals", Type: cty.DynamicPseudoType,
			AllowUnknown: true, AllowDynamicType: true, AllowNull: true, AllowMarked: true,
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			types := make([]cty.Type, len(args))
			for i, v := range args {
				types[i] = v.Type()
			}
			if t, _ := convert.UnifyUnsafe(types); t != cty.NilType {
				return t, nil
			}
			return cty.NilType, errors.New("all arguments must have the same type")
		},
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			var marks []cty.ValueMarks
			for _, v := range args {
				bare, of := v.Unmark()
				marks = append(marks, of)
				if !bare.IsKnown() {
					return cty.UnknownVal(result).WithMarks(marks...), nil
				}
				if bare.IsNull() {
					continue
				}
				out, err := convert.Convert(bare, result)
				switch {
				case err != nil:
					return cty.NilVal, err //nolint:wrapcheck // a conversion's error says all
				case result == cty.String && out.AsString() == "":
					continue
				}
				return out.WithMarks(marks...), nil
			}
			return cty.NilVal, errors.New("each argument is null or an empty text; name one more that is neither")
		},
	})
}
