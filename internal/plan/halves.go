package plan

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// shared are the fields of a wanted object that it does not leave alone by itself:
// a link is left alone where both of its ends leave it alone, so that it never
// comes or goes in one direction. It is nil for an object that leaves nothing
// alone.
func (m *maker) shared(w *keys.Object, l *keys.Live) map[string]bool {
	if len(w.Ignore) == 0 {
		return nil
	}
	out := map[string]bool{}
	for i := range w.Fields {
		f := &w.Fields[i]
		out[f.Name] = m.layout.Mutual(w.Kind, f.Name) && m.declaresHalf(f.Key)
	}
	if l == nil {
		return out
	}
	for i := range l.Fields {
		f := &l.Fields[i]
		out[f.Name] = m.layout.Mutual(w.Kind, f.Name) && m.declaresHalf(f.Key)
	}
	return out
}

// declaresHalf reports whether the object that has the other half of a key is
// wanted, and does not leave it alone.
func (m *maker) declaresHalf(key string) bool {
	for _, n := range m.layout.Requires(key, "") {
		at, ok := m.layout.Locate(n.Key)
		if n.Object || !ok {
			continue
		}
		for _, kind := range kindsOf(at.Space) {
			name, has := m.layout.FieldName(kind, at)
			w := m.wanted[state.ID{Kind: kind, ID: at.ID}]
			if has && w != nil && (m.entry(w.Marker).Value != string(kind) || !keys.Ignored(w.Ignore, name)) {
				return true
			}
		}
	}
	return false
}

// kindsOf are the kinds of the objects of a space.
func kindsOf(space addr.Kind) []addr.Kind {
	if space == keys.Node {
		return []addr.Kind{addr.Core, addr.Entry}
	}
	return []addr.Kind{space}
}

// checkUnmet refuses to write what would be without what it needs: files and
// records agree, but an object may leave alone what another one's field can't be
// without.
func (m *maker) checkUnmet() {
	if len(m.plan.Conflicts) > 0 || !m.mayPart() {
		return // what it would be without may be among them
	}
	for i := range m.changes {
		c := &m.changes[i]
		for j := range c.Fields {
			f := &c.Fields[j]
			value, put := m.data.puts[f.Key]
			if !put || !m.layout.StandsOn(c.Kind, f.Name) {
				continue
			}
			for _, n := range m.layout.Requires(f.Key, value) {
				if !n.Object && !m.there(n.Key) {
					m.conflict(unmetHalf(c, f.Name, n.Key))
				}
			}
		}
	}
}

// mayPart reports whether a half may be written without the other: files say both,
// so only where an object leaves something alone, or where records are wanted.
func (m *maker) mayPart() bool {
	for _, w := range m.wanted {
		if len(w.Ignore) > 0 {
			return true
		}
	}
	return m.in.Mode == ModeRollback
}

// there reports whether a key is there once the plan is applied.
func (m *maker) there(key string) bool {
	if m.data.putsTo(key) {
		return true
	}
	_, lives := m.in.Snapshot.Get(key)
	return lives && !m.data.touches(key)
}

func unmetHalf(c *Change, field, key string) Conflict {
	return Conflict{
		Address: c.Address,
		Summary: fmt.Sprintf("%s of %s can't be without %s", field, c.Address, key),
		Detail:  "The network does not have that key, and the plan does not write it: the object that it belongs to leaves it alone.",
		Hint:    "Take it out of that object's ignore_changes, or write the key by hand first.",
	}
}
