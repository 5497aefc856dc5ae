package plan

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// finish puts the parts together.
func (m *maker) finish() {
	m.guardCounter()
	m.markReplaced()
	m.plan.Changes = m.changes
	SortByAddress(m.plan.Changes)
	slices.SortStableFunc(m.plan.Changes, func(a, b Change) int { return a.Action.order() - b.Action.order() })
	m.nameReferences()
	m.remember()
	m.noteFallen()
	m.plan.Data = m.data.ops(m.in.Snapshot)
	m.plan.State = m.states.ops(m.in.Snapshot)
	if m.plan.HasChanges() {
		m.dropMarks()
		m.registerNetwork()
	}
	m.plan.Guards = m.guards.list()
	m.refuseOddKeys()
	m.plan.Intent = m.plan.intent(!m.newKey)
}

// noteFallen notes what the keys that fall refer to.
func (m *maker) noteFallen() {
	for i := range m.changes {
		for _, key := range m.changes[i].Falls {
			value, _ := m.current(key)
			if !slices.Equal(m.layout.Requires(key, value), m.layout.Requires(key, "")) {
				if m.plan.Fallen == nil {
					m.plan.Fallen = map[string]string{}
				}
				m.plan.Fallen[key] = value
			}
		}
	}
}

// registerNetwork writes what a network needs before its first apply: the key
// of digests, and its prefix where other networks look. A destroyed network
// keeps its name there, and leaves its prefix to others.
func (m *maker) registerNetwork() {
	l := m.in.State.Layout
	if m.newKey {
		m.states.put(l.DigestKey(), m.digest)
		m.guards.unmoved(l.DigestKey(), m.entry(l.DigestKey()).ModRevision)
	}
	prefix := m.plan.Prefix
	if m.in.Mode == ModeDestroy {
		prefix = ""
	}
	if m.in.State.Networks[m.plan.Network] != prefix {
		m.states.put(l.Network(), prefix)
		m.guards.unmoved(l.Network(), m.entry(l.Network()).ModRevision)
		m.guards.noneAdded(state.NetworksPrefix, m.in.Snapshot.Revision)
		for _, e := range m.in.Snapshot.Under(state.NetworksPrefix) {
			m.guards.unmoved(e.Key, e.ModRevision)
		}
	}
	m.plan.State = m.states.ops(m.in.Snapshot)
}

// markReplaced marks the deletion and the creation of one address.
func (m *maker) markReplaced() {
	gone := map[string]int{}
	for i := range m.changes {
		if m.changes[i].Action == Delete {
			gone[m.changes[i].Address] = i
		}
	}
	for i := range m.changes {
		if at, ok := gone[m.changes[i].Address]; ok && m.changes[i].Action == Create {
			m.changes[i].Reason, m.changes[at].Reason = Replaced, Replaced
		}
	}
}

// refuseOddKeys refuses to write or guard a key that is not UTF-8: a saved plan
// could not hold it to the letter.
func (m *maker) refuseOddKeys() {
	var odd []string
	for _, op := range m.plan.Data {
		if !utf8.ValidString(op.Key) {
			odd = append(odd, op.Key)
		}
	}
	for _, g := range m.plan.Guards {
		if !utf8.ValidString(g.Key) {
			odd = append(odd, g.Key)
		}
	}
	slices.Sort(odd)
	for _, key := range slices.Compact(odd) {
		m.conflict(Conflict{
			Summary: fmt.Sprintf("The key %q is not UTF-8", key),
			Detail:  "The plan deletes or stands on this key, and a plan can't hold such a name. Another program wrote it, or the storage of etcd is damaged.",
			Hint:    "Delete that key by hand, then plan again.",
		})
	}
}

// Txn is the plan's writes with its guards; apply adds head and history.
func (p *Plan) Txn() kv.Txn {
	return kv.Txn{Guards: slices.Clone(p.Guards), Ops: slices.Concat(p.Data, p.State)}
}
