package lang

import (
	"errors"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func collectionFunctions() map[string]function.Function {
	own := map[string]function.Function{
		"alltrue":   fold(cty.Bool, cty.Bool, allTrue),
		"anytrue":   fold(cty.Bool, cty.Bool, anyTrue),
		"coalesce":  coalesce(),
		"contains":  contains(),
		"index":     index(),
		"length":    length(),
		"lookup":    lookup(),
		"matchkeys": matchKeys(),
		"one":       one(),
		"sum":       fold(cty.Number, cty.Number, sum),
		"transpose": transpose(),
	}
	maps.Copy(own, standardCollections())
	return own
}

func standardCollections() map[string]function.Function {
	return map[string]function.Function{
		"chunklist":       stdlib.ChunklistFunc,
		"coalescelist":    stdlib.CoalesceListFunc,
		"compact":         stdlib.CompactFunc,
		"concat":          stdlib.ConcatFunc,
		"distinct":        stdlib.DistinctFunc,
		"element":         stdlib.ElementFunc,
		"flatten":         stdlib.FlattenFunc,
		"keys":            stdlib.KeysFunc,
		"merge":           stdlib.MergeFunc,
		"range":           stdlib.RangeFunc,
		"reverse":         stdlib.ReverseListFunc,
		"setintersection": stdlib.SetIntersectionFunc,
		"setproduct":      stdlib.SetProductFunc,
		"setsubtract":     stdlib.SetSubtractFunc,
		"setunion":        stdlib.SetUnionFunc,
		"slice":           stdlib.SliceFunc,
		"sort":            stdlib.SortFunc,
		"values":          stdlib.ValuesFunc,
		"zipmap":          stdlib.ZipmapFunc,
	}
}

// fold makes one value of a list.
func fold(element, result cty.Type, f func([]cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(element)}},
		Type:   function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			return f(args[0].AsValueSlice())
		},
	})
}

func isTrue(v cty.Value) bool { return !v.IsNull() && v.True() }

func allTrue(list []cty.Value) (cty.Value, error) {
	return cty.BoolVal(!slices.ContainsFunc(list, func(v cty.Value) bool { return !isTrue(v) })), nil
}

func anyTrue(list []cty.Value) (cty.Value, error) {
	return cty.BoolVal(slices.ContainsFunc(list, isTrue)), nil
}

func sum(list []cty.Value) (cty.Value, error) {
	if len(list) == 0 {
		return cty.NilVal, function.NewArgErrorf(0, "an empty list has no sum")
	}
	total := cty.Zero
	for _, v := range list {
		if v.IsNull() {
			return cty.NilVal, function.NewArgErrorf(0, "a null can't be summed")
		}
		total = total.Add(v)
	}
	return total, nil
}

func index() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
				return cty.NilType, function.NewArgErrorf(0, "this is not a list")
			}
			return cty.Number, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for it := args[0].ElementIterator(); it.Next(); {
				at, v := it.Element()
				same, err := stdlib.Equal(v, args[1])
				if err != nil {
					return cty.NilVal, err
				}
				if !same.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				if same.True() {
					return at, nil
				}
			}
			return cty.NilVal, errors.New("the value is not in the list; contains() asks whether it is")
		},
	})
}

// length is the number of elements, or of the characters of a string as a
// reader counts them.
func length() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			switch {
			case t == cty.String, t == cty.DynamicPseudoType, t.IsTupleType(), t.IsCollectionType():
				return cty.Number, nil
			case t.IsObjectType() && !t.HasAttribute(identityAttribute):
				return cty.Number, nil
			}
			return cty.Number, function.NewArgErrorf(0, "only a list, a set, a map, an object or a string has a length")
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := args[0].Unmark()
			switch {
			case v.Type() == cty.DynamicPseudoType:
				return cty.UnknownVal(cty.Number).WithMarks(marks), nil
			case v.Type().IsObjectType():
				return cty.NumberIntVal(int64(len(v.Type().AttributeTypes()))).WithMarks(marks), nil
			case v.Type() == cty.String:
				n, err := stdlib.Strlen(v)
				return n.WithMarks(marks), err
			}
			return v.Length().WithMarks(marks), nil
		},
	})
}

// matchKeys is the values whose keys, at the same places, are wanted.
func matchKeys() function.Function {
	anyList := cty.List(cty.DynamicPseudoType)
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "values", Type: anyList}, {Name: "keys", Type: anyList}, {Name: "searchset", Type: anyList},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if t, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()}); t == cty.NilType {
				return cty.NilType, errors.New("the keys and the wanted keys have different types")
			}
			return args[0].Type(), nil
		},
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			if !args[0].IsKnown() || !args[1].IsWhollyKnown() || !args[2].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			if args[0].LengthInt() != args[1].LengthInt() {
				return cty.NilVal, errors.New("there must be as many keys as values")
			}
			// One type for both, so that 1 and "1" are the same key.
			_, to := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
			for i, c := range to {
				var err error
				if c != nil {
					args[i+1], err = c(args[i+1])
				}
				if err != nil {
					return cty.NilVal, function.NewArgError(i+1, err)
				}
			}
			return matching(args[0].AsValueSlice(), args[1].AsValueSlice(), args[2].AsValueSlice(), result.ElementType())
		},
	})
}

func matching(values, keys, wanted []cty.Value, element cty.Type) (cty.Value, error) {
	among := searchset(wanted)
	var found []cty.Value
	for i, key := range keys {
		ok, err := among(key)
		if err != nil {
			return cty.NilVal, err
		}
		if ok {
			found = append(found, values[i])
		}
	}
	if len(found) == 0 {
		return cty.ListValEmpty(element), nil
	}
	return cty.ListVal(found), nil
}

// searchset asks whether a value is one of those that are wanted: it looks those
// up that have a text for that, and compares the others with each.
func searchset(wanted []cty.Value) func(cty.Value) (bool, error) {
	texts := map[string]cty.Type{}
	for _, w := range wanted {
		text, ok := member(w)
		if !ok || w.IsNull() {
			return func(key cty.Value) (bool, error) { return isAmong(key, wanted) }
		}
		texts[text] = w.Type()
	}
	return func(key cty.Value) (bool, error) {
		text, ok := member(key)
		if !ok || key.IsNull() {
			return isAmong(key, wanted)
		}
		t, there := texts[text]
		return there && t.Equals(key.Type()), nil
	}
}

func isAmong(key cty.Value, wanted []cty.Value) (bool, error) {
	for _, w := range wanted {
		same, err := stdlib.Equal(key, w)
		if err != nil {
			return false, err
		}
		if same.IsKnown() && same.True() {
			return true, nil
		}
	}
	return false, nil
}
