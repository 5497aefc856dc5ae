package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// broughtBack writes what a field held before the undone applies.
func (o *object) broughtBack(w *keys.Field, b back) (FieldChange, bool) {
	f := o.field(w)
	f.generated = false
	v := verdict{action: Update}
	if !f.live.Present {
		v.action = Create
	}
	if b.moved {
		v.reason = Both
	}
	return f.change(Classify(f.desired, f.last, f.live), v), !f.live.Present || f.live != f.desired
}

// compareTaken compares what is applied now, or was meanwhile, and was not
// then: what the undone applies made of it goes, what was there before stays.
func (o *object) compareTaken(wanted map[string]bool) []FieldChange {
	names := map[string]bool{}
	for name := range o.last {
		names[name] = !o.ignores(name)
	}
	for name, b := range o.back {
		names[name] = names[name] || b.write
	}
	var changes []FieldChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if wanted[name] || !names[name] {
			continue
		}
		c, ok := taken(o.fieldNamed(name), o.back[name])
		if inSet(o.past, name) {
			c, ok = classified(o.fieldNamed(name)) // the set was declared whole
		}
		if ok {
			changes = append(changes, c)
		}
	}
	return append(changes, o.extraMembers(wanted)...)
}

// taken is what happens to a field that nobody wants to enforce any more.
func taken(f *field, b back) (FieldChange, bool) {
	row := Classify(f.desired, f.last, f.live)
	switch {
	case b.write && !b.to.Present && f.live.Present:
		v := verdict{action: Delete}
		if b.moved {
			v.reason = Both
		}
		return f.change(row, v), true
	case f.last.Present:
		return f.change(row, verdict{action: Forget}), true
	}
	return FieldChange{}, false
}

// pastRecord is the record as it was then, with what was chosen anew, and with
// every mark of a sensitive value since.
func (o *object) pastRecord() *state.Record {
	r := *o.past
	r.Kind, r.ID = o.want.Kind, o.want.ID
	r.Initial, r.Marked = maps.Clone(r.Initial), maps.Clone(r.Marked)
	for i := range o.want.Fields {
		w := &o.want.Fields[i]
		initial := (w.Class == schema.Initial || w.Class == schema.Rotated) && !w.Named && !w.Sensitive
		_, known := r.Initial[w.Name]
		_, given := o.back[w.Name]
		if !initial || known || given || r.Hides(w.Name) {
			continue
		}
		if r.Initial == nil {
			r.Initial = map[string]string{}
		}
		r.Initial[w.Name] = w.Value
	}
	o.mark(&r)
	return &r
}
