package lang

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// shortcut is another way to the result of a function of the library that takes
// the square of the time, where there is one: it says whether there is.
type shortcut func(args []cty.Value) (cty.Value, bool)

// shortcuts are the functions whose library compares each element with each
// other one, or sorts whole sets to look for one element.
func shortcuts() map[string]shortcut {
	return map[string]shortcut{
		"coalesce":        unlessMarked(firstOfOneType),
		"concat":          unlessMarked(joinLists),
		"contains":        withoutMarks(setHas),
		"distinct":        withoutMarks(distinct),
		"setunion":        withoutMarks(union),
		"setintersection": withoutMarks(intersection),
		"setsubtract":     withoutMarks(difference),
	}
}

// withoutMarks takes all marks from the values, and gives them to the result, as
// the library does.
func withoutMarks(f shortcut) shortcut {
	return func(args []cty.Value) (cty.Value, bool) {
		bare, marks := unmarked(args)
		v, ok := f(bare)
		if !ok {
			return v, false
		}
		return v.WithMarks(marks...), true
	}
}

// unlessMarked leaves values with marks to the library, which keeps them where
// they are.
func unlessMarked(f shortcut) shortcut {
	return func(args []cty.Value) (cty.Value, bool) {
		if slices.ContainsFunc(args, cty.Value.ContainsMarked) {
			return cty.NilVal, false
		}
		return f(args)
	}
}

// unmarked is values without any marks, and all that they had. A set bears
// those of its elements itself.
func unmarked(args []cty.Value) ([]cty.Value, []cty.ValueMarks) {
	out, marks := make([]cty.Value, len(args)), make([]cty.ValueMarks, len(args))
	for i, a := range args {
		out[i], marks[i] = a.Unmark()
		if !a.Type().IsSetType() && a.ContainsMarked() {
			out[i], marks[i] = a.UnmarkDeep()
		}
	}
	return out, marks
}

// member is what a value is to another one of its type: equal values have equal
// texts, and no others. Values without such a text are known by false.
func member(v cty.Value) (string, bool) {
	var b strings.Builder
	ok := writeMember(&b, v)
	return b.String(), ok
}

func writeMember(b *strings.Builder, v cty.Value) bool {
	t := v.Type()
	switch {
	case !v.IsKnown():
		return false
	case v.IsNull():
		b.WriteByte('~')
	case t == cty.String:
		b.WriteString(strconv.Itoa(len(v.AsString())))
		b.WriteByte(':')
		b.WriteString(v.AsString())
	case t == cty.Number:
		b.WriteString(exactly(v.AsBigFloat()))
		b.WriteByte(';')
	case t == cty.Bool:
		b.WriteString(strconv.FormatBool(v.True()))
	case t.IsListType(), t.IsTupleType(), t.IsMapType(), t.IsObjectType():
		return writeMembers(b, v)
	default:
		return false
	}
	return true
}

func writeMembers(b *strings.Builder, v cty.Value) bool {
	b.WriteByte('[')
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		if key.Type() == cty.String && !writeMember(b, key) || !writeMember(b, e) {
			return false
		}
	}
	b.WriteByte(']')
	return true
}

// exactly is a number with all its digits, as the library compares them: whole
// ones by their value, others by their text in JSON.
func exactly(f *big.Float) string {
	if whole, accuracy := f.Int(nil); accuracy == big.Exact {
		return whole.String()
	}
	return f.Text('f', -1)
}

// elements is what a list or a set holds, and what each is to the others.
type elements struct {
	values  []cty.Value
	members []string
	typ     cty.Type
}

// elementsOf takes a list, a set or a tuple apart; false where not all in it is
// known and of one type.
func elementsOf(v cty.Value) (elements, bool) {
	if !v.IsKnown() || v.IsNull() {
		return elements{}, false
	}
	if v.Type().IsTupleType() {
		if v.LengthInt() == 0 {
			return elements{typ: cty.DynamicPseudoType}, true
		}
		v = uniform(v)
	}
	if !v.Type().IsListType() && !v.Type().IsSetType() {
		return elements{}, false
	}
	out := elements{values: v.AsValueSlice(), typ: v.Type().ElementType()}
	if len(out.values) > 0 && out.typ.HasDynamicTypes() {
		return elements{}, false
	}
	for _, e := range out.values {
		text, ok := member(e)
		if !ok {
			return elements{}, false
		}
		out.members = append(out.members, text)
	}
	return out, true
}

