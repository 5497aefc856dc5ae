package lang

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func sensitivityFunctions() map[string]function.Function {
	return map[string]function.Function{
		"issensitive": onMarked(func(cty.Type) cty.Type { return cty.Bool }, func(v cty.Value) cty.Value {
			return cty.BoolVal(IsSensitive(v))
		}),
		"nonsensitive": onMarked(sameType, withoutSensitive),
		"sensitive":    onMarked(sameType, func(v cty.Value) cty.Value { return v.Mark(Sensitive) }),
	}
}

func sameType(t cty.Type) cty.Type { return t }

// withoutSensitive shows a value. What is sensitive inside it stays so: to show
// that, its own expression must say it.
func withoutSensitive(v cty.Value) cty.Value {
	bare, marks := v.Unmark()
	kept := cty.ValueMarks{}
	for m := range marks {
		if m != Sensitive {
			kept[m] = struct{}{}
		}
	}
	return bare.WithMarks(kept)
}

// onMarked is a function that sees the marks of its argument.
func onMarked(result func(cty.Type) cty.Type, f func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType,
			AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return result(args[0].Type()), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(args[0]), nil },
	})
}
