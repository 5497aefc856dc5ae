package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// restore makes the objects that were applied in the past wanted again. Initial
// fields of an object that lives are the network's own; one that is gone comes
// back with the values that it had when it went.
func (m *maker) restore() []keys.Object {
	m.agree()
	past := m.in.Past
	out := make([]keys.Object, 0, len(past.Records))
	for _, id := range slices.SortedFunc(maps.Keys(past.Records), state.CompareIDs) {
		r := past.Records[id]
		at, err := addr.Parse(r.Address)
		if err != nil {
			m.forgotten(r, "address", err.Error())
			continue
		}
		out = append(out, m.restoreObject(at, r))
	}
	return out
}

// restoreObject makes one of them wanted again.
func (m *maker) restoreObject(at addr.Addr, r *state.Record) keys.Object {
	backs := m.restored(r)
	memory := keys.Memory{
		Addr: at, Kind: r.Kind, ID: r.ID, Parent: r.Parent, Declared: maps.Clone(r.Declared), Sensitive: m.revealed(r, backs),
		Initial: m.lastValues(r), Hidden: map[string]string{}, Sets: r.Sets, Protected: r.Protected, Ignore: r.Ignore,
	}
	m.rememberBacks(r, backs, &memory)
	m.complete(r, &memory)
	m.given[state.ID{Kind: r.Kind, ID: r.ID}] = backs
	return keys.Restore(m.layout, memory, m.now())
}

// revealed finds the sensitive values whose digests a record has: in the
// history where they changed since, else in the network.
func (m *maker) revealed(r *state.Record, backs map[string]back) map[string]string {
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Secret)) {
		if _, taken := backs[name]; taken {
			continue // it was left alone then
		}
		key := m.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
		// What an apply replaced may be someone else's change, which it undid:
		// only the digest tells the value that was applied.
		known := m.candidates(key)
		at := slices.IndexFunc(known, func(v string) bool { return digest(m.digest, r, name, v) == r.Secret[name] })
		if at < 0 {
			m.forgotten(r, name, "neither the history nor the network has the value that it had then")
			continue
		}
		out[name] = known[at]
	}
	return out
}

// lastValues are the initial values of an object, as the network last had them.
func (m *maker) lastValues(r *state.Record) map[string]string {
	out := make(map[string]string, len(r.Initial))
	for name, first := range r.Initial {
		out[name] = first
		if past := m.in.Past.Values[m.layout.FieldKey(r.Kind, r.ID, r.Parent, name)]; past != nil {
			out[name] = *past
		}
	}
	return out
}

// complete chooses anew what a node that is gone can't come back without and
// nobody remembers.
func (m *maker) complete(r *state.Record, memory *keys.Memory) {
	if m.entry(m.layout.Marker(r.Kind, r.ID, r.Parent)).ModRevision > 0 {
		return
	}
	choose := func(name string, value func() string) {
		for _, known := range []map[string]string{memory.Declared, memory.Sensitive, memory.Initial, memory.Hidden} {
			if _, ok := known[name]; ok {
				return
			}
		}
		if _, secret := r.Secret[name]; secret {
			return // said already
		}
		memory.Initial[name] = value()
		m.chosen[memory.Addr.String()+"\x00"+name] = true
	}
	for _, f := range m.layout.Generated(r.Kind) {
		choose(f.Name, m.fresh(f))
	}
}

func (m *maker) forgotten(r *state.Record, field, why string) {
	m.diags = append(m.diags, diag.Diagnostic{
		Severity: diag.Error, Address: r.Address, Attribute: field,
		Summary: fmt.Sprintf("%s can't be brought back", r.Address), Detail: fmt.Sprintf("Of its %s: %s.", field, why),
		Hint: "Roll back to another serial, or write it into the configuration and apply that.",
	})
}

// remember keeps the records that the changed objects have, for the history.
func (m *maker) remember() {
	for i := range m.plan.Changes {
		c := &m.plan.Changes[i]
		if e, ok := m.in.Snapshot.Get(m.in.State.Layout.Record(c.Kind, c.ID)); ok {
			if m.plan.Before == nil {
				m.plan.Before = map[string]string{}
			}
			m.plan.Before[e.Key] = e.Value
		}
	}
}