// once is the first of all elements that are equal, in their order.
func (e elements) once(wanted func(member string) bool) []cty.Value {
	seen := make(map[string]struct{}, len(e.values))
	var out []cty.Value
	for i, text := range e.members {
		if _, twice := seen[text]; !twice && wanted(text) {
			seen[text] = struct{}{}
			out = append(out, e.values[i])
		}
	}
	return out
}

func every(string) bool { return true }

func distinct(args []cty.Value) (cty.Value, bool) {
	list, ok := elementsOf(args[0])
	if !ok || len(list.values) == 0 {
		return cty.NilVal, false
	}
	return cty.ListVal(list.once(every)), true
}

// allElements takes all arguments apart, and says of which type their elements
// are; false where they have no one type. What is empty may have any.
func allElements(args []cty.Value) (all []elements, element cty.Type, ok bool) {
	element = cty.DynamicPseudoType
	for _, a := range args {
		one, ok := elementsOf(a)
		if !ok {
			return nil, element, false
		}
		all = append(all, one)
		switch {
		case one.typ == cty.DynamicPseudoType: // empty
		case element == cty.DynamicPseudoType:
			element = one.typ
		case !one.typ.Equals(element):
			return nil, element, false
		}
	}
	return all, element, !element.HasDynamicTypes()
}

func union(args []cty.Value) (cty.Value, bool) {
	sets, element, ok := allElements(args)
	if !ok {
		return cty.NilVal, false
	}
	var all elements
	for _, s := range sets {
		all.values, all.members = append(all.values, s.values...), append(all.members, s.members...)
	}
	return setOf(all.once(every), element), true
}

func intersection(args []cty.Value) (cty.Value, bool) {
	sets, element, ok := allElements(args)
	if !ok {
		return cty.NilVal, false
	}
	// In how many of the sets each is, counted in their order.
	in := map[string]int{}
	for i, s := range sets {
		for _, text := range s.members {
			if in[text] == i {
				in[text]++
			}
		}
	}
	return setOf(sets[0].once(func(text string) bool { return in[text] == len(sets) }), element), true
}

func difference(args []cty.Value) (cty.Value, bool) {
	sets, element, ok := allElements(args)
	if !ok {
		return cty.NilVal, false
	}
	others := map[string]struct{}{}
	for _, s := range sets[1:] {
		for _, text := range s.members {
			others[text] = struct{}{}
		}
	}
	return setOf(sets[0].once(func(text string) bool {
		_, there := others[text]
		return !there
	}), element), true
}

func setOf(values []cty.Value, element cty.Type) cty.Value {
	if len(values) == 0 {
		return cty.SetValEmpty(element)
	}
	return cty.SetVal(values)
}

// setHas asks a set of texts, numbers or truths whether one is in it.
func setHas(args []cty.Value) (cty.Value, bool) {
	set, v := args[0], args[1]
	if !set.IsKnown() || set.IsNull() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() || !set.Type().Equals(cty.Set(v.Type())) {
		return cty.NilVal, false
	}
	has := set.HasElement(v)
	return has, has.IsKnown()
}

// joinLists puts lists of one type together.
func joinLists(args []cty.Value) (cty.Value, bool) {
	if len(args) <= few {
		return cty.NilVal, false
	}
	var all []cty.Value
	for _, a := range args {
		if !a.IsKnown() || a.IsNull() || !a.Type().IsListType() || !a.Type().Equals(args[0].Type()) {
			return cty.NilVal, false
		}
		all = append(all, a.AsValueSlice()...)
	}
	if len(all) == 0 {
		return cty.ListValEmpty(args[0].Type().ElementType()), true
	}
	return cty.ListVal(all), true
}

// firstOfOneType is the first of many values of one type that is not null.
func firstOfOneType(args []cty.Value) (cty.Value, bool) {
	if len(args) <= few || slices.ContainsFunc(args, func(a cty.Value) bool { return !a.Type().Equals(args[0].Type()) }) {
		return cty.NilVal, false
	}
	for _, a := range args {
		switch {
		case !a.IsKnown():
			return cty.NilVal, false
		case !a.IsNull():
			return a, true
		}
	}
	return cty.NilVal, false
}
