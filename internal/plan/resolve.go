package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// resolve returns the network with everything chosen that its files leave
// open: user ids, UUIDs and service names. What an object already has is kept.
func (m *maker) resolve() *network.Network {
	n := *m.in.Network
	n.Cores = slices.Clone(n.Cores)
	n.Entries = slices.Clone(n.Entries)
	n.Users = slices.Clone(n.Users)
	for i := range n.Cores {
		m.chooseAll(addr.Core, n.Cores[i].IP.Value, &n.Cores[i])
	}
	for i := range n.Entries {
		m.chooseAll(addr.Entry, n.Entries[i].IP.Value, &n.Entries[i])
	}
	m.resolveUsers(n.Users)
	for i := range n.Users {
		n.Users[i].Devices = slices.Clone(n.Users[i].Devices)
	}
	m.resolveDevices(n.Users)
	m.carryStatuses(&n)
	return &n
}

// chooseAll fills the generated fields of a node.
func (m *maker) chooseAll(kind addr.Kind, id string, o network.Object) {
	for _, f := range m.layout.Generated(kind) {
		if t := o.Slot(f, false).Text; t != nil {
			m.choose(o.Address(), kind, id, f.Name, t, m.fresh(f))
		}
	}
}

// fresh makes values of a generated field.
func (m *maker) fresh(f *schema.Field) func() string {
	if f.Check == schema.UUID {
		return m.in.IDs.UUID
	}
	return m.in.IDs.ServiceName
}

// choose fills a text that no file names: with what was recorded, else with
// what is live, else with a fresh value.
func (m *maker) choose(a addr.Addr, kind addr.Kind, id, name string, t *network.Text, fresh func() string) {
	if t.Named || t.Value != "" {
		return
	}
	if r := m.in.State.Records[state.ID{Kind: kind, ID: id}]; r != nil {
		t.Sensitive = r.Hides(name)
		if v := r.Initial[name]; v != "" {
			t.Value = v
			return
		}
		if v := r.Declared[name]; v != "" {
			t.Value = v
			return
		}
	}
	if v := m.liveValue(kind, id, name); v != "" {
		t.Value = v
		return
	}
	t.Value = fresh()
	m.chosen[a.String()+"\x00"+name] = true
}

// liveValue is what a node of the network has in a field, unless it is one of
// ours of the other kind: its names are not for what takes its place.
func (m *maker) liveValue(kind addr.Kind, id, name string) string {
	if m.replacesNode(kind, id) {
		return ""
	}
	l := m.layout.As(m.live[liveID{space: keys.Space(kind), id: id}], kind)
	if l == nil {
		return ""
	}
	for i := range l.Fields {
		if l.Fields[i].Name == name {
			return l.Fields[i].Value
		}
	}
	return ""
}

// resolveDevices finds each device without a UUID by its address in the state,
// with --adopt by its name below its user, and else gives it a fresh one.
func (m *maker) resolveDevices(users []network.User) {
	claimed := map[string]bool{}
	for i := range users {
		for j := range users[i].Devices {
			if d := &users[i].Devices[j]; d.UUID.Value != "" {
				claimed[d.UUID.Value] = true
			}
		}
	}
	recorded := m.recordedIDs(addr.Device)
	named := m.adoptableDevices()
	for i := range users {
		for j := range users[i].Devices {
			d := &users[i].Devices[j]
			if d.UUID.Value != "" {
				continue
			}
			uuid := recorded[d.Addr.String()]
			if uuid == "" {
				uuid = named[userID(&users[i])+"\x00"+d.Name]
			}
			if uuid == "" || claimed[uuid] {
				uuid = m.in.IDs.UUID()
				m.newIDs[d.Addr] = true
			}
			claimed[uuid] = true
			d.UUID.Value = uuid
		}
	}
}

// recordedIDs maps addresses to identities, of the records of one kind.
func (m *maker) recordedIDs(kind addr.Kind) map[string]string {
	ids := map[string]string{}
	for _, id := range m.in.State.IDs() {
		if id.Kind == kind {
			ids[m.in.State.Records[id].Address] = id.ID
		}
	}
	return ids
}

// adoptableDevices maps user id and device name to the UUIDs of others' devices.
func (m *maker) adoptableDevices() map[string]string {
	found := map[string]string{}
	if !m.in.Adopt {
		return found
	}
	for i := range m.lives {
		l := &m.lives[i]
		_, ours := m.in.State.Records[state.ID{Kind: l.Kind, ID: l.ID}]
		if l.Kind == addr.Device && l.Exists && !ours {
			found[l.Parent+"\x00"+title(m.layout, l)] = l.ID
		}
	}
	return found
}
