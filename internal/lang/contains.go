package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// contains reports whether a value is in a list, a set or a tuple. A null is equal
// to a null alone.
func contains() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() && !t.IsSetType() {
				return cty.NilType, function.NewArgError(0, errors.New("this is not a list, a set or a tuple"))
			}
			return cty.Bool, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() || !args[1].IsWhollyKnown() {
				return cty.UnknownVal(cty.Bool), nil
			}
			for it := args[0].ElementIterator(); it.Next(); {
				if _, v := it.Element(); equalKnown(v, args[1]) {
					return cty.True, nil
				}
			}
			return cty.False, nil
		},
	})
}

// equalKnown compares two known values. The library calls it unknown whether a
// null without a type equals another value.
func equalKnown(a, b cty.Value) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	same := a.Equals(b)
	if same.IsKnown() {
		return same.True()
	}
	return a.RawEquals(b)
}
