package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
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
		if set, _, ok := l.index(m.Kind).byName(name + "." + name); ok {
			d.set(set, members)
		}
	}
	d.derive(m)
	d.remember(l)
	out := &flattener{}
	out.done(d)
	return out.objects[0]
}

// derive adds the defaults of what is not remembered, and what follows from the
// rest.
func (d *draft) derive(m Memory) {
	for _, s := range d.layout.index(d.Kind).fields {
		if _, known := m.source(s.Name); !known && s.Default != "" {
			d.put(s, "", s.Default, false, false)
		}
	}
	d.follow(func(name string) (source, bool) {
		if from, known := m.source(name); known {
			return from, true
		}
		s := d.layout.stored(d.Kind, name)
		return source{value: s.Default}, s.Default != ""
	})
}

// source is what is remembered of a field that others follow.
func (m *Memory) source(name string) (source, bool) {
	if value, ok := m.Sensitive[name]; ok {
		return source{value: value, named: true, sensitive: true}, true
	}
	if value, ok := m.Declared[name]; ok {
		return source{value: value, named: true}, true
	}
	if value, ok := m.Hidden[name]; ok {
		return source{value: value, sensitive: true}, true
	}
	value, ok := m.Initial[name]
	return source{value: value}, ok
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
