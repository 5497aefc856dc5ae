package lang

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/schema"
)

// The words that a policy's expressions have besides those of the language.
const (
	// PlanWord is what the plan does, of [PlanType].
	PlanWord = "plan"
	// NetworkWord is what the configuration wants, of [NetworkType].
	NetworkWord = "network"
)

// FieldChangeType is what happens to one field. The values of a sensitive field
// are null.
func FieldChangeType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"name": cty.String, "action": cty.String, "reason": cty.String, "old": cty.String, "new": cty.String, "sensitive": cty.Bool,
	})
}

// ChangeType is what happens to one object.
func ChangeType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"address": cty.String, "kind": cty.String, "id": cty.String, "action": cty.String, "reason": cty.String,
		"protected": cty.Bool, "drifted": cty.Bool, "fields": cty.List(FieldChangeType()), "notes": cty.List(cty.String),
	})
}

// CountsType counts objects by what happens to them.
func CountsType() cty.Type {
	return numbers("create", "update", "delete", "adopt", "forget", "record", "drift")
}

// KindCountsType counts the objects of one kind: those that were applied before,
// those that are after the plan, and what happens between.
func KindCountsType() cty.Type { return numbers("before", "after", "create", "update", "delete") }

func numbers(names ...string) cty.Type {
	out := map[string]cty.Type{}
	for _, n := range names {
		out[n] = cty.Number
	}
	return cty.Object(out)
}

// PlanType is what a policy sees of a plan.
func PlanType() cty.Type {
	changes := cty.List(ChangeType())
	return cty.Object(map[string]cty.Type{
		"mode": cty.String, "serial": cty.Number, "commit": cty.String, "counts": CountsType(), "kinds": cty.Map(KindCountsType()),
		"changes": changes, "creates": changes, "updates": changes, "deletes": changes,
		"unmanaged": cty.List(cty.Object(map[string]cty.Type{"kind": cty.String, "id": cty.String, "title": cty.String})),
	})
}

// NetworkType is what a policy sees of the desired network: all objects of each
// kind, with the fields that the catalogue lets policies see, and what is
// computed of them. What refers to another object is that object's address; of
// what is always sensitive, only whether it is there.
func NetworkType(c *schema.Catalogue) cty.Type {
	out := map[string]cty.Type{"name": cty.String, "prefix": cty.String}
	for i := range c.Kinds() {
		k := &c.Kinds()[i]
		if k.Foreign || k.Parent != "" {
			continue
		}
		attrs := map[string]cty.Type{"address": cty.String}
		for _, x := range k.Computed {
			attrs[x.Name] = seenType(&schema.Field{Type: x.Type})
		}
		for j := range k.Fields {
			if f := &k.Fields[j]; f.Sensitive {
				attrs["has_"+f.Name] = cty.Bool
			} else if k.Has(f) && f.Seen() {
				attrs[f.Name] = seenType(f)
			}
		}
		out[k.Plural] = cty.List(cty.Object(attrs))
	}
	return cty.Object(out)
}

func seenType(f *schema.Field) cty.Type {
	switch {
	case f.Type == schema.Set:
		return cty.List(cty.String)
	case f.Refers != "":
		return cty.String
	}
	return fieldType(f)
}

// NoValue is what a policy sees of a field that an object has not.
func NoValue(f *schema.Field) cty.Value {
	switch t := seenType(f); {
	case t.IsListType():
		return cty.ListValEmpty(t.ElementType())
	case t.IsMapType():
		return cty.MapValEmpty(t.ElementType())
	default:
		return cty.NullVal(t)
	}
}

// Sample is a value of a type of which nothing is known, but that each list in it
// has one element.
func Sample(t cty.Type) cty.Value {
	switch {
	case t.IsListType():
		return cty.ListVal([]cty.Value{Sample(t.ElementType())})
	case t.IsObjectType():
		out := map[string]cty.Value{}
		for name, a := range t.AttributeTypes() {
			out[name] = Sample(a)
		}
		return cty.ObjectVal(out)
	}
	return cty.UnknownVal(t)
}
