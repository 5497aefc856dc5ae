package policy

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/plan"
)

// planValue is a plan as expressions see it, of [lang.PlanType].
func planValue(p *plan.Plan, kinds map[addr.Kind]*count) cty.Value {
	all := make([]cty.Value, 0, len(p.Changes))
	by := map[plan.Action][]cty.Value{}
	for i := range p.Changes {
		v := changeValue(&p.Changes[i])
		all = append(all, v)
		by[p.Changes[i].Action] = append(by[p.Changes[i].Action], v)
	}
	n := p.Counts()
	change := lang.ChangeType()
	return cty.ObjectVal(map[string]cty.Value{
		"mode": cty.StringVal(string(p.Mode)), "serial": cty.NumberIntVal(p.Serial), "commit": optional(p.Commit),
		"counts": numberValues(map[string]int{
			"create": n.Create, "update": n.Update, "delete": n.Delete, "adopt": n.Adopt, "forget": n.Forget, "record": n.Record, "drift": n.Drift,
		}),
		"kinds":   kindValues(kinds),
		"changes": list(change, all), "creates": list(change, by[plan.Create]), "updates": list(change, by[plan.Update]), "deletes": list(change, by[plan.Delete]),
		"unmanaged": unmanagedValue(p.Unmanaged),
	})
}

func changeValue(c *plan.Change) cty.Value {
	fields := make([]cty.Value, 0, len(c.Fields))
	for i := range c.Fields {
		f := &c.Fields[i]
		fields = append(fields, cty.ObjectVal(map[string]cty.Value{
			"name": cty.StringVal(f.Name), "action": cty.StringVal(string(f.Action)), "reason": cty.StringVal(string(f.Reason)),
			"old": fieldValue(f.Old), "new": fieldValue(f.New), "sensitive": cty.BoolVal(sensitive(f)),
		}))
	}
	return cty.ObjectVal(map[string]cty.Value{
		"address": cty.StringVal(c.Address), "kind": cty.StringVal(string(c.Kind)), "id": cty.StringVal(c.ID),
		"action": cty.StringVal(string(c.Action)), "reason": cty.StringVal(string(c.Reason)),
		"protected": cty.BoolVal(c.Protected), "drifted": cty.BoolVal(c.Drifted()),
		"fields": list(lang.FieldChangeType(), fields), "notes": texts(c.Notes),
	})
}

func sensitive(f *plan.FieldChange) bool {
	return f.Old != nil && f.Old.Sensitive || f.New != nil && f.New.Sensitive || f.Last != nil && f.Last.Sensitive
}

func fieldValue(v *plan.Value) cty.Value {
	if v == nil || v.Sensitive {
		return cty.NullVal(cty.String)
	}
	return cty.StringVal(v.Text)
}

func kindValues(kinds map[addr.Kind]*count) cty.Value {
	out := map[string]cty.Value{}
	for _, k := range []addr.Kind{addr.Cell, addr.Core, addr.Entry, addr.Route, addr.User, addr.Device} {
		n := kinds[k]
		if n == nil {
			n = &count{}
		}
		out[string(k)] = numberValues(map[string]int{
			"before": n.before, "after": n.after, "create": n.create, "update": n.update, "delete": n.remove,
		})
	}
	return cty.MapVal(out)
}

func unmanagedValue(all []plan.Unmanaged) cty.Value {
	element := lang.PlanType().AttributeType("unmanaged").ElementType()
	out := make([]cty.Value, 0, len(all))
	for _, u := range all {
		out = append(out, cty.ObjectVal(map[string]cty.Value{
			"kind": cty.StringVal(string(u.Kind)), "id": cty.StringVal(u.ID), "title": optional(u.Title),
		}))
	}
	return list(element, out)
}

func numberValues(n map[string]int) cty.Value {
	out := map[string]cty.Value{}
	for name, v := range n {
		out[name] = cty.NumberIntVal(int64(v))
	}
	return cty.ObjectVal(out)
}

// list is a list also where it is empty.
func list(element cty.Type, values []cty.Value) cty.Value {
	if len(values) == 0 {
		return cty.ListValEmpty(element)
	}
	return cty.ListVal(values)
}

func texts(words []string) cty.Value {
	out := make([]cty.Value, 0, len(words))
	for _, w := range words {
		out = append(out, cty.StringVal(w))
	}
	return list(cty.String, out)
}

func optional(s string) cty.Value {
	if s == "" {
		return cty.NullVal(cty.String)
	}
	return cty.StringVal(s)
}
