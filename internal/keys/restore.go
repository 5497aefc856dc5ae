package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// Memory is what is remembered of an object that was applied, by the names of
// its fields.
type Memory struct {
	Addr   addr.Addr
	Kind   addr.Kind
	ID     string
	Parent string
	// Declared and Sensitive were enforced, Initial are first values.
	Declared, Sensitive, Initial map[string]string
	// Hidden are sensitive values that are not enforced.
	Hidden map[string]string
	// Sets are those that were declared whole.
	Sets      map[string][]string
	Protected bool
	Ignore    []string
}

// Restore makes an object wanted again as it is remembered: what [Flatten]
// made of it then. now is the text of all stamps.
func Restore(l Layout, m Memory, now string) Object {
	d := &draft{layout: l, now: now, Object: Object{
		Addr: m.Addr, Kind: m.Kind, ID: m.ID, Parent: m.Parent, Protected: m.Protected, Ignore: m.Ignore,
		Marker: l.Marker(m.Kind, m.ID, m.Parent), Prefixes: l.Prefixes(m.Kind, m.ID, m.Parent),
	}}
	for name, value := range m.Declared {
		d.add(name, value, true, false)
	}
	for name, value := range m.Sensitive {
		d.add(name, value, true, true)
	}
	for name, value := range m.Initial {
		d.add(name, value, false, false)
	}
	for name, value := range m.Hidden {
		d.add(name, value, false, true)
	}
	for name, members := range m.Sets {
		d.set(name, members)
	}
	d.derive(m)
	d.remember(l)
	out := &flattener{}
	out.done(d)
	return out.objects[0]
}

// derive adds what follows from the remembered fields.
func (d *draft) derive(m Memory) {
	if Space(d.Kind) == Node {
		d.add("role", string(d.Kind), true, false)
	}
	status, named := m.Declared["status"]
	secret, sensitive := m.Sensitive["status"]
	first, known := m.Initial["status"]
	hidden, masked := m.Hidden["status"]
	switch {
	case sensitive:
		status, named = secret, true
	case named:
	case masked:
		status = hidden
	case known:
		status = first
	default:
		status = network.Active
		d.add("status", status, false, false)
	}
	d.stamp("status_at")
	if d.Kind == addr.User || d.Kind == addr.Device {
		d.stamp("created")
	}
	if core, ok := m.Declared["core"]; ok && d.Kind == addr.Device {
		d.add("route.core_ip", core, true, false)
		d.add("route.status", routeStatus(status), named, sensitive)
		d.stamp("route.status_at")
	}
}

// remember finds again what the object refers to.
func (d *draft) remember(l Layout) {
	for i := range d.Fields {
		f := &d.Fields[i]
		if strings.HasPrefix(f.Key, l.prefix) {
			d.Refs = append(d.Refs, l.Names(f.Key, f.Value)...)
		}
	}
	d.Refs = slices.DeleteFunc(d.Refs, func(marker string) bool { return marker == d.Marker })
}
