package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

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

// add adds a field by its name; class, key and sensitivity come from the catalogue.
func (d *draft) add(name, value string, named, sensitive bool) {
	s, member, ok := d.layout.index(d.Kind).byName(name)
	if !ok {
		return
	}
	d.put(s, member, value, named, sensitive)
}

// put adds a field, or a member of it.
func (d *draft) put(s *schema.Field, member, value string, named, sensitive bool) {
	field := Field{
		Name: s.Name, Value: value, Class: s.Class, Named: named,
		Key:       d.layout.base(s.Base, d.Kind, d.ID, d.Parent) + s.Key + member,
		Sensitive: sensitive || s.Sensitive, Source: s.Follows,
	}
	if s.Many() {
		field.Name += "." + member
	}
	if m, ok := s.Member(member); ok && m.Sensitive {
		field.Sensitive = true
	}
	if s.Whole() {
		field.Set = s.Name
	}
	d.Fields = append(d.Fields, field)
}

// set adds a set that is declared whole.
func (d *draft) set(s *schema.Field, members []string) {
	d.Sets = append(d.Sets, s.Name)
	for _, m := range slices.Compact(slices.Sorted(slices.Values(members))) {
		d.put(s, m, "", true, false)
	}
}

// source is a value that others follow.
type source struct {
	value            string
	named, sensitive bool
}

// follow adds what follows from other fields, and the stamps.
func (d *draft) follow(of func(name string) (source, bool)) {
	for _, s := range d.layout.index(d.Kind).fields {
		if s.Only != "" {
			if only, ok := of(s.Only); !ok || !only.named {
				continue
			}
		}
		switch {
		case s.Class == schema.Stamp:
			d.put(s, "", d.now, false, false)
		case s.Class != schema.Derived:
		case s.Derive == schema.KindName:
			d.put(s, "", string(d.Kind), true, false)
		default:
			if from, ok := of(s.Follows); ok {
				d.put(s, "", follow(s.Derive, from.value), from.named, from.sensitive)
			}
		}
	}
}
