package config

import (
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
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

func (o *object) build(n *network.Network, ctx *hcl.EvalContext) {
	b := o.group.block
	v := resolver{scope: o.group.scope, ctx: ctx, at: o.addr}
	ref := func(name string) network.Ref {
		spec, _ := v.scope.run.types.Kind(b.kind).Reference(name)
		return v.one(b.attrs[name], spec)
	}
	refs := func(name string) network.Refs {
		spec, _ := v.scope.run.types.Kind(b.kind).Reference(name)
		return v.many(b.attrs[name], spec)
	}
	switch b.kind {
	case addr.Cell:
		n.Cells = append(n.Cells, network.Cell{
			Addr: o.addr, Domain: o.text("domain"), Status: o.text("status"), Lifecycle: b.lifecycle,
		})
	case addr.Core:
		n.Cores = append(n.Cores, network.Core{
			Node: o.node(), Cell: ref("cell"), Number: o.number("number"), UUID: o.text("uuid"),
			Links: refs("links"), Member: o.member(),
		})
	case addr.Entry:
		n.Entries = append(n.Entries, network.Entry{Node: o.node(), BoundTo: ref("bound_to")})
	case addr.Route:
		n.Routes = append(n.Routes, network.Route{
			Addr: o.addr, Entry: ref("entry"), Core: ref("core"), Status: o.text("status"),
			ServiceName: o.text("service_name"), TLS: o.tls(), Lifecycle: b.lifecycle,
		})
	case addr.User:
		u := network.User{
			Addr: o.addr, ID: o.number("id"), Username: o.text("username"), Status: o.text("status"), CoreNodes: refs("core_nodes"),
			Credential: o.text("credential"), HashTelegramID: o.text("hash_telegram_id"), Lifecycle: b.lifecycle,
		}
		u.Access = wordsOf(o.values["access"])
		if name := o.defaultUsername(); !u.Username.Named && name != "" {
			u.Username.Value = name
		}
		u.Devices = o.devices(v)
		n.Users = append(n.Users, u)
	default:
	}
}

func (o *object) node() network.Node {
	return network.Node{
		Addr: o.addr, IP: o.text("ip"), Domain: o.text("domain"), Region: o.text("region"), Status: o.text("status"),
		ServiceName: o.text("service_name"), Settings: o.settings(), TLS: o.tls(), Lifecycle: o.group.block.lifecycle,
	}
}

func (o *object) text(name string) network.Text { return textOf(o.values[name]) }

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

func (o *object) number(name string) network.Number {
	return o.numberOf(name, o.values[name], o.group.block.attrs[name])
}

func (o *object) numberOf(name string, v cty.Value, a *attr) network.Number {
	if v == cty.NilVal {
		return network.Number{}
	}
	bare, _ := v.Unmark()
	if !bare.IsKnown() || bare.IsNull() {
		return network.Number{}
	}
	n, accuracy := bare.AsBigFloat().Uint64()
	if accuracy == big.Exact {
		return network.Number{Value: n, Named: true, Sensitive: lang.IsSensitive(v)}
	}
	o.group.scope.run.taint(o.addr, cty.DynamicVal)
	at := o.group.block.def
	if a != nil {
		at = a.expr.Range()
	}
	o.group.scope.run.report(problem{
		summary: `Wrong value for "` + name + `"`, detail: "Expected a whole number from 0.", at: at, address: o.addr, attribute: name,
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

// settings are the named ones; a null leaves a setting out.
func (o *object) settings() map[string]network.Text {
	v := o.values["settings"]
	if v == cty.NilVal {
		return nil
	}
	bare, marks := v.Unmark()
	if !bare.IsKnown() || bare.IsNull() || !o.settingsOpen(v) {
		return nil
	}
	out := map[string]network.Text{}
	for it := bare.ElementIterator(); it.Next(); {
		key, value := it.Element()
		o.group.scope.run.taint(o.addr, value)
		if t := textOf(value.WithMarks(marks)); t.Named {
			out[key.AsString()] = t
		}
	}
	return out
}

// settingsOpen refuses settings whose names must not be shown.
func (o *object) settingsOpen(v cty.Value) bool {
	a := o.group.block.attrs["settings"]
	return o.group.scope.run.keysOpen(v, use{
		what: `The name of a setting in "settings"`, at: a.expr.Range(), address: o.addr, attribute: a.name,
		hint: "let the values alone be sensitive, such as { name = var.secret } or { for k in nonsensitive(keys(m)) : k => m[k] }, or write nonsensitive(…) around names that are no secret",
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

func (o *object) tls() network.TLS {
	v := o.values["tls"]
	if v == cty.NilVal {
		return network.TLS{}
	}
	field := func(name string) network.Text { return textOf(v.GetAttr(name)) }
	out := network.TLS{
		SNI: field("sni"), Fingerprint: field("fingerprint"), MinVersion: field("min_version"),
		Port: o.numberOf("tls.port", v.GetAttr("port"), o.nestedAttr("tls", "port")),
	}
	out.ALPN = wordsOf(v.GetAttr("alpn"))
	return out
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
	kind := r.types.Kind(addr.Device)
	ref, _ := kind.Reference("core")
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
		text := func(name string) network.Text {
			if n.attrs[name] == nil {
				return network.Text{}
			}
			value := v.scope.value(n.attrs[name], ctx, cty.String, d.Addr)
			r.taint(d.Addr, value)
			return textOf(value)
		}
		d.UUID, d.Status, d.Core = text("uuid"), text("status"), inner.one(n.attrs["core"], ref)
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
