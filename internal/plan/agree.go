package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// agree makes the records of a serial say the same of what they say of each
// other: a link is a member of two sets, and a device's Core one of its user's.
// The records of one apply agree. Those of an apply that was abandoned between
// two, or whose undoing left one with what others rely on, do not: to bring back
// each as it says would part what belongs together. What one of them has and the
// other could have comes back at both; what refers to an object that does not
// come back, and nobody else has, is left out.
func (m *maker) agree() {
	past := *m.in.Past
	past.Records = maps.Clone(past.Records)
	m.in.Past = &past
	ids := slices.SortedFunc(maps.Keys(past.Records), state.CompareIDs)
	for _, id := range ids {
		m.dropUnmet(id)
	}
	for _, id := range ids {
		m.addHalves(id)
	}
}

// dropUnmet leaves members out that refer to what will not be there.
func (m *maker) dropUnmet(id state.ID) {
	r := m.in.Past.Records[id]
	for set, members := range r.Sets {
		for _, member := range members {
			if m.unmet(m.layout.FieldKey(r.Kind, r.ID, r.Parent, set+"."+member), "") {
				m.drop(id, set, member)
			}
		}
	}
}

// unmet reports whether a key with a value, which a member has none of, needs what
// neither comes back nor is others' and stays.
func (m *maker) unmet(key, value string) bool {
	for _, n := range m.layout.Requires(key, value) {
		if m.recordOf(n.Key, n.Role) != nil {
			continue
		}
		e, there := m.in.Snapshot.Get(n.Key)
		if !there || n.Role != "" && e.Value != string(n.Role) || m.ours(n.Key) {
			return true
		}
	}
	return false
}

// recordOf is the record that comes back of the object that a key belongs to, of
// a node with its role where one is given.
func (m *maker) recordOf(key string, role addr.Kind) *state.Record {
	at, ok := m.layout.Locate(key)
	if !ok {
		return nil
	}
	for _, kind := range kindsOf(at.Space) {
		if r := m.in.Past.Records[state.ID{Kind: kind, ID: at.ID}]; r != nil && r.Parent == at.Parent && (role == "" || role == kind) {
			return r
		}
	}
	return nil
}

// ours reports whether a key belongs to an object that is ours now, and is not to
// be given back to others.
func (m *maker) ours(key string) bool {
	at, ok := m.layout.Locate(key)
	return ok && slices.ContainsFunc(kindsOf(at.Space), func(kind addr.Kind) bool {
		id := state.ID{Kind: kind, ID: at.ID}
		return m.in.State.Records[id] != nil && !m.in.Past.Undone(id).Theirs()
	})
}

// addHalves adds to the sets of others what the fields of a record can't be
// without. What it was leaving alone is not asked for: a member is dropped then.
func (m *maker) addHalves(id state.ID) {
	r := m.in.Past.Records[id]
	for name, value := range LastApplied(m.layout, r) {
		if !m.layout.StandsOn(r.Kind, name) {
			continue
		}
		key := m.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
		for _, n := range m.layout.Requires(key, value) {
			if n.Object {
				continue
			}
			set := m.layout.Set(r.Kind, name)
			if !m.addHalf(n.Key, keys.Ignored(r.Ignore, name)) && set != "" {
				m.drop(id, set, strings.TrimPrefix(name, set+"."))
			}
		}
	}
}

// addHalf adds a key to the set that it is a member of, where that is declared.
// Of two of whom one left it alone, that one follows; only says that this is the
// one who asks.
func (m *maker) addHalf(key string, only bool) (agreed bool) {
	r := m.recordOf(key, "")
	at, _ := m.layout.Locate(key)
	if r == nil {
		return true
	}
	name, _ := m.layout.FieldName(r.Kind, at)
	set, member := m.layout.Set(r.Kind, name), m.layout.Member(at)
	members, declared := r.Sets[set]
	switch {
	case !declared, slices.Contains(members, member):
		return true
	case only && !keys.Ignored(r.Ignore, name):
		return false
	}
	members = append(slices.Clone(members), member)
	slices.Sort(members)
	m.setMembers(state.ID{Kind: r.Kind, ID: r.ID}, set, members)
	return true
}

func (m *maker) drop(id state.ID, set, member string) {
	kept := slices.DeleteFunc(slices.Clone(m.in.Past.Records[id].Sets[set]), func(other string) bool { return other == member })
	m.setMembers(id, set, kept)
}

// setMembers gives a record another set of members, and leaves the one of the
// past as it is.
func (m *maker) setMembers(id state.ID, set string, members []string) {
	r := *m.in.Past.Records[id]
	r.Sets = maps.Clone(r.Sets)
	r.Sets[set] = members
	m.in.Past.Records[id] = &r
}
