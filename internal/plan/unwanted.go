package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// planUnwanted decides what happens to the objects of ours that the
// configuration does not want any more.
func (m *maker) planUnwanted() {
	protecting := m.protectedAddresses()
	for _, id := range m.in.State.IDs() {
		r := m.in.State.Records[id]
		w := m.wanted[id]
		if w != nil && w.Parent == r.Parent {
			continue
		}
		if w == nil {
			m.states.delete(m.in.State.Layout.Record(id.Kind, id.ID))
			m.leaveMarks(r)
		}
		if w == nil && m.in.Mode == ModeRollback && m.in.Past.Undone(id).Theirs() {
			m.release(r)
			continue
		}
		m.planDeletion(r, r.Protected || protecting[r.Address])
	}
}

// protectedAddresses are those that the configuration protects: an object that
// takes another identity is deleted under its old one.
func (m *maker) protectedAddresses() map[string]bool {
	out := map[string]bool{}
	for _, w := range m.wanted {
		if w.Protected {
			out[w.Addr.String()] = true
		}
	}
	return out
}

// planDeletion deletes one object with all its keys, or forgets one that is
// gone already. One that is to be kept is marked so: a valve refuses the plan.
func (m *maker) planDeletion(r *state.Record, kept bool) {
	o := &object{layout: m.layout, record: r, last: LastApplied(m.layout, r), digest: m.digestOf(r.Kind, r.ID), masked: m.masked()}
	o.setLive(m.layout.As(m.live[liveID{space: keys.Space(r.Kind), parent: r.Parent, id: r.ID}], r.Kind))
	o.left = m.secretBeside(o)
	c := Change{Address: r.Address, Kind: r.Kind, ID: r.ID, Action: Delete}
	if o.live == nil {
		c.Action, c.Reason = Forget, Drift
		m.changes = append(m.changes, c)
		return
	}
	c.Protected = kept
	for i := range o.live.Fields {
		m.deleteField(o, &o.live.Fields[i], &c)
	}
	slices.SortFunc(c.Fields, func(a, b FieldChange) int { return compareNames(a.Name, b.Name) })
	for _, prefix := range m.layout.Prefixes(r.Kind, r.ID, r.Parent) {
		if m.falls(o.live, prefix) {
			m.deletePrefix(r.Kind, prefix)
		}
	}
	m.guardDeletion(o)
	if r.Kind == addr.User {
		m.takeDevices(r.ID, &c)
	}
	m.deleted[o.live.Marker] = len(m.changes)
	m.changes = append(m.changes, c)
}

// secretBeside are the fields of an object that goes whose keys another one gets, as
// sensitive ones: the route of a device that moves to another user.
func (m *maker) secretBeside(o *object) map[string]string {
	w := m.wanted[state.ID{Kind: o.record.Kind, ID: o.record.ID}]
	if w == nil {
		return nil
	}
	out := map[string]string{}
	for i := range w.Fields {
		f := &w.Fields[i]
		if l := o.liveFields[f.Name]; f.Sensitive && l != nil && l.Key == f.Key {
			out[f.Name] = o.digest(f.Name, l.Value)
		}
	}
	return out
}

// deletePrefix deletes all below a prefix of an object. A device without a route
// may get a stamp of one, which is not guarded and must not stay behind.
func (m *maker) deletePrefix(kind addr.Kind, prefix string) {
	m.data.deletePrefix(prefix)
	if kind == addr.Device {
		m.data.sweep[prefix] = true
	}
}

// guardDeletion guards the marker and what was declared against being removed;
// the object against whatever is written to it, known to the layout or not, but
// for what the network writes all day; and that nothing comes to refer to it.
// So nobody's change falls unseen, and nobody's key is left dangling.
func (m *maker) guardDeletion(o *object) {
	r := o.record
	if e := m.entry(o.live.Marker); e.ModRevision > 0 {
		m.guards.exists(e.Key, e.CreateRevision)
	}
	for name := range o.last {
		key := m.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
		if e := m.entry(key); e.ModRevision > 0 && !keys.Ignored(r.Ignore, name) {
			m.guards.unmoved(key, e.ModRevision)
		}
	}
	m.guardOwn(r.Kind, r.ID, r.Parent, func(prefix string) bool { return m.falls(o.live, prefix) })
	m.guards.add(m.layout.Unnamed(r.Kind, r.ID)...)
}

