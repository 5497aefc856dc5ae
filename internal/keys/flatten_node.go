package keys

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

func (f *flattener) nodes() {
	links := f.network.Links()
	for i := range f.network.Cores {
		c := &f.network.Cores[i]
		f.core(c, links[c.Addr])
	}
	for i := range f.network.Entries {
		f.entry(&f.network.Entries[i])
	}
}

// node adds what a Core and an Entry have in common.
func (f *flattener) node(d *draft, n *network.Node) {
	f.need(n.Addr, "ip", n.IP.Value)
	f.need(n.Addr, "service_name", n.ServiceName.Value)
	d.add("role", string(d.Kind), true, false)
	d.status(n.Status)
	d.text("domain", n.Domain)
	d.text("region", n.Region)
	for _, name := range slices.Sorted(maps.Keys(n.Settings)) {
		d.text("settings."+name, n.Settings[name])
	}
	d.tls(n.TLS)
	d.add("service_name", n.ServiceName.Value, n.ServiceName.Named, n.ServiceName.Sensitive)
}

func (f *flattener) core(c *network.Core, links []addr.Addr) {
	d := f.draft(c.Addr, addr.Core, c.IP.Value, "", c.Lifecycle)
	f.node(d, &c.Node)
	if c.Cell.Named {
		d.add("cell", f.domains[c.Cell.To], true, false)
		d.Refs = append(d.Refs, f.layout.Marker(addr.Cell, f.domains[c.Cell.To], ""))
	}
	d.number("number", c.Number)
	f.need(c.Addr, "uuid", c.UUID.Value)
	d.add("uuid", c.UUID.Value, c.UUID.Named, c.UUID.Sensitive)
	d.set("links", f.refer(d, links))
	f.done(d)
}

func (f *flattener) entry(e *network.Entry) {
	d := f.draft(e.Addr, addr.Entry, e.IP.Value, "", e.Lifecycle)
	f.node(d, &e.Node)
	if e.BoundTo.Named {
		d.add("bound_to", f.ips[e.BoundTo.To], true, false)
		d.refer(f.ips[e.BoundTo.To])
	}
	f.done(d)
}

// refer notes references to nodes and returns their IPs.
func (f *flattener) refer(d *draft, to []addr.Addr) []string {
	ips := make([]string, 0, len(to))
	for _, a := range to {
		ips = append(ips, f.ips[a])
		d.refer(f.ips[a])
	}
	return ips
}
