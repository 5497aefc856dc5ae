package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// release gives an object back to others who had made it before an undone apply
// took it over: it is forgotten, not deleted, and what was written into it since
// is taken back, where it still is there.
func (m *maker) release(r *state.Record) {
	o := &object{layout: m.layout, record: r, last: LastApplied(m.layout, r), digest: m.digestOf(r.Kind, r.ID), masked: m.masked()}
	o.setLive(m.layout.As(m.live[liveID{space: keys.Space(r.Kind), parent: r.Parent, id: r.ID}], r.Kind))
	c := Change{Address: r.Address, Kind: r.Kind, ID: r.ID, Action: Forget, Reason: Released}
	if o.live == nil {
		c.Reason = Drift
		m.changes = append(m.changes, c)
		return
	}
	since := m.in.Past.Undone(state.ID{Kind: r.Kind, ID: r.ID}).SinceTheirs
	backs := m.backs(r, since, func(string) bool { return false })
	if !backs[m.layout.Status(r.Kind)].write {
		for _, f := range m.layout.Followers(r.Kind) {
			delete(backs, f.Name) // a route follows its device
		}
	}
	for name, b := range backs {
		if b.write && m.dangles(b) {
			b.write = false
			backs[name] = b
		}
	}
	m.tellMoved(r, backs)
	for name := range o.last {
		if _, written := backs[name]; !written {
			backs[name] = back{key: m.layout.FieldKey(r.Kind, r.ID, r.Parent, name)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(backs)) {
		if f, ok := m.giveBack(o, name, backs[name]); ok {
			c.Fields = append(c.Fields, f)
		}
	}
	c.Fields = append(c.Fields, m.stampBacks(r, backs, since)...)
	slices.SortFunc(c.Fields, func(a, b FieldChange) int { return compareNames(a.Name, b.Name) })
	if slices.ContainsFunc(c.Fields, func(f FieldChange) bool { return f.writes() }) {
		c.Action = Update
		if e := m.entry(o.live.Marker); e.ModRevision > 0 {
			m.guards.exists(e.Key, e.CreateRevision)
		}
	}
	if m.data.removes(o.live.Marker) {
		m.deleted[o.live.Marker] = len(m.changes)
	}
	m.changes = append(m.changes, c)
}

// giveBack writes what a field of a released object held before, and forgets
// it.
func (m *maker) giveBack(o *object, name string, b back) (FieldChange, bool) {
	f := o.fieldNamed(name)
	f.key = b.key
	if !b.write {
		return f.change(Classify(f.desired, f.last, f.live), verdict{action: Forget}), f.last.Present
	}
	v := verdict{action: Delete}
	switch {
	case !b.to.Present:
		m.data.delete(b.key)
	case !b.to.Known:
		m.forgotten(o.record, name, "the history does not have the value that it had then")
	default:
		v.action = Update
		if !f.live.Present {
			v.action = Create
		}
		if f.desired = Some(b.to.Text); f.sensitive || b.to.Fell || b.to.Fingerprint != "" {
			f.hide(o)
		}
		m.data.put(b.key, b.to.Text)
	}
	if b.moved {
		v.reason = Both
	}
	c := f.change(Classify(f.desired, f.last, f.live), v)
	m.guards.unmoved(b.key, m.entry(b.key).ModRevision)
	m.keepSecret(&c)
	return c, true
}

// hide makes a field sensitive that was not so until now.
func (f *field) hide(o *object) {
	f.desired = o.digested(f.name, f.desired)
	if !f.sensitive {
		f.live, f.last = o.digested(f.name, f.live), o.digested(f.name, f.last)
	}
	f.sensitive = true
}

// stampBacks lets the stamps go along that undone applies wrote: one whose
// field is written becomes now, one whose field goes, goes too.
func (m *maker) stampBacks(r *state.Record, backs map[string]back, of span) []FieldChange {
	var out []FieldChange
	for key, f := range m.in.Past.Undone(state.ID{Kind: r.Kind, ID: r.ID}).Fields {
		if m.layout.ClassOf(r.Kind, f.Name) != schema.Stamp || key != m.layout.FieldKey(r.Kind, r.ID, r.Parent, f.Name) {
			continue
		}
		b, e := backs[m.layout.Follows(r.Kind, f.Name)], m.entry(key)
		c := FieldChange{Name: f.Name, Key: key, Stamp: true, Generated: true, Revision: e.ModRevision}
		switch {
		case !b.write || e.ModRevision == 0:
			continue
		case b.to.Present:
			c.Action, c.Row, c.Old, c.New = Update, RowTakeOver, &Value{Text: e.Value}, &Value{Text: m.now()}
			m.data.put(key, m.now())
		case of(f).Before.Present:
			continue
		default:
			c.Action, c.Row, c.Old = Delete, RowDelete, &Value{Text: e.Value}
			m.data.delete(key)
		}
		m.guards.unmoved(key, e.ModRevision)
		out = append(out, c)
	}
	return out
}

// goneStamps are those of fields that go from an object that stays.
func (m *maker) goneStamps(o *object) []FieldChange {
	gone := map[string]back{}
	for name, b := range o.back {
		if b.write && !b.to.Present {
			gone[name] = b
		}
	}
	return m.stampBacks(o.past, gone, whole)
}
