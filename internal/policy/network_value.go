package policy

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
)

// networkValue is the desired network as expressions see it, of
// [lang.NetworkType].
func networkValue(n *network.Network) cty.Value {
	known := map[addr.Addr][]addr.Addr{}
	for i := range n.Routes {
		if r := &n.Routes[i]; r.Status.Value != network.Archived {
			known[r.Entry.To] = append(known[r.Entry.To], r.Core.To)
		}
	}
	return cty.ObjectVal(map[string]cty.Value{
		"name": cty.StringVal(n.Name), "prefix": cty.StringVal(n.Prefix),
		"cells": each("cells", n.Cells, func(c *network.Cell) map[string]cty.Value {
			return map[string]cty.Value{"address": address(c.Addr), "domain": text(c.Domain), "status": text(c.Status)}
		}),
		"cores": each("cores", n.Cores, func(c *network.Core) map[string]cty.Value {
			out := nodeValue(&c.Node)
			out["cell"], out["links"], out["member"] = ref(c.Cell), refs(c.Links), cty.BoolVal(c.Member != nil)
			return out
		}),
		"entries": each("entries", n.Entries, func(e *network.Entry) map[string]cty.Value {
			out := nodeValue(&e.Node)
			out["bound_to"], out["cores"] = ref(e.BoundTo), addresses(known[e.Addr])
			return out
		}),
		"routes": each("routes", n.Routes, func(r *network.Route) map[string]cty.Value {
			return map[string]cty.Value{"address": address(r.Addr), "entry": ref(r.Entry), "core": ref(r.Core), "status": text(r.Status)}
		}),
		"users": each("users", n.Users, userValue),
	})
}

// each makes the list of the objects of one kind.
func each[T any](name string, objects []T, value func(*T) map[string]cty.Value) cty.Value {
	out := make([]cty.Value, 0, len(objects))
	for i := range objects {
		out = append(out, cty.ObjectVal(value(&objects[i])))
	}
	return list(lang.NetworkType().AttributeType(name).ElementType(), out)
}

func nodeValue(n *network.Node) map[string]cty.Value {
	settings := cty.MapValEmpty(cty.String)
	if len(n.Settings) > 0 {
		values := map[string]cty.Value{}
		for name, t := range n.Settings {
			values[name] = text(t)
		}
		settings = cty.MapVal(values)
	}
	return map[string]cty.Value{
		"address": address(n.Addr), "ip": text(n.IP), "domain": text(n.Domain), "region": text(n.Region), "status": text(n.Status), "settings": settings,
	}
}

func userValue(u *network.User) map[string]cty.Value {
	return map[string]cty.Value{
		"address": address(u.Addr), "username": text(u.Username), "status": text(u.Status), "core_nodes": refs(u.CoreNodes),
		"access": access(u), "devices": cty.NumberIntVal(int64(len(u.Devices))), "has_credential": cty.BoolVal(u.Credential.Value != ""),
	}
}

func access(u *network.User) cty.Value {
	if u.Access.Sensitive {
		return texts(u.Access.Values).Mark(lang.Sensitive)
	}
	return texts(u.Access.Values)
}

// text is null where there is none, and marked where it must not be shown.
func text(t network.Text) cty.Value {
	v := optional(t.Value)
	if t.Sensitive {
		v = v.Mark(lang.Sensitive)
	}
	return v
}

func address(a addr.Addr) cty.Value { return cty.StringVal(a.String()) }

func ref(r network.Ref) cty.Value {
	if !r.Named {
		return cty.NullVal(cty.String)
	}
	return address(r.To)
}

func refs(r network.Refs) cty.Value { return addresses(r.To) }

func addresses(all []addr.Addr) cty.Value {
	out := make([]cty.Value, 0, len(all))
	for _, a := range all {
		out = append(out, address(a))
	}
	return list(cty.String, out)
}
