package lang

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Describe names a type in plain words: "a string", "a list of cores".
func (t *Types) Describe(typ cty.Type) string {
	switch typ {
	case cty.DynamicPseudoType:
		return "any value"
	case cty.String:
		return "a string"
	case cty.Number:
		return "a number"
	case cty.Bool:
		return "true or false"
	}
	if k := t.KindOf(typ); k != nil {
		return KindNoun(k.Kind)
	}
	return t.describeCompound(typ)
}

func (t *Types) describeCompound(typ cty.Type) string {
	switch {
	case typ.IsListType():
		return "a list of " + t.plural(typ.ElementType())
	case typ.IsSetType():
		return "a set of " + t.plural(typ.ElementType())
	case typ.IsMapType():
		return "a map of " + t.plural(typ.ElementType())
	case typ.IsTupleType():
		return "a list"
	case typ.IsObjectType():
		return "an object"
	}
	return typ.FriendlyName()
}

func (t *Types) plural(typ cty.Type) string {
	switch typ {
	case cty.String:
		return "strings"
	case cty.Number:
		return "numbers"
	case cty.Bool:
		return "true/false values"
	case cty.DynamicPseudoType:
		return "any values"
	}
	if k := t.KindOf(typ); k != nil {
		return Plural(k.Kind)
	}
	return "values, each " + t.Describe(typ)
}

// KindNoun is a kind with its article: "a core", "an entry".
func KindNoun(k addr.Kind) string {
	if k == addr.Entry || k == addr.ACL || k == addr.ACLRole || k == addr.ACLUser {
		return "an " + string(k)
	}
	return "a " + string(k)
}

// Plural is the plural of a kind.
func Plural(k addr.Kind) string {
	if k == addr.Entry {
		return "entries"
	}
	return string(k) + "s"
}