// guardOwn guards the keys of an object, as far as they fall.
func (m *maker) guardOwn(kind addr.Kind, id, parent string, falls func(prefix string) bool) {
	var devices []string
	if kind == addr.User {
		for _, l := range m.devicesOf(id) {
			devices = append(devices, l.ID)
		}
	}
	for _, prefix := range m.layout.Prefixes(kind, id, parent) {
		for _, r := range m.layout.Own(kind, id, parent, devices...) {
			if strings.HasPrefix(r.Key, prefix) && falls(prefix) {
				m.guards.unwritten(r, m.in.Snapshot.Revision)
			}
		}
	}
}

// deleteField says what is lost with a field. The rest falls with the object.
func (m *maker) deleteField(o *object, l *keys.LiveField, c *Change) {
	f := o.fieldNamed(l.Name)
	initial := l.Class == schema.Initial || l.Class == schema.Rotated
	switch {
	case l.Class == schema.Stamp:
	case f.last.Present:
		change := f.change(Classify(f.desired, f.last, f.live), verdict{action: Delete})
		if change.Row == RowDeleteDrift {
			change.Reason, change.Last = Drift, f.shown(f.last)
		}
		m.keepSecret(&change)
		c.Fields = append(c.Fields, change)
	case initial, o.record.Hides(l.Name), l.Class == schema.Derived:
		change := f.change(RowDelete, verdict{action: Delete})
		m.keepSecret(&change)
		c.Fields = append(c.Fields, change)
	default:
		c.Falls = append(c.Falls, l.Key)
		if l.Class == schema.Declared {
			m.plan.Secrets[l.Key] = l.Value // others' own: comes back with the object
		}
	}
}

// takeDevices deletes what belongs to a user and is not ours: the devices that
// others added, with their routes.
func (m *maker) takeDevices(user string, c *Change) {
	for _, l := range m.devicesOf(user) {
		if !OwnedBy(m.in.State, l) {
			m.fall(l, c)
		}
	}
}

// devicesOf are the live devices of a user.
func (m *maker) devicesOf(user string) []*keys.Live {
	if m.devices == nil {
		m.devices = map[string][]*keys.Live{}
		for i := range m.lives {
			if l := &m.lives[i]; l.Kind == addr.Device {
				m.devices[l.Parent] = append(m.devices[l.Parent], l)
			}
		}
	}
	return m.devices[user]
}

// shares reports whether another live device has the UUID of this one: a route
// that comes may be that one's.
func (m *maker) shares(l *keys.Live) bool {
	if m.uuids == nil {
		m.uuids = map[string]int{}
		for i := range m.lives {
			if m.lives[i].Kind == addr.Device {
				m.uuids[m.lives[i].ID]++
			}
		}
	}
	return m.uuids[l.ID] > 1
}

// falls reports whether what lies below a prefix of a live object is its own: the
// route of a UUID may be another device's.
func (m *maker) falls(l *keys.Live, prefix string) bool {
	if len(m.in.Snapshot.Under(prefix)) == 0 {
		return l.Kind != addr.Device || !m.shares(l)
	}
	return slices.ContainsFunc(l.Fields, func(f keys.LiveField) bool { return strings.HasPrefix(f.Key, prefix) })
}

// fall deletes an object of others along with a change. What lies below its
// prefixes and is not its own stays: the route of another device that has the
// same UUID.
func (m *maker) fall(l *keys.Live, c *Change) {
	for _, prefix := range m.layout.Prefixes(l.Kind, l.ID, l.Parent) {
		if m.falls(l, prefix) {
			m.deletePrefix(l.Kind, prefix)
			m.guardOwn(l.Kind, l.ID, l.Parent, func(own string) bool { return own == prefix })
		}
	}
	for i := range l.Fields {
		c.Falls = append(c.Falls, l.Fields[i].Key)
	}
}
