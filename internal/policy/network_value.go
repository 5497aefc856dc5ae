package policy

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// networkValue is the desired network as expressions see it, of
// [lang.NetworkType].
func networkValue(n *network.Network) cty.Value {
	c := n.Catalogue
	known := map[addr.Addr][]addr.Addr{}
	for i := range n.Routes {
		if r := &n.Routes[i]; r.Status.Value != network.Archived {
			known[r.Entry.To] = append(known[r.Entry.To], r.Core.To)
		}
	}
	objects := map[addr.Kind][]cty.Value{}
	n.Each(func(kind addr.Kind, o network.Object) {
		if k := c.Kind(kind); k.Parent == "" {
			objects[kind] = append(objects[kind], cty.ObjectVal(objectValue(k, o, known)))
		}
	})
	types := lang.NetworkType(c)
	out := map[string]cty.Value{"name": cty.StringVal(n.Name), "prefix": cty.StringVal(n.Prefix)}
	for i := range c.Kinds() {
		if k := &c.Kinds()[i]; types.HasAttribute(k.Plural) {
			out[k.Plural] = list(types.AttributeType(k.Plural).ElementType(), objects[k.Name])
		}
	}
	return cty.ObjectVal(out)
}

// objectValue is one object: the fields that policies see, and what is computed.
func objectValue(k *schema.Kind, o network.Object, known map[addr.Addr][]addr.Addr) map[string]cty.Value {
	out := map[string]cty.Value{"address": address(o.Address())}
	for i := range k.Fields {
		f := &k.Fields[i]
		switch slot := o.Slot(f, false); {
		case f.Sensitive:
			out["has_"+f.Name] = cty.BoolVal(slot.Text != nil && slot.Text.Value != "")
		case k.Has(f) && f.Seen():
			out[f.Name] = slotValue(f, slot)
		}
	}
	for _, x := range k.Computed {
		out[x.Name] = computed(x.From, o, known)
	}
	return out
}

// computed is what policies see of an object beside its fields.
func computed(from schema.Computation, o network.Object, known map[addr.Addr][]addr.Addr) cty.Value {
	switch from {
	case schema.HostsMember:
		core, ok := o.(*network.Core)
		return cty.BoolVal(ok && core.Member != nil)
	case schema.KnownCores:
		return addresses(known[o.Address()])
	case schema.CountBelow:
		user, ok := o.(*network.User)
		if !ok {
			return cty.Zero
		}
		return cty.NumberIntVal(int64(len(user.Devices)))
	}
	return cty.NilVal
}

// slotValue is the value of a field; where the object has none, that of nothing.
func slotValue(f *schema.Field, s network.Slot) cty.Value {
	switch {
	case s.Ref != nil:
		return ref(*s.Ref)
	case s.Refs != nil:
		return addresses(s.Refs.To)
	case s.Words != nil:
		return words(*s.Words)
	case s.Texts != nil:
		return textMap(*s.Texts)
	case s.Number != nil && s.Number.Named:
		return marked(cty.NumberUIntVal(s.Number.Value), s.Number.Sensitive)
	case s.Text != nil:
		return text(*s.Text)
	}
	return lang.NoValue(f)
}

func textMap(all map[string]network.Text) cty.Value {
	if len(all) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	values := make(map[string]cty.Value, len(all))
	for name, t := range all {
		values[name] = text(t)
	}
	return cty.MapVal(values)
}

func words(w network.Words) cty.Value { return marked(texts(w.Values), w.Sensitive) }

func marked(v cty.Value, sensitive bool) cty.Value {
	if sensitive {
		return v.Mark(lang.Sensitive)
	}
	return v
}

// text is null where there is none, and marked where it must not be shown.
func text(t network.Text) cty.Value {
	return marked(optional(t.Value), t.Sensitive)
}

func address(a addr.Addr) cty.Value { return cty.StringVal(a.String()) }

func ref(r network.Ref) cty.Value {
	if !r.Named {
		return cty.NullVal(cty.String)
	}
	return address(r.To)
}

func addresses(all []addr.Addr) cty.Value {
	out := make([]cty.Value, 0, len(all))
	for _, a := range all {
		out = append(out, address(a))
	}
	return list(cty.String, out)
}
