package lang

import (
	"errors"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// few is how many elements the library converts by itself, which costs little
// and says most about what does not fit. It compares each type with each other one.
const few = 32

// Convert is the library's conversion to a type, at a cost that grows with the
// number of elements and not with its square.
func Convert(v cty.Value, want cty.Type) (cty.Value, error) {
	loose, err := loosened(v, want)
	if err != nil {
		return cty.NilVal, err
	}
	return convert.Convert(loose, want)
}

// loosened is a value that converts to a type as another one does: each long
// tuple and object in it, of which a collection is made, is that collection. The
// error says that it does not convert.
func loosened(v cty.Value, want cty.Type) (cty.Value, error) {
	bare, marks := v.Unmark()
	if !bare.IsKnown() || bare.IsNull() {
		return v, nil
	}
	switch t := bare.Type(); {
	case want.IsObjectType() && t.IsObjectType():
		loose, err := loosenedMembers(bare, want)
		return loose.WithMarks(marks), err
	case !want.IsCollectionType() || t.IsObjectType() != want.IsMapType() || !t.IsObjectType() && !t.IsTupleType() || bare.LengthInt() <= few:
		return v, nil
	case want.ElementType() == cty.DynamicPseudoType:
		return uniform(bare).WithMarks(marks), impossible(bare, want)
	case want.ElementType().HasDynamicTypes():
		return ofOneType(bare).WithMarks(marks), nil
	}
	return convertedWhole(bare, want.ElementType()).WithMarks(marks), nil
}

// loosenedMembers is an object with its members loosened.
func loosenedMembers(v cty.Value, want cty.Type) (cty.Value, error) {
	members, changed := v.AsValueMap(), false
	for name, t := range want.AttributeTypes() {
		member, ok := members[name]
		if !ok || !t.IsCollectionType() && !t.IsObjectType() {
			continue
		}
		loose, err := loosened(member, t)
		if err != nil {
			return v, cty.Path{cty.GetAttrStep{Name: name}}.NewError(err)
		}
		members[name], changed = loose, true
	}
	if !changed {
		return v, nil
	}
	return cty.ObjectVal(members), nil
}

// convertedAll is the elements as values of one type; false where one can't be.
func convertedAll(elements []cty.Value, want cty.Type) ([]cty.Value, bool) {
	out := make([]cty.Value, len(elements))
	for i, e := range elements {
		c, err := Convert(e, want)
		if err != nil || i > 0 && !c.Type().Equals(out[0].Type()) {
			return nil, false
		}
		out[i] = c
	}
	return out, true
}

// convertedWhole is a tuple as a list, or an object as a map, of one type; as it
// is where that can't be.
func convertedWhole(v cty.Value, want cty.Type) cty.Value {
	names, values := apart(v)
	converted, ok := convertedAll(values, want)
	if !ok {
		return v
	}
	return together(names, converted)
}

// apart is what a tuple holds, or an object with the names of each.
func apart(v cty.Value) (names []string, values []cty.Value) {
	if v.Type().IsTupleType() {
		return nil, v.AsValueSlice()
	}
	for it := v.ElementIterator(); it.Next(); {
		name, e := it.Element()
		names, values = append(names, name.AsString()), append(values, e)
	}
	return names, values
}

// together is a map where there are names, else a list.
func together(names []string, values []cty.Value) cty.Value {
	if names == nil {
		return cty.ListVal(values)
	}
	out := make(map[string]cty.Value, len(names))
	for i, name := range names {
		out[name] = values[i]
	}
	return cty.MapVal(out)
}

// ofOneType is a tuple as a list, and an object as a map, where all that is in
// it has one type; anything else as it is.
func ofOneType(v cty.Value) cty.Value {
	names, values := apart(v)
	if types, ok := typesOf(values); !ok || len(types) != 1 || types[0].HasDynamicTypes() {
		return v
	}
	return together(names, values)
}

// uniform is a tuple as a list, and an object as a map, where all that is in it
// can have one type; anything else as it is. The library finds the type of a
// collection by comparing each element with each other one; here it is asked
// for one element of each type.
func uniform(v cty.Value) cty.Value {
	names, values := apart(v)
	types, ok := typesOf(values)
	if !ok || len(types) == 0 || slices.ContainsFunc(types, cty.Type.HasDynamicTypes) {
		return v
	}
	if len(types) == 1 {
		return together(names, values)
	}
	common, _ := convert.UnifyUnsafe(types)
	if common == cty.NilType || common.HasDynamicTypes() {
		return v
	}
	return convertedWhole(v, common)
}

// impossible says that elements of these types have none in common. The library
// says the same, of all elements.
func impossible(v cty.Value, want cty.Type) error {
	_, values := apart(v)
	types, ok := typesOf(values)
	if !ok || len(types) < 2 {
		return nil
	}
	var sample cty.Type
	if sample = cty.Tuple(types); want.IsMapType() {
		members := make(map[string]cty.Type, len(types))
		for i, t := range types {
			members[strconv.Itoa(i)] = t
		}
		sample = cty.Object(members)
	}
	if convert.GetConversionUnsafe(sample, want) == nil {
		return errors.New(convert.MismatchMessage(sample, want))
	}
	return nil
}

// typesOf is each type that there is among values once; false where there are
// more than a few.
func typesOf(values []cty.Value) (types []cty.Type, ok bool) {
	for _, v := range values {
		t := v.Type()
		if slices.ContainsFunc(types, t.Equals) {
			continue
		}
		if len(types) == few {
			return nil, false
		}
		types = append(types, t)
	}
	return types, true
}
