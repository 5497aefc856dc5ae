package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// leaveMarks keeps what was applied as sensitive to an object whose record goes:
// others may have its keys still, or write them again.
func (m *maker) leaveMarks(r *state.Record) {
	if m.replacedBy(r) {
		return // its keys go, or are another object's of ours
	}
	left := marksOf(m.layout, r)
	if len(left) == 0 {
		return
	}
	text, err := state.EncodeReleased(&state.Released{Parent: r.Parent, Serial: m.plan.Serial + 1, Marked: left})
	if err != nil {
		m.plan.Conflicts = append(m.plan.Conflicts, Conflict{Address: r.Address, Summary: "Its marks can't be kept", Detail: err.Error()})
		return
	}
	m.states.put(m.in.State.Layout.Released(r.Kind, r.ID), text)
}

// marksOf are the digests of what a record hides, but for what is always hidden.
func marksOf(layout keys.Layout, r *state.Record) map[string]string {
	out := map[string]string{}
	for _, name := range r.Hidden() {
		if !layout.Sensitive(r.Kind, name) {
			out[name] = r.SensitiveDigest(name)
		}
	}
	return out
}

// replacedBy reports whether a wanted object of another kind takes the place of
// one of ours.
func (m *maker) replacedBy(r *state.Record) bool {
	for _, kind := range []addr.Kind{addr.Core, addr.Entry} {
		if keys.Space(r.Kind) == keys.Node && kind != r.Kind && m.wanted[state.ID{Kind: kind, ID: r.ID}] != nil {
			return true
		}
	}
	return false
}

// takeBackMarks drops what was known of an object before it was ours again: its
// record has it now.
func (m *maker) takeBackMarks(kind addr.Kind, id string) {
	for of := range m.in.State.Released {
		if of.ID == id && keys.Space(of.Kind) == keys.Space(kind) {
			m.states.delete(m.in.State.Layout.Released(of.Kind, of.ID))
		}
	}
}

// dropMarks drops those of values that neither the network nor the history has
// any more.
func (m *maker) dropMarks() {
	for id, r := range m.in.State.Released {
		if r.Serial+int64(m.plan.Keep) <= m.plan.Serial && !m.anyLives(id, r) {
			m.states.delete(m.in.State.Layout.Released(id.Kind, id.ID))
		}
	}
}

func (m *maker) anyLives(id state.ID, r *state.Released) bool {
	return livesIn(m.layout, m.in.Snapshot, id, r)
}

// livesIn reports whether a key is there that a sensitive value was applied to.
func livesIn(layout keys.Layout, s *kv.Snapshot, id state.ID, r *state.Released) bool {
	for name := range r.Marked {
		if _, there := s.Get(layout.FieldKey(id.Kind, id.ID, r.Parent, name)); there {
			return true
		}
	}
	return false
}

// leftSecrets are the fields of an object of others that were applied as
// sensitive when it was ours, with the digests of what was.
func leftSecrets(layout keys.Layout, st *state.State, l *keys.Live) map[string]string {
	if len(st.Released) == 0 {
		return nil
	}
	out := map[string]string{}
	for i := range l.Fields {
		if digest := st.ReleasedDigest(layout, l.Fields[i].Key); digest != "" {
			out[l.Fields[i].Name] = digest
		}
	}
	return out
}

// LeftSecrets are the live values of such fields.
func LeftSecrets(layout keys.Layout, st *state.State, l *keys.Live) []string {
	var out []string
	left := leftSecrets(layout, st, l)
	for i := range l.Fields {
		if left[l.Fields[i].Name] != "" {
			out = append(out, l.Fields[i].Value)
		}
	}
	return out
}

// confirmMarks: marks are kept of a record that goes, just those that it has,
// and dropped where a record has them again, or the network has nothing of them.
func (c *confirmer) confirmMarks(id state.ID, op kv.Op) error {
	own := c.state.Layout
	switch was, known := c.state.Records[id], c.state.Released[id]; {
	case op.Kind == kv.Put && was != nil && c.removed(own.Record(id.Kind, id.ID)):
		r, err := state.DecodeReleased(op.Value)
		if err == nil && encodedReleased(r) == op.Value && r.Serial == c.plan.Serial+1 && r.Parent == was.Parent && maps.Equal(r.Marked, marksOf(c.layout, was)) {
			return nil
		}
	case op.Kind == kv.Delete && known != nil && (c.ownedAfter(id) || !livesIn(c.layout, c.now, id, known)):
		return nil
	}
	return unsound("it writes %s, which none of its changes does", op.Key)
}

func encodedReleased(r *state.Released) string {
	text, _ := state.EncodeReleased(r)
	return text
}

// ownedAfter reports whether the apply writes a record of an identity.
func (c *confirmer) ownedAfter(id state.ID) bool {
	kinds := []addr.Kind{id.Kind}
	if keys.Space(id.Kind) == keys.Node {
		kinds = []addr.Kind{addr.Core, addr.Entry}
	}
	return slices.ContainsFunc(kinds, func(kind addr.Kind) bool {
		_, put := c.puts[c.state.Layout.Record(kind, id.ID)]
		return put
	})
}
