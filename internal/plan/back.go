package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// back is what a rollback does with a field that the serial did not enforce:
// what the undone applies wrote into it is taken back, where it still is there.
type back struct {
	field *state.UndoneField
	key   string
	// write says that the key gets what it held before, or goes.
	write bool
	to    state.Content
	// moved says that the network has neither what they left nor what was before.
	moved bool
}

// span chooses the applies that are to be taken back.
type span func(*state.UndoneField) state.Span

func whole(f *state.UndoneField) state.Span { return f.Whole }

// backs are the fields of an object that the undone applies wrote, by name, but
// for those that are enforced as the record says.
func (m *maker) backs(r *state.Record, of span, enforced func(name string) bool) map[string]back {
	out := map[string]back{}
	for key, f := range m.in.Past.Undone(state.ID{Kind: r.Kind, ID: r.ID}).Fields {
		name := f.Name
		if name == "" {
			name = m.layout.FieldOf(r.Kind, kv.Entry{Key: key}).Name
		}
		class := m.layout.ClassOf(r.Kind, name)
		if class == schema.Stamp || class == schema.Operational || enforced(name) {
			continue
		}
		if key != m.layout.FieldKey(r.Kind, r.ID, r.Parent, name) {
			continue // it was another user's
		}
		s := of(f)
		s.Before = m.known(r, name, key, s.Before)
		out[name] = m.back(r, f, name, key, s)
	}
	return out
}

func (m *maker) back(r *state.Record, f *state.UndoneField, name, key string, s state.Span) back {
	b := back{field: f, key: key, to: s.Before}
	switch {
	case !s.Wrote || m.holds(r, name, key, s.Before):
	case m.holds(r, name, key, f.Left):
		b.write = true
	default:
		b.moved, b.write = true, m.in.Moved == MovedRestore
	}
	return b
}

// known finds a sensitive value that the history has not with the apply that
// replaced it, wherever else it may be.
func (m *maker) known(r *state.Record, name, key string, c state.Content) state.Content {
	if c.Known || c.Fingerprint == "" {
		return c
	}
	for _, v := range m.candidates(key) {
		if state.Fingerprint(digest(m.digest, r, name, v)) == c.Fingerprint {
			c.Text, c.Known = v, true
		}
	}
	return c
}

// candidates are the values that a key is known to have had.
func (m *maker) candidates(key string) []string {
	known := append([]string{m.entry(key).Value}, m.in.Past.Secrets[key]...)
	if past := m.in.Past.Values[key]; past != nil {
		known = append(known, *past)
	}
	return known
}

// holds reports whether a key is as it was.
func (m *maker) holds(r *state.Record, name, key string, c state.Content) bool {
	e, there := m.in.Snapshot.Get(key)
	switch {
	case !there || !c.Present:
		return there == c.Present
	case c.Fingerprint != "":
		return state.Fingerprint(digest(m.digest, r, name, e.Value)) == c.Fingerprint
	default:
		return e.Value == c.Text
	}
}

// restored are the fields that a rollback brings back to an object which is
// wanted as it was, but does not enforce.
func (m *maker) restored(r *state.Record) map[string]back {
	last := LastApplied(m.layout, r)
	out := m.backs(r, whole, func(name string) bool {
		if _, ok := last[name]; !ok && !inSet(r, name) {
			return false
		}
		return !m.leftThen(r, name)
	})
	for name, b := range out {
		_, applied := last[name]
		if !b.to.Present && (applied || m.hadInitial(r, name) || m.essential(r.Kind, name)) {
			delete(out, name) // it was there then, whatever became of its object since
		}
		if m.dangles(b) {
			delete(out, name) // what it refers to does not come back
		}
	}
	for _, f := range m.layout.Followers(r.Kind) {
		m.deriveBack(r, f, last, out)
	}
	m.tellMoved(r, out)
	return out
}

