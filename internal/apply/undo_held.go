package apply

import (
	"context"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// An undoing removes what its apply has created, and puts back what that has
// changed. Others may by now refer to the one, have added to it, or have taken
// away what the other refers to. Then it is left, whole, with its record, so that
// it is still ours and the next plan shows it.

// made is an object that the apply creates.
type made struct {
	kind       addr.Kind
	id, parent string
	marker     string
	// at is the write of its marker.
	at int
}

// madeBy finds what an intent creates, by what its keys are about.
func madeBy(in *state.Intent, l keys.Layout) map[identity]made {
	out := map[identity]made{}
	for i, op := range in.Ops {
		at, ok := l.Locate(op.Key)
		if !ok || op.Kind != kv.Put || op.Key != l.Marker(at.Space, at.ID, at.Parent) || before(in, op.Key) != nil {
			continue
		}
		m := made{kind: at.Space, id: at.ID, parent: at.Parent, marker: op.Key, at: i}
		if at.Space == keys.Node {
			m.kind = addr.Kind(op.Value)
		}
		out[identity{at.Space, at.ID}] = m
	}
	return out
}

// before is what a key held before the apply, nil for nothing.
func before(in *state.Intent, key string) *kv.Entry {
	i, ok := slices.BinarySearchFunc(in.Before, key, func(e kv.Entry, k string) int { return strings.Compare(e.Key, k) })
	if !ok {
		return nil
	}
	return &in.Before[i]
}

// taking is one step that is taken back.
type taking struct {
	j        *journaled
	layout   keys.Layout
	made     map[identity]made
	from     int
	end      int
	revision int64
	former   []formerKey
	// keep says why an object stays, by its marker; leave why a key is not put
	// back, or not removed.
	keep, leave map[string]string
	// now are the keys of the step and what they refer to, below what is below the
	// objects that it created.
	now, below *kv.Snapshot
	// many is set where UUIDs of devices are not guarded.
	many bool
	// about says what each guard protects: a marker, or a key.
	about map[kv.Guard][]string
	// twice are keys with the revision of the earlier step that gave them a name
	// which this one is to give back to another key: the undoing of that step takes
	// it from them.
	twice map[string]int64
}

func (j *journaled) taking(former []formerKey, from, end int, revision int64) *taking {
	l := keys.NewLayout(j.options.Catalogue, j.prefix(""))
	t := &taking{
		j: j, layout: l, made: madeBy(j.intent, l), from: from, end: end, revision: revision, former: former,
		keep: map[string]string{}, leave: map[string]string{}, twice: map[string]int64{},
	}
	t.many = t.manyDevices()
	return t
}

// compare reads the keys as they are now, and decides: what is as the step
// left it becomes what it was, what others wrote since, or rely on, stays.
func (t *taking) compare(ctx context.Context) (*back, error) {
	if err := t.look(ctx); err != nil {
		return nil, err
	}
	t.keepWritten()
	for {
		b := t.sort()
		if !t.hold(b) {
			t.sweep(b)
			t.guard(b)
			return b, nil
		}
	}
}

// look reads what the step is about.
func (t *taking) look(ctx context.Context) error { //nolint:gocyclo // one case for each kind of key
	var names, prefixes []string
	for _, f := range t.former {
		names = append(names, f.key)
		if f.key == t.layout.UserIDCounter() {
			for _, m := range t.made {
				if m.kind == addr.User {
					names = append(names, m.marker)
				}
			}
		}
		at, ok := t.layout.Locate(f.key)
		switch {
		case !ok:
		case f.was != nil:
			names = append(names, t.claimKeys(f.key)...)
			for _, n := range t.requires(f.key, f.was.Value) {
				names = append(names, n.Key)
			}
		case at.IsLink():
			names = append(names, t.layout.Reverse(at))
		case t.layout.Carries(at):
			prefixes = append(prefixes, t.layout.Devices(at.ID))
		}
		if m := t.made[identity{at.Space, at.ID}]; ok && m.marker == f.key {
			prefixes = append(prefixes, t.layout.Prefixes(m.kind, m.id, m.parent)...)
		} else if record, _, of := t.j.layout.Object(f.key); of {
			names = append(names, t.made[identity{space(record.Kind), record.ID}].marker)
		} else if ok {
			names = append(names, m.marker)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	slices.Sort(names)
	found, err := t.j.store.Read(ctx, slices.Compact(names)...)
	if err != nil {
		return err
	}
	t.now, t.below = &kv.Snapshot{Entries: found}, &kv.Snapshot{}
	if len(prefixes) > 0 {
		slices.Sort(prefixes)
		t.below, err = t.j.store.Scan(ctx, 0, outermost(prefixes)...)
	}
	return err
}

// outermost leaves out what lies below another; the prefixes are sorted.
func outermost(prefixes []string) []string {
	var out []string
	for _, p := range prefixes {
		if n := len(out); n == 0 || !strings.HasPrefix(p, out[n-1]) {
			out = append(out, p)
		}
	}
	return out
}

// owner is the object that a key, or a record, belongs to, as far as the apply
// has created it. What a device leaves behind that moves to another user belongs
// to it, too: it is there once.
func (t *taking) owner(key string) (made, bool) {
	at, ok := t.layout.Locate(key)
	id := identity{at.Space, at.ID}
	if record, released, of := t.j.layout.Object(key); of && !released {
		id, ok = identity{space(record.Kind), record.ID}, true
	}
	if !ok {
		return made{}, false
	}
	m, ok := t.made[id]
	return m, ok
}

// here reports whether the step has created an object.
func (t *taking) here(m made) bool { return m.at >= t.from && m.at < t.end }

// keepWritten keeps what others have written to since the step created it.
func (t *taking) keepWritten() {
	back := map[string]string{}
	for _, f := range t.former {
		if f.was != nil {
			back[f.key] = f.was.Value
		}
	}
	for _, m := range t.made {
		if !t.here(m) {
			continue
		}
		if _, there := t.now.Get(m.marker); !there {
			continue
		}
		for _, prefix := range t.layout.Prefixes(m.kind, m.id, m.parent) {
			for _, e := range t.below.Under(prefix) {
				value, restored := back[e.Key]
				if e.ModRevision > t.revision && (!restored || value != e.Value) && !t.layout.Daily(m.kind, e.Key) && t.keep[m.marker] == "" {
					t.keep[m.marker] = "others wrote " + e.Key
				}
			}
		}
	}
}

// stays says why a key of the step is left: its object is.
func (t *taking) stays(f formerKey) string {
	if why := t.leave[f.key]; why != "" {
		return why
	}
	if f.key == t.layout.UserIDCounter() {
		return t.staysCounted()
	}
	m, ok := t.owner(f.key)
	if !ok {
		return ""
	}
	if why := t.keep[m.marker]; why != "" {
		return why
	}
	// Of an object that another step created, later than this one, the marker is
	// there only if that was left.
	if _, there := t.now.Get(m.marker); there && m.at >= t.end {
		return "its object stays, since others rely on it"
	}
	return ""
}

// staysCounted says why the counter of user ids stays: an id that was handed out is
// in use.
func (t *taking) staysCounted() string {
	for _, m := range t.made {
		if _, there := t.now.Get(m.marker); there && m.kind == addr.User {
			return "user " + m.id + " is still there"
		}
	}
	return ""
}

// sort tells what is put back from what is left.
func (t *taking) sort() *back {
	out := &back{}
	for _, f := range t.former {
		e, there := t.now.Get(f.key)
		reason := t.stays(f)
		_, _, record := t.j.layout.Object(f.key)
		switch {
		case there == (f.was != nil) && (!there || e.Value == f.was.Value):
			// It is as it was: not touched, or restored already.
		case reason != "" && record: // the object's own keys are named
		case reason == "" && t.untouched(f, e, there):
			out.add(f, e.ModRevision)
		case reason == "", f.put && !there: // what others removed says so by itself
			out.left = append(out.left, state.Left{Key: f.key, Why: why(f, there), Found: e.ModRevision})
		default:
			out.left = append(out.left, state.Left{Key: f.key, Why: reason, Found: e.ModRevision})
		}
	}
	return out
}

// untouched reports whether a key is as the step left it.
func (t *taking) untouched(f formerKey, e kv.Entry, there bool) bool {
	if there != f.put {
		return false
	}
	return !there || e.ModRevision == t.revision || f.was == nil && t.daily(f.key)
}

// daily reports whether the network writes a key of a created object all day:
// then it goes with the object, whoever wrote it last.
func (t *taking) daily(key string) bool {
	m, ok := t.owner(key)
	return ok && t.here(m) && t.layout.Daily(m.kind, key)
}

// hold looks for what would be left dangling, and reports whether it found more
// that has to stay.
func (t *taking) hold(b *back) (found bool) { //nolint:gocyclo // one case for each kind of key
	removed, put := b.written()
	note := func(in map[string]string, key, why string) {
		if in[key] == "" {
			in[key], found = why, true
		}
	}
	for _, s := range []*kv.Snapshot{t.now, t.below} {
		for _, e := range s.Entries {
			if _, changed := put[e.Key]; changed || removed[e.Key] {
				continue
			}
			for _, n := range t.layout.Requires(e.Key, e.Value) {
				m, ok := t.owner(n.Key)
				switch {
				case !removed[n.Key]:
				case ok && n.Object && m.marker == n.Key:
					note(t.keep, n.Key, e.Key+" refers to it")
				default:
					note(t.leave, n.Key, e.Key+" may not be without it")
				}
			}
		}
	}
	for marker, why := range t.stranded() {
		note(t.keep, marker, why)
	}
	for key, why := range t.apart(b) {
		note(t.leave, key, why)
	}
	for key, value := range put {
		for _, n := range t.requires(key, value) {
			now, there := t.now.Get(n.Key)
			again, back := put[n.Key]
			if back {
				now.Value = again
			}
			if !there && !back || removed[n.Key] || n.Role != "" && now.Value != string(n.Role) {
				note(t.leave, key, "what it referred to is gone: "+n.Key)
			}
		}
	}
	return found
}
