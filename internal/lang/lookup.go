package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// lookup is the element of a map that a key names, or the default, which may be
// null, where there is none.
func lookup() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "inputMap", Type: cty.DynamicPseudoType, AllowMarked: true}, {Name: "key", Type: cty.String, AllowMarked: true},
		},
		VarParam: &function.Parameter{
			Name: "default", Type: cty.DynamicPseudoType, AllowMarked: true, AllowNull: true, AllowDynamicType: true,
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) > 3 {
				return cty.NilType, errors.New("takes a map, a key and one default")
			}
			return lookupType(args[0].Type(), args[1], args[2:])
		},
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			return lookedUp(args[0], args[1], args[2:], result)
		},
	})
}

func lookupType(t cty.Type, key cty.Value, fallback []cty.Value) (cty.Type, error) {
	key, _ = key.Unmark()
	switch {
	case t.IsMapType():
		for _, v := range fallback {
			if _, err := convert.Convert(v, t.ElementType()); err != nil {
				return cty.NilType, function.NewArgErrorf(2, "the default must have the type of the map's elements")
			}
		}
		return t.ElementType(), nil
	case !t.IsObjectType():
		return cty.NilType, function.NewArgErrorf(0, "this is not a map")
	case !key.IsKnown():
		return cty.DynamicPseudoType, nil
	case t.HasAttribute(key.AsString()):
		return t.AttributeType(key.AsString()), nil
	case len(fallback) > 0:
		return fallback[0].Type(), nil
	}
	return cty.NilType, noElement(key)
}

func lookedUp(in, key cty.Value, fallback []cty.Value, result cty.Type) (cty.Value, error) {
	bare, marks := in.Unmark()
	name, keyMarks := key.Unmark()
	if !bare.IsKnown() || !name.IsKnown() {
		return cty.UnknownVal(result).WithMarks(marks, keyMarks), nil
	}
	found, there := cty.NilVal, false
	if bare.Type().IsObjectType() {
		if there = bare.Type().HasAttribute(name.AsString()); there {
			found = bare.GetAttr(name.AsString())
		}
	} else if has := bare.HasIndex(name); has.IsKnown() && has.True() {
		found, there = bare.Index(name), true
	}
	if !there && len(fallback) == 0 {
		return cty.NilVal, noElement(name)
	}
	if !there {
		var err error
		if found, err = convert.Convert(fallback[0], result); err != nil {
			return cty.NilVal, function.NewArgError(2, err)
		}
	}
	return found.WithMarks(marks, keyMarks), nil
}

func noElement(key cty.Value) error {
	return function.NewArgErrorf(1, "there is no element %q; a third argument would be the default", key.AsString())
}
