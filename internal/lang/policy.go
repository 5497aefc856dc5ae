package lang

import "github.com/zclconf/go-cty/cty"

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
// kind. What refers to another object is that object's address.
func NetworkType() cty.Type {
	node := func(more map[string]cty.Type) cty.Type {
		out := map[string]cty.Type{
			"address": cty.String, "ip": cty.String, "domain": cty.String, "region": cty.String, "status": cty.String, "settings": cty.Map(cty.String),
		}
		for name, t := range more {
			out[name] = t
		}
		return cty.List(cty.Object(out))
	}
	list := func(attrs map[string]cty.Type) cty.Type { return cty.List(cty.Object(attrs)) }
	return cty.Object(map[string]cty.Type{
		"name": cty.String, "prefix": cty.String,
		"cells":   list(map[string]cty.Type{"address": cty.String, "domain": cty.String, "status": cty.String}),
		"cores":   node(map[string]cty.Type{"cell": cty.String, "links": cty.List(cty.String), "member": cty.Bool}),
		"entries": node(map[string]cty.Type{"bound_to": cty.String, "cores": cty.List(cty.String)}),
		"routes":  list(map[string]cty.Type{"address": cty.String, "entry": cty.String, "core": cty.String, "status": cty.String}),
		"users": list(map[string]cty.Type{
			"address": cty.String, "username": cty.String, "status": cty.String, "core_nodes": cty.List(cty.String),
			"access": cty.List(cty.String), "devices": cty.Number, "has_credential": cty.Bool,
		}),
	})
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