// dangles reports whether what a key held before refers to what will not be there.
func (m *maker) dangles(b back) bool {
	return b.to.Present && (b.to.Known || b.to.Fingerprint == "") && m.unmet(b.key, b.to.Text)
}

// leftThen reports whether the serial left a field of a living object alone, so
// that only what was written since is taken back.
func (m *maker) leftThen(r *state.Record, name string) bool {
	_, lives := m.in.Snapshot.Get(m.layout.Marker(r.Kind, r.ID, r.Parent))
	return lives && keys.Ignored(r.Ignore, name)
}

// essential reports whether no object of the kind is without a field.
func (m *maker) essential(kind addr.Kind, name string) bool {
	return m.layout.Essential(kind, name)
}

// hadInitial reports whether a record knows a field as one that was written
// once. A declared one may have a mark and no value, and so may one that a rollback
// has taken away: of a mark only the history tells, unless others have removed the
// object since.
func (m *maker) hadInitial(r *state.Record, name string) bool {
	_, initial := r.Initial[name]
	marked := r.Marks(name) && m.layout.ClassOf(r.Kind, name) != schema.Declared
	return initial || marked && m.in.Past.Undone(state.ID{Kind: r.Kind, ID: r.ID}).Removed
}

// inSet reports whether a field is a member of a set that was declared whole.
func inSet(r *state.Record, name string) bool {
	for set := range r.Sets {
		if len(name) > len(set) && name[:len(set)] == set && name[len(set)] == '.' {
			return true
		}
	}
	return false
}

// follows reports whether an object has a field that follows its status: a device
// with a Core has a route.
func follows(r *state.Record, f *schema.Field) bool {
	_, there := r.Declared[f.Only]
	return there || f.Only == ""
}

// deriveBack gives a field that follows the status, of a route, the value that
// follows from the one that its device has afterwards, where either was written.
func (m *maker) deriveBack(r *state.Record, f *schema.Field, last map[string]string, backs map[string]back) {
	name := f.Name
	b, written := backs[name]
	if _, enforced := last[name]; !follows(r, f) || enforced {
		return
	}
	delete(backs, name)
	status := backs[f.Follows]
	if !status.write && !written {
		return
	}
	value := status.to.Text
	if !status.write {
		e, there := m.in.Snapshot.Get(m.layout.FieldKey(r.Kind, r.ID, r.Parent, f.Follows))
		if !there {
			return
		}
		value = e.Value
	}
	b.key = m.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
	b.to.Text, b.to.Present = m.layout.Derive(r.Kind, name, func(source string) (string, bool) {
		if source == f.Follows {
			return value, true
		}
		only, ok := r.Declared[source]
		return only, ok
	})
	b.to.Known, b.to.Fingerprint, b.moved = true, "", false
	if b.write = !m.holds(r, name, b.key, b.to); b.write {
		backs[name] = b
	}
}

// rememberBacks adds what comes back to what an object is remembered with.
func (m *maker) rememberBacks(r *state.Record, backs map[string]back, memory *keys.Memory) {
	followers := m.layout.Followers(r.Kind)
	for _, name := range slices.Sorted(maps.Keys(backs)) {
		b := backs[name]
		if !b.write || slices.ContainsFunc(followers, func(f *schema.Field) bool { return f.Name == name && follows(r, f) }) {
			continue // a route follows its device
		}
		_, declared := memory.Declared[name]
		delete(memory.Initial, name)
		delete(memory.Declared, name)
		switch {
		case !b.to.Present:
		case !b.to.Known:
			m.forgotten(r, name, "the history does not have the value that it had then")
		case declared:
			memory.Declared[name] = b.to.Text // it was left alone then
		case b.to.Fell, b.to.Fingerprint != "" || r.Hides(name) || m.layout.Sensitive(r.Kind, name):
			memory.Hidden[name] = b.to.Text
		default:
			memory.Initial[name] = b.to.Text
		}
	}
}
