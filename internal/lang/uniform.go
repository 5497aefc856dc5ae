package lang

import "github.com/zclconf/go-cty/cty"

// uniform is a tuple as a list, and an object as a map, where all that is in it
// has one type; anything else as it is. The library finds the type of a
// collection by comparing each element with each other one.
func uniform(v cty.Value) cty.Value {
	bare, marks := v.Unmark()
	if !bare.IsKnown() || bare.IsNull() {
		return v
	}
	switch t := bare.Type(); {
	case t.IsTupleType() && oneType(t.TupleElementTypes()):
		return cty.ListVal(bare.AsValueSlice()).WithMarks(marks)
	case t.IsObjectType():
		values := bare.AsValueMap()
		types := make([]cty.Type, 0, len(values))
		for _, e := range values {
			types = append(types, e.Type())
		}
		if oneType(types) {
			return cty.MapVal(values).WithMarks(marks)
		}
	}
	return v
}

// oneType reports whether there are types and all are the same, which is known.
func oneType(types []cty.Type) bool {
	if len(types) == 0 || types[0].HasDynamicTypes() {
		return false
	}
	for _, t := range types {
		if !t.Equals(types[0]) {
			return false
		}
	}
	return true
}
