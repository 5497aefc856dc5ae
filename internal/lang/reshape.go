package lang

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// one is the only element of a list or set, or null where it is empty.
func one() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			switch {
			case t.IsListType(), t.IsSetType():
				return t.ElementType(), nil
			case t.IsTupleType() && t.Length() == 0:
				return cty.DynamicPseudoType, nil
			case t.IsTupleType() && t.Length() == 1:
				return t.TupleElementType(0), nil
			case t.IsTupleType():
				return cty.NilType, function.NewArgErrorf(0, "there are %d elements, and one() takes none or one", t.Length())
			}
			return cty.NilType, function.NewArgErrorf(0, "this is neither a list nor a set")
		},
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			if args[0].Type().IsSetType() && !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			switch n := args[0].LengthInt(); n {
			case 0:
				return cty.NullVal(result), nil
			case 1:
				return args[0].AsValueSlice()[0], nil
			default:
				return cty.NilVal, function.NewArgErrorf(0, "there are %d elements, and one() takes none or one", n)
			}
		},
	})
}

// transpose turns a map of lists of strings inside out: each string becomes a
// key, with the keys whose lists hold it.
func transpose() function.Function {
	lists := cty.Map(cty.List(cty.String))
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "values", Type: lists}},
		Type:   function.StaticReturnType(lists),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(lists), nil
			}
			turned := map[string][]cty.Value{}
			byKey := args[0].AsValueMap()
			for _, key := range slices.Sorted(maps.Keys(byKey)) {
				if byKey[key].IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "the element %q is null", key)
				}
				for _, v := range byKey[key].AsValueSlice() {
					if v.IsNull() {
						return cty.NilVal, function.NewArgErrorf(0, "the list of %q holds a null", key)
					}
					turned[v.AsString()] = append(turned[v.AsString()], cty.StringVal(key))
				}
			}
			return mapOfLists(turned), nil
		},
	})
}

func mapOfLists(in map[string][]cty.Value) cty.Value {
	if len(in) == 0 {
		return cty.MapValEmpty(cty.List(cty.String))
	}
	out := make(map[string]cty.Value, len(in))
	for key, list := range in {
		out[key] = cty.ListVal(list)
	}
	return cty.MapVal(out)
}
