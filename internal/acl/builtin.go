package acl

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// The rights of the built-in roles: the mission's table, spelled in keys. What
// a Core may write follows from its bindings, what an Entry may read from its
// routes; of which fields, the catalogue says.

// coreGrants are those of one Core: it reads the network, writes the states of
// its Entries and the paths of their routes, rotates its own path, and
// administers users.
func (c *compiler) coreGrants(at addr.Addr) []Grant {
	if c.topology.archived[at] {
		return nil
	}
	out := c.on(kv.Read, c.networkRanges()...)
	out = append(out, c.on(kv.ReadWrite, c.userRanges()...)...)
	out = append(out, c.on(kv.ReadWrite, kv.Below(c.layout.AllBeside(addr.Device, schema.Routes)))...)
	out = append(out, c.fields(kv.Write, addr.Core, c.topology.ips[at], func(f *schema.Field) bool { return f.Itself })...)
	for _, e := range c.topology.bound[at] {
		ip := c.topology.ips[e]
		out = append(out, c.fields(kv.Write, addr.Entry, ip, administered)...)
		for _, core := range c.topology.routed[e] {
			out = append(out, c.fields(kv.Write, addr.Route, ip+"/"+core, administered)...)
		}
	}
	return out
}

// entryGrants are those of one Entry: its own configuration, its routes, how to
// connect to the Cores at their ends, and the devices' routes, by which it
// knows its clients.
func (c *compiler) entryGrants(at addr.Addr) []Grant {
	if c.topology.archived[at] {
		return nil
	}
	ip := c.topology.ips[at]
	out := c.on(kv.Read, c.object(addr.Entry, ip, "")...)
	out = append(out, c.on(kv.Read, kv.Below(c.layout.All(addr.Route, ip)))...)
	out = append(out, c.on(kv.Read, kv.Below(c.layout.AllBeside(addr.Device, schema.Routes)))...)
	for _, core := range c.topology.routed[at] {
		out = append(out, c.fields(kv.Read, addr.Core, core, func(f *schema.Field) bool { return f.Connects })...)
	}
	return out
}

// observerGrants are those of who plans or looks for drift: what a snapshot
// reads, never the history, the journal, or others' tokens. They write nothing.
func (c *compiler) observerGrants(plans bool) []Grant {
	out := c.on(kv.Read, c.networkRanges()...)
	out = append(out, c.on(kv.Read, kv.Range{Key: c.own.Head}, kv.Below(c.own.Objects), kv.Below(c.own.Networks))...)
	if plans {
		out = append(out, c.on(kv.Read, kv.Range{Key: c.own.DigestKey}, kv.Range{Key: c.own.PlanKey})...)
	}
	return out
}

// on grants an access to ranges.
func (c *compiler) on(access kv.Access, ranges ...kv.Range) []Grant {
	out := make([]Grant, 0, len(ranges))
	for _, r := range ranges {
		out = append(out, Grant{Range: r, Access: access})
	}
	return out
}

func administered(f *schema.Field) bool { return f.Administered }

// fields grants an access to some fields of an object, and to nothing that goes
// with them.
func (c *compiler) fields(access kv.Access, kind addr.Kind, id string, some func(f *schema.Field) bool) []Grant {
	var out []Grant
	fields := c.layout.Catalogue().Kind(kind).Fields
	for i := range fields {
		if f := &fields[i]; some(f) {
			if r, ok := c.layout.Range(kind, id, "", f.Name); ok {
				out = append(out, Grant{Range: r, Access: access})
			}
		}
	}
	return out
}

// networkRanges are all keys of the network: those of others that lie below its
// prefix are not among them.
func (c *compiler) networkRanges() []kv.Range { return NetworkRanges(c.layout) }

// NetworkRanges are the keys of a network that have a meaning to it: those of
// other programs below its prefix are not among them.
func NetworkRanges(layout keys.Layout) []kv.Range {
	prefixes := layout.ReadPrefixes()
	out := make([]kv.Range, 0, len(prefixes)+1)
	out = append(out, kv.Range{Key: layout.UserIDCounter()})
	for _, prefix := range prefixes {
		out = append(out, kv.Below(prefix))
	}
	return out
}

// userRanges are what the management of users writes beside the routes of
// their devices.
func (c *compiler) userRanges() []kv.Range {
	return []kv.Range{kv.Below(c.layout.All(addr.User)), {Key: c.layout.UserIDCounter()}}
}
