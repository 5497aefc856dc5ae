package lang

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// typeOf spells the type of a value as a variable's block would. A type tells
// the names of attributes, so it is sensitive where they are.
func typeOf(words *Types) function.Function {
	return onMarked(func(cty.Type) cty.Type { return cty.String }, func(v cty.Value) cty.Value {
		text := cty.StringVal(typeText(v.Type(), words))
		if namesSecrets(v) {
			return text.Mark(Sensitive)
		}
		return text
	})
}

// namesSecrets reports whether the type of a value tells what is sensitive: a
// value of one of its attributes is not in it, their names are.
func namesSecrets(v cty.Value) bool {
	bare, paths := v.UnmarkDeepWithPaths()
	return slices.ContainsFunc(paths, func(p cty.PathValueMarks) bool {
		at, err := p.Path.Apply(bare)
		return isSecret(p.Marks) && (err != nil || hasNames(at.Type()))
	})
}

// hasNames reports whether a type has attributes, at any depth.
func hasNames(t cty.Type) bool {
	switch {
	case t.IsObjectType():
		return len(t.AttributeTypes()) > 0
	case t.IsCollectionType():
		return hasNames(t.ElementType())
	case t.IsTupleType():
		return slices.ContainsFunc(t.TupleElementTypes(), hasNames)
	}
	return false
}

// typeText spells a type as it is written in a variable's block: "list(core)".
func typeText(t cty.Type, words *Types) string {
	switch {
	case t.IsListType():
		return "list(" + typeText(t.ElementType(), words) + ")"
	case t.IsSetType():
		return "set(" + typeText(t.ElementType(), words) + ")"
	case t.IsMapType():
		return "map(" + typeText(t.ElementType(), words) + ")"
	case t.IsTupleType():
		return tupleText(t, words)
	case t.IsObjectType():
		return objectText(t, words)
	case t.IsCapsuleType():
		return "any"
	}
	return typeexpr.TypeString(t)
}

func tupleText(t cty.Type, words *Types) string {
	elements := make([]string, 0, t.Length())
	for _, e := range t.TupleElementTypes() {
		elements = append(elements, typeText(e, words))
	}
	return "tuple([" + strings.Join(elements, ", ") + "])"
}

func objectText(t cty.Type, words *Types) string {
	attrs := t.AttributeTypes()
	if _, ok := attrs[identityAttribute]; ok {
		return words.kindByShape(attrs)
	}
	members := make([]string, 0, len(attrs))
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		members = append(members, name+" = "+typeText(attrs[name], words))
	}
	return "object({" + strings.Join(members, ", ") + "})"
}

// kindByShape names the kind whose objects have these attributes. The identity
// is left out: its type differs between vocabularies.
func (t *Types) kindByShape(attrs map[string]cty.Type) string {
	for _, kind := range slices.Sorted(maps.Keys(t.kinds)) {
		if sameShape(t.kinds[kind].Type.AttributeTypes(), attrs) {
			return string(kind)
		}
	}
	return "object"
}

func sameShape(a, b map[string]cty.Type) bool {
	return maps.EqualFunc(a, b, func(x, y cty.Type) bool {
		return x.Equals(y) || x.IsCapsuleType() && y.IsCapsuleType()
	})
}
