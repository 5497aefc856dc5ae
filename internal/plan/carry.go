package plan

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// carryStatuses keeps the status that the network gave an object where the
// object takes a new identity and no file names its status: a device that a
// Core archived must not come back to life because its user got another id.
// Nobody gives a Core its status but the files, and their mesh depends on it.
func (m *maker) carryStatuses(n *network.Network) {
	before := m.in.State.ByAddress()
	for i := range n.Entries {
		e := &n.Entries[i]
		m.carry(before[e.Addr.String()], e.IP.Value, "", &e.Status)
	}
	for i := range n.Users {
		u := &n.Users[i]
		m.carry(before[u.Addr.String()], userID(u), "", &u.Status)
		for j := range u.Devices {
			d := &u.Devices[j]
			r := m.in.State.Records[state.ID{Kind: addr.Device, ID: d.UUID.Value}]
			if r == nil {
				r = before[d.Addr.String()]
			}
			m.carry(r, d.UUID.Value, userID(u), &d.Status)
		}
	}
}

// carry takes over the live status of the object that was applied before under
// another identity, or below another user.
func (m *maker) carry(r *state.Record, id, parent string, status *network.Text) {
	if r == nil || status.Named || r.ID == id && r.Parent == parent {
		return
	}
	l := m.layout.As(m.live[liveID{space: keys.Space(r.Kind), parent: r.Parent, id: r.ID}], r.Kind)
	if l == nil {
		return
	}
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Name == m.layout.Status(r.Kind) && schema.IsStatus(f.Value) {
			status.Value = f.Value
		}
	}
}
