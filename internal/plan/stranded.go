package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
)

// checkStranded finds what others made and what may not be there without a
// reference that the plan takes away: a device at a Core that its user loses,
// the other direction of a link. As what would dangle, it is refused, or with
// --cascade deleted too.
func (m *maker) checkStranded() {
	if len(m.data.deletes) == 0 {
		return
	}
	m.guardBeside()
	stranded := map[int][]reference{}
	for i := range m.lives {
		l := &m.lives[i]
		for j := range l.Fields {
			f := &l.Fields[j]
			need, ok := m.beside(l.Kind, f)
			if !ok || !m.data.deletes[need] || m.data.touches(f.Key) || m.wants(l, f.Key) {
				continue
			}
			if at := m.changeOf(need); at >= 0 {
				stranded[at] = append(stranded[at], reference{from: l, ref: keys.LiveRef{Field: f.Name, Key: f.Key}})
			}
		}
	}
	for at := range m.changes {
		switch refs := stranded[at]; {
		case len(refs) == 0:
		case m.in.Cascade && !slices.ContainsFunc(refs, func(r reference) bool { return m.wantedAs(r.from) != nil }):
			m.cascade(at, refs)
		default:
			m.refuseDangling(at, "Changing", refs)
		}
	}
}

// beside is the reference without which a live field may not stand.
func (m *maker) beside(kind addr.Kind, f *keys.LiveField) (key string, ok bool) {
	if !m.layout.StandsOn(kind, f.Name) {
		return "", false
	}
	for _, n := range m.layout.Requires(f.Key, f.Value) {
		if !n.Object {
			return n.Key, true
		}
	}
	return "", false
}

// changeOf is the place of the change of the object that a key belongs to, -1
// where there is none.
func (m *maker) changeOf(key string) int {
	at, ok := m.layout.Locate(key)
	if !ok {
		return -1
	}
	return slices.IndexFunc(m.changes, func(c Change) bool { return keys.Space(c.Kind) == at.Space && c.ID == at.ID })
}

// guardBeside guards that nothing comes to stand on a reference that is taken
// away: neither a device at a Core that its user loses, nor the other direction
// of a link.
func (m *maker) guardBeside() {
	losers := map[string]bool{}
	for key := range m.data.deletes {
		at, ok := m.layout.Locate(key)
		switch {
		case !ok:
		case at.IsLink():
			other := m.layout.Reverse(at)
			m.guards.unmoved(other, m.entry(other).ModRevision)
		case m.layout.Carries(at) && !m.data.removes(m.layout.Marker(addr.User, at.ID, "")):
			losers[at.ID] = true
		}
	}
	if len(losers) == 0 {
		return
	}
	for user := range losers {
		m.guards.noneAdded(m.layout.Devices(user), m.in.Snapshot.Revision)
	}
	for i := range m.lives {
		if l := &m.lives[i]; l.Kind == addr.Device && losers[l.Parent] {
			key := m.layout.Placed(addr.Device, l.ID, l.Parent)
			m.guards.unmoved(key, m.entry(key).ModRevision)
		}
	}
}

// relyBeside lists the writes that take away what a key may not be there
// without: the other direction of a link, the Core of a device's user.
func (x *opIndex) relyBeside(key string) []int {
	at, ok := x.s.layout.Locate(key)
	switch {
	case ok && at.IsLink():
		if i, ok := x.exact[x.s.layout.Reverse(at)]; ok {
			return []int{i}
		}
	case ok && at.Space == addr.Device:
		return x.losses[x.s.layout.Devices(at.Parent)]
	}
	return nil
}
