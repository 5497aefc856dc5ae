package plan

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// listUnmanaged lists the objects that others made and no file declares.
func (m *maker) listUnmanaged() {
	wanted := make(map[liveID]bool, len(m.wanted))
	for _, w := range m.wanted {
		wanted[liveID{space: keys.Space(w.Kind), parent: w.Parent, id: w.ID}] = true
	}
	for i := range m.lives {
		l := &m.lives[i]
		if wanted[liveID{space: keys.Space(l.Kind), parent: l.Parent, id: l.ID}] || m.data.removes(l.Marker) {
			continue
		}
		if !OwnedBy(m.in.State, l) {
			m.plan.Unmanaged = append(m.plan.Unmanaged, m.untitled(UnmanagedOf(m.layout, m.in.State, l)))
		}
	}
}

// OwnedBy reports whether a live object is ours: whether it has a record.
func OwnedBy(st *state.State, l *keys.Live) bool {
	kinds := []addr.Kind{l.Kind}
	if keys.Space(l.Kind) == keys.Node {
		kinds = []addr.Kind{addr.Core, addr.Entry}
	}
	for _, kind := range kinds {
		if r := st.Records[state.ID{Kind: kind, ID: l.ID}]; r != nil && r.Parent == l.Parent {
			return true
		}
	}
	return false
}

// UnmanagedOf describes a live object of others. A title that was applied as a
// sensitive value, when the object was ours, is left out.
func UnmanagedOf(layout keys.Layout, st *state.State, l *keys.Live) Unmanaged {
	u := Unmanaged{Kind: l.Kind, ID: l.ID, Title: title(layout, l), Keys: len(l.Fields), Remains: !l.Exists}
	for name := range leftSecrets(layout, st, l) {
		if layout.Title(l.Kind) == name {
			u.Title = ""
		}
	}
	return u
}
