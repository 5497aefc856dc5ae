package config

import (
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// build adds the objects of a scope and of the modules below it to the network.
func (s *scope) build(n *network.Network) {
	for _, kind := range lang.Referable() {
		for _, name := range sortedKeys(s.folder.blocks[kind]) {
			g := s.group(kind, name)
			if len(g.objects) == 0 {
				if g.block != nil {
					g.lateContext() // for what is wrong in a block without instances
				}
				continue
			}
			ctx := g.lateContext()
			for _, o := range g.objects {
				if s.run.stopped() {
					return
				}
				o.build(n, o.instance.Scope(ctx))
			}
		}
	}
	for _, name := range sortedKeys(s.folder.calls) {
		children, _ := s.children(name)
		for _, c := range children {
			c.build(n)
		}
	}
}

// build adds the object to the network, each field as the catalogue says.
func (o *object) build(n *network.Network, ctx *hcl.EvalContext) {
	b := o.group.block
	v := resolver{scope: o.group.scope, ctx: ctx, at: o.addr}
	out := n.Add(o.addr, b.lifecycle)
	v.fill(out, v.scope.run.catalogue.Kind(b.kind), b.def, o.written)
	switch x := out.(type) {
	case *network.Core:
		x.Member = o.member()
	case *network.User:
		if name := o.defaultUsername(); !x.Username.Named && name != "" {
			x.Username.Value = name
		}
		x.Devices = o.devices(v)
	}
}

// written is a plain field's value with its attribute, as far as it has them.
func (o *object) written(name string) (cty.Value, *attr) {
	block, member, nested := schema.Cut(name)
	v := o.values[block]
	if !nested {
		return v, o.group.block.attrs[name]
	}
	if v != cty.NilVal {
		v = v.GetAttr(member)
	}
	return v, o.nestedAttr(block, member)
}

// fill gives an object the fields that its block names; written finds the plain ones.
func (v resolver) fill(out network.Object, k *schema.Kind, def hcl.Range, written func(name string) (cty.Value, *attr)) {
	leaves := k.Leaves()
	for i := range leaves {
		f := &leaves[i]
		if !k.Has(f) || !f.Stored && !f.Identity {
			continue
		}
		value, a := written(f.Name)
		switch slot := out.Slot(f, true); {
		case slot.Text != nil:
			*slot.Text = textOf(value)
		case slot.Number != nil:
			*slot.Number = v.numberOf(f.Name, value, a, def)
		case slot.Words != nil:
			*slot.Words = wordsOf(value)
		case slot.Texts != nil:
			*slot.Texts = v.textsOf(value, a)
		case slot.Ref != nil:
			*slot.Ref = v.one(a, f.Refers)
		case slot.Refs != nil:
			*slot.Refs = v.many(a, f.Refers)
		}
	}
}

// textOf is a value as the model holds it; what is unknown or null is not named.
func textOf(v cty.Value) network.Text {
	if v == cty.NilVal {
		return network.Text{}
	}
	bare, _ := v.Unmark()
	if !bare.IsKnown() || bare.IsNull() {
		return network.Text{}
	}
	return network.Text{Value: bare.AsString(), Named: true, Sensitive: lang.IsSensitive(v)}
}

func (v resolver) numberOf(name string, value cty.Value, a *attr, def hcl.Range) network.Number {
	if value == cty.NilVal {
		return network.Number{}
	}
	bare, _ := value.Unmark()
	if !bare.IsKnown() || bare.IsNull() {
		return network.Number{}
	}
	number := bare.AsBigFloat()
	// Uint64 says of 1.5 that 1 is exact, so whether it is whole is asked first.
	if n, accuracy := number.Uint64(); number.IsInt() && accuracy == big.Exact {
		return network.Number{Value: n, Named: true, Sensitive: lang.IsSensitive(value)}
	}
	v.scope.run.taint(v.at, cty.DynamicVal)
	if a != nil {
		def = a.expr.Range()
	}
	v.scope.run.report(problem{
		summary: `Wrong value for "` + name + `"`, detail: "Expected a whole number from 0.", at: def, address: v.at, attribute: name,
	})
	return network.Number{}
}

// wordsOf is a list or set as the model holds it.
func wordsOf(v cty.Value) network.Words {
	list, named := texts(v)
	return network.Words{Values: list, Named: named, Sensitive: named && lang.IsSensitive(v)}
}

// texts are the elements of a list or set of strings.
func texts(v cty.Value) (list []string, named bool) {
	if v == cty.NilVal {
		return nil, false
	}
	bare, _ := v.UnmarkDeep()
	if !bare.IsWhollyKnown() || bare.IsNull() {
		return nil, false
	}
	for it := bare.ElementIterator(); it.Next(); {
		if _, e := it.Element(); !e.IsNull() {
			list = append(list, e.AsString())
		}
	}
	return list, true
}

// textsOf are the named texts of a map; a null leaves one out.
func (v resolver) textsOf(value cty.Value, a *attr) map[string]network.Text {
	if value == cty.NilVal {
		return nil
	}
	bare, marks := value.Unmark()
	if !bare.IsKnown() || bare.IsNull() || !v.namesOpen(value, a) {
		return nil
	}
	out := map[string]network.Text{}
	for it := bare.ElementIterator(); it.Next(); {
		key, value := it.Element()
		v.scope.run.taint(v.at, value)
		if t := textOf(value.WithMarks(marks)); t.Named {
			out[key.AsString()] = t
		}
	}
	return out
}

// namesOpen refuses a map whose names must not be shown.
func (v resolver) namesOpen(value cty.Value, a *attr) bool {
	return v.scope.run.keysOpen(value, use{
		what: `The name of a setting in "` + a.name + `"`, at: a.expr.Range(), address: v.at, attribute: a.name,
		hint: "let the values alone be sensitive, such as { name = var.secret } or { for k in nonsensitive(keys(m)) : k => m[k] }, or write nonsensitive(…) around names that are not secret",
	})
}

// nestedAttr is an attribute of a nested block as it is written, if it is.
func (o *object) nestedAttr(kind, name string) *attr {
	for _, n := range o.group.block.nested {
		if n.kind == kind {
			return n.attrs[name]
		}
	}
	return nil
}

func (o *object) member() *network.Member {
	v := o.values["etcd"]
	if v == cty.NilVal {
		return nil
	}
	field := func(name string) string {
		at := o.group.block.def
		if a := o.nestedAttr("etcd", name); a != nil {
			at = a.expr.Range()
		}
		open, ok := o.group.scope.run.open(v.GetAttr(name), use{what: `"` + name + `"`, at: at, address: o.addr, attribute: "etcd." + name})
		if !ok {
			return ""
		}
		return textOf(open).Value
	}
	return &network.Member{Name: field("name"), PeerURL: field("peer_url"), ClientURL: field("client_url")}
}

// devices evaluates the device blocks of a user.
func (o *object) devices(v resolver) []network.Device {
	b, r := o.group.block, v.scope.run
	kind, plain := r.catalogue.Kind(addr.Device), r.types.Kind(addr.Device)
	found := v.scope.nestedOf(b, v.ctx, b.shape.late, b.lateDynamic)
	if len(found) == 0 {
		return nil
	}
	ctx := v.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{"self": o.value}
	var out []network.Device
	seen := map[string]hcl.Range{}
	for _, n := range found {
		d := network.Device{Addr: o.addr.DeviceOf(n.label), Name: n.label}
		if first, twice := seen[n.label]; twice {
			r.twice(`device "`+n.label+`"`, first, n.def)
			continue
		}
		seen[n.label] = n.def
		r.places[d.Addr] = origin{block: b, nested: n}
		inner := resolver{scope: v.scope, ctx: ctx, at: d.Addr}
		inner.fill(&d, kind, n.def, func(name string) (cty.Value, *attr) {
			a := n.attrs[name]
			p, isPlain := plain.Attribute(name)
			if a == nil || !isPlain {
				return cty.NilVal, a
			}
			value := v.scope.value(a, ctx, p.Type, d.Addr)
			r.taint(d.Addr, value)
			return value, a
		})
		if !d.Core.Named && (!d.Status.Named || d.Status.Value == network.Active) && !r.tainted[d.Addr] {
			r.report(problem{
				summary: `Missing attribute "core"`, detail: "An active device has a Core, one of its user's core_nodes.",
				at: n.def, address: d.Addr, attribute: "core",
			})
		}
		out = append(out, d)
	}
	return out
}
