package plan

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// nameReferences tells the reader the addresses of the nodes and cells that
// changed fields refer to by identity, as far as the configuration or the
// state knows them.
func (m *maker) nameReferences() {
	m.plan.Names = References(m.layout, m.plan.Changes, func(id state.ID) string {
		if w := m.wanted[id]; w != nil {
			return w.Addr.String()
		}
		if r := m.in.State.Records[id]; r != nil {
			return r.Address
		}
		return ""
	})
}

// References maps the identities that fields refer to, to addresses.
func References(l keys.Layout, changes []Change, address func(state.ID) string) map[string]string {
	names := map[string]string{}
	note := func(kind addr.Kind, id string) {
		if a := address(state.ID{Kind: kind, ID: id}); a != "" {
			names[id] = a
		}
	}
	for i := range changes {
		for j := range changes[i].Fields {
			changes[i].Fields[j].references(l, changes[i].Kind, note)
		}
	}
	return names
}

// references notes what the field's value or member refers to.
func (f *FieldChange) references(l keys.Layout, kind addr.Kind, note func(addr.Kind, string)) {
	for _, v := range []*Value{f.Old, f.New, f.Last} {
		if v == nil || v.Sensitive {
			continue
		}
		if to, id := l.RefersTo(kind, f.Name, v.Text); to != "" {
			note(to, id)
		}
	}
}
