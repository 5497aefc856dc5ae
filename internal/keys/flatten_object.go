package keys

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// object flattens one object, and returns its identity.
func (f *flattener) object(kind addr.Kind, o network.Object, parent string, lc network.Lifecycle) string {
	x := f.layout.index(kind)
	id, refs := f.identity(x.kind, o)
	d := f.draft(o.Address(), kind, id, parent, lc)
	d.Refs = refs
	if parent != "" {
		d.Refs = append(d.Refs, f.layout.Marker(x.kind.Parent, parent, ""))
	}
	leaves := x.kind.Leaves()
	for i := range leaves {
		if s := &leaves[i]; s.Stored && (s.Label || x.kind.Has(s)) {
			f.field(d, o, s)
		}
	}
	d.follow(func(name string) (source, bool) {
		for i := range d.Fields {
			if at := &d.Fields[i]; at.Name == name {
				return source{value: at.Value, named: at.Named, sensitive: at.Sensitive}, true
			}
		}
		return source{}, false
	})
	f.done(d)
	return id
}

// identity is what the path of an object's keys says, and the markers of what
// it refers to.
func (f *flattener) identity(k *schema.Kind, o network.Object) (id string, refs []string) {
	parts := k.Parts()
	texts := make([]string, 0, len(parts))
	for _, p := range parts {
		slot := o.Slot(p, false)
		text := identityText(slot)
		if slot.Ref != nil {
			text = f.ids[slot.Ref.To]
			refs = append(refs, f.layout.Marker(p.Refers, text, ""))
		}
		f.need(o.Address(), p.Name, text)
		texts = append(texts, text)
	}
	return strings.Join(texts, "/"), refs
}

// identityText is a value as a part of a key; a number that is not chosen is empty.
func identityText(s network.Slot) string {
	switch {
	case s.Text != nil:
		return s.Text.Value
	case s.Number != nil && s.Number.Value != 0:
		return strconv.FormatUint(s.Number.Value, 10)
	}
	return ""
}

// field adds what the model holds of a field.
func (f *flattener) field(d *draft, o network.Object, s *schema.Field) {
	if s.Base == schema.Links {
		d.set(s, f.refer(d, s, f.links[o.Address()]))
		return
	}
	slot := o.Slot(s, false)
	switch {
	case slot.Text != nil:
		f.text(d, s, *slot.Text)
	case slot.Number != nil && slot.Number.Named:
		d.put(s, "", strconv.FormatUint(slot.Number.Value, 10), true, slot.Number.Sensitive)
	case slot.Ref != nil && slot.Ref.Named:
		ids := f.refer(d, s, []addr.Addr{slot.Ref.To})
		f.need(d.Addr, s.Name, ids[0])
		d.put(s, "", ids[0], true, false)
	default:
		f.many(d, s, slot)
	}
}

// many adds what has several values.
func (f *flattener) many(d *draft, s *schema.Field, slot network.Slot) {
	switch {
	case slot.Refs != nil && slot.Refs.Named:
		d.set(s, f.refer(d, s, slot.Refs.To))
	case slot.Words != nil && slot.Words.Named && s.Type == schema.Set:
		d.set(s, slot.Words.Values)
	case slot.Words != nil && slot.Words.Named:
		d.put(s, "", strings.Join(slot.Words.Values, ","), true, slot.Words.Sensitive)
	case slot.Texts != nil:
		for _, name := range slices.Sorted(maps.Keys(*slot.Texts)) {
			if t := (*slot.Texts)[name]; t.Named {
				d.put(s, name, t.Value, true, t.Sensitive)
			}
		}
	}
}

// text adds a text that a file names, or that was chosen or is the default.
func (f *flattener) text(d *draft, s *schema.Field, t network.Text) {
	value := t.Value
	if value == "" && !t.Named {
		value = s.Default
	}
	if s.Generated || s.Marker {
		f.need(d.Addr, s.Name, value)
	}
	if t.Named || value != "" {
		d.put(s, "", value, t.Named || s.Class == schema.Declared, t.Sensitive)
	}
}

// refer notes references and returns the identities.
func (f *flattener) refer(d *draft, s *schema.Field, to []addr.Addr) []string {
	ids := make([]string, 0, len(to))
	for _, a := range to {
		ids = append(ids, f.ids[a])
		d.Refs = append(d.Refs, f.layout.Marker(s.Refers, f.ids[a], ""))
	}
	return ids
}
