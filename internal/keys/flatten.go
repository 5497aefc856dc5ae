package keys

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// Flatten turns a normalised and valid network into flat fields, sorted by
// kind and identity. Everything that is generated must have been chosen: an
// object without its identity, a Core without a UUID, a node without a service
// name is an error. now is the text of all stamps, RFC 3339 in UTC.
func Flatten(n *network.Network, l Layout, now string) ([]Object, error) {
	if count := n.CountLinks(); count > network.MaxLinks {
		return nil, fmt.Errorf("the Cores have %d links, and a network has at most %d", count, network.MaxLinks)
	}
	f := &flattener{network: n, layout: l, now: now, ips: map[addr.Addr]string{}, domains: map[addr.Addr]string{}}
	f.index()
	for i := range n.Cells {
		f.cell(&n.Cells[i])
	}
	f.nodes()
	for i := range n.Routes {
		f.route(&n.Routes[i])
	}
	for i := range n.Users {
		f.user(&n.Users[i])
	}
	if f.err != nil {
		return nil, f.err
	}
	slices.SortFunc(f.objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Kind.Rank(), b.Kind.Rank()), strings.Compare(a.ID, b.ID))
	})
	return f.objects, nil
}

type flattener struct {
	network *network.Network
	layout  Layout
	now     string
	// ips and domains are the identities of nodes and cells by address.
	ips     map[addr.Addr]string
	domains map[addr.Addr]string
	objects []Object
	// err is the first value that was not chosen.
	err error
}

// need notes a value that should have been chosen.
func (f *flattener) need(a addr.Addr, name, value string) {
	if value == "" && f.err == nil {
		f.err = fmt.Errorf("%s has no %s", a, name)
	}
}

func (f *flattener) index() {
	for i := range f.network.Cells {
		c := &f.network.Cells[i]
		f.domains[c.Addr] = c.Domain.Value
	}
	for i := range f.network.Cores {
		c := &f.network.Cores[i]
		f.ips[c.Addr] = c.IP.Value
	}
	for i := range f.network.Entries {
		e := &f.network.Entries[i]
		f.ips[e.Addr] = e.IP.Value
	}
}

// draft is one object while its fields are added.
type draft struct {
	Object
	layout Layout
	now    string
}

func (f *flattener) draft(a addr.Addr, kind addr.Kind, id, parent string, lc network.Lifecycle) *draft {
	return &draft{layout: f.layout, now: f.now, Object: Object{
		Addr: a, Kind: kind, ID: id, Parent: parent,
		Marker:    f.layout.Marker(kind, id, parent),
		Prefixes:  f.layout.Prefixes(kind, id, parent),
		Protected: lc.PreventDestroy,
		Ignore:    slices.Sorted(slices.Values(lc.IgnoreChanges)),
	}}
}

// done sorts what was added and keeps the object.
func (f *flattener) done(d *draft) {
	slices.SortFunc(d.Fields, func(a, b Field) int { return strings.Compare(a.Key, b.Key) })
	slices.Sort(d.Refs)
	d.Refs = slices.Compact(d.Refs)
	slices.Sort(d.Sets)
	f.objects = append(f.objects, d.Object)
}

// add adds a field; class, key and sensitivity come from the table.
func (d *draft) add(name, value string, named, sensitive bool) {
	s, member, _ := d.layout.indexes[d.Kind].byName(name)
	field := Field{
		Name: name, Value: value, Class: s.class, Named: named,
		Key:       d.layout.base(s.base, d.Kind, d.ID, d.Parent) + s.path + member,
		Sensitive: sensitive || s.sensitive, Source: s.source,
	}
	if s.whole {
		field.Set = s.name
	}
	d.Fields = append(d.Fields, field)
}

// text adds an optional text that a file names.
func (d *draft) text(name string, t network.Text) {
	if t.Named {
		d.add(name, t.Value, true, t.Sensitive)
	}
}

// number adds an optional number that a file names.
func (d *draft) number(name string, n network.Number) {
	if n.Named {
		d.add(name, strconv.FormatUint(n.Value, 10), true, n.Sensitive)
	}
}

func (d *draft) stamp(name string) { d.add(name, d.now, false, false) }

// status adds a status, active unless a file says otherwise, with its stamp.
func (d *draft) status(t network.Text) {
	d.add("status", statusOf(t), t.Named, t.Sensitive)
	d.stamp("status_at")
}

func statusOf(t network.Text) string {
	if t.Value == "" {
		return network.Active
	}
	return t.Value
}

// set adds a set that is declared whole.
func (d *draft) set(name string, members []string) {
	d.Sets = append(d.Sets, name)
	for _, m := range slices.Compact(slices.Sorted(slices.Values(members))) {
		d.add(name+"."+m, "", true, false)
	}
}

// refer notes that the object refers to a node.
func (d *draft) refer(ip string) {
	d.Refs = append(d.Refs, d.layout.Marker(Node, ip, ""))
}

func (d *draft) tls(t network.TLS) {
	d.text("tls.sni", t.SNI)
	d.text("tls.fingerprint", t.Fingerprint)
	d.text("tls.min_version", t.MinVersion)
	if t.ALPNNamed {
		d.add("tls.alpn", strings.Join(t.ALPN, ","), true, t.ALPNSensitive)
	}
	d.number("tls.port", t.Port)
}

func (f *flattener) cell(c *network.Cell) {
	f.need(c.Addr, "domain", c.Domain.Value)
	d := f.draft(c.Addr, addr.Cell, c.Domain.Value, "", c.Lifecycle)
	d.status(c.Status)
	f.done(d)
}

func (f *flattener) route(r *network.Route) {
	entry, core := f.ips[r.Entry.To], f.ips[r.Core.To]
	f.need(r.Addr, "entry", entry)
	f.need(r.Addr, "core", core)
	d := f.draft(r.Addr, addr.Route, entry+"/"+core, "", r.Lifecycle)
	d.status(r.Status)
	d.text("service_name", r.ServiceName)
	d.tls(r.TLS)
	d.refer(entry)
	d.refer(core)
	f.done(d)
}
