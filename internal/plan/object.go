package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// object is one identity with its three sides. At least one of them is there.
type object struct {
	layout keys.Layout
	want   *keys.Object
	record *state.Record
	live   *keys.Live
	// liveFields indexes live by name.
	liveFields map[string]*keys.LiveField
	last       map[string]string
	// left are the digests of what was applied as sensitive to an object of
	// others when it was ours, by name.
	left map[string]string
	// ignore and sets are the wanted object's, or where nothing says what is
	// wanted the record's.
	ignore []string
	sets   []string
	// shared are the fields that another object declares too.
	shared map[string]bool
	// digest makes the keyed digest of a value of a named field.
	digest func(name, value string) string
	// past and back are what a rollback brings back: the record, and fields that
	// it does not enforce. Both are nil in any other plan.
	past *state.Record
	back map[string]back
	// class is the class of a named field.
	class func(name string) schema.Class
	// generated says which unnamed fields the plan has chosen a value for.
	generated func(name string) bool
	// masked says that sensitive values may stand masked in the snapshot.
	masked bool
	// written are the names of the fields that the plan writes, once it knows.
	written map[string]bool
}

func (o *object) exists() bool { return o.live != nil && o.live.Exists }

// foreign says that the object is there, and others made it.
func (o *object) foreign() bool { return o.record == nil && o.exists() }

// compare returns what happens to each field, by name.
func (o *object) compare() []FieldChange {
	var changes []FieldChange
	seen := make(map[string]bool, len(o.want.Fields))
	for i := range o.want.Fields {
		w := &o.want.Fields[i]
		seen[w.Name] = true
		if c, ok := o.compareWanted(w); ok {
			changes = append(changes, c)
		}
	}
	if o.past != nil {
		changes = append(changes, o.compareTaken(seen)...)
	} else {
		changes = append(changes, o.compareUnwanted(seen)...)
	}
	slices.SortFunc(changes, func(a, b FieldChange) int { return compareNames(a.Name, b.Name) })
	return changes
}

func (o *object) compareWanted(w *keys.Field) (FieldChange, bool) {
	if b, ok := o.back[w.Name]; ok && b.write {
		return o.broughtBack(w, b)
	}
	if w.Class == schema.Stamp || o.ignores(w.Name) {
		return FieldChange{}, false
	}
	f := o.field(w)
	if enforced(w) {
		return classified(f)
	}
	return o.compareInitial(f, w.Named)
}

// compareInitial compares a field that belongs to the network once it is
// written: it counts only where it is absent.
func (o *object) compareInitial(f *field, named bool) (FieldChange, bool) {
	if f.live.Present {
		if f.last.Present && f.class != schema.Derived {
			return f.change(Classify(Optional{}, f.last, f.live), verdict{action: Forget}), true
		}
		return FieldChange{}, false
	}
	if !f.last.Present {
		f.last = o.firstValue(f.name)
	}
	row := Classify(f.desired, f.last, f.live)
	v := verdict{action: Create}
	switch {
	case !o.exists() && o.record != nil:
		v.reason = Drift
	case o.exists() && (!named || f.last.Present || o.record.Hides(f.name)):
		v.reason = Restored
	}
	return f.change(row, v), true
}

// compareUnwanted compares what was applied or is live, and no file names.
func (o *object) compareUnwanted(wanted map[string]bool) []FieldChange {
	var changes []FieldChange
	for _, name := range slices.Sorted(maps.Keys(o.last)) {
		if wanted[name] || o.ignores(name) {
			continue
		}
		if c, ok := classified(o.fieldNamed(name)); ok {
			changes = append(changes, o.keptInitial(c))
		}
	}
	return append(changes, o.extraMembers(wanted)...)
}

// extraMembers compares the members of sets that are declared whole which no
// file names and which were not applied.
func (o *object) extraMembers(wanted map[string]bool) []FieldChange {
	var changes []FieldChange
	if o.live == nil {
		return nil
	}
	for i := range o.live.Fields {
		l := &o.live.Fields[i]
		_, applied := o.last[l.Name]
		if l.Set == "" || wanted[l.Name] || applied || o.ignores(l.Name) || !slices.Contains(o.sets, l.Set) {
			continue
		}
		changes = append(changes, o.extraMember(l))
	}
	return changes
}

// keptInitial turns the deletion of an initial field that no file names any
// more into forgetting it: the value is the network's own.
func (o *object) keptInitial(c FieldChange) FieldChange {
	l, ok := o.liveFields[c.Name]
	if ok && c.Action == Delete && (l.Class == schema.Initial || l.Class == schema.Rotated) {
		c.Action, c.Reason = Forget, Changed
	}
	return c
}

// extraMember is a member that others added to a set that is declared whole:
// "not a member" is what is wanted, and was applied where the set was declared
// before.
func (o *object) extraMember(l *keys.LiveField) FieldChange {
	row, v := RowTakeOver, verdict{action: Delete, reason: TakenOver}
	if o.record != nil {
		if _, declared := o.record.Sets[l.Set]; declared {
			row, v = RowRestore, verdict{action: Delete, reason: Drift}
		}
	}
	return o.fieldNamed(l.Name).change(row, v)
}

func classified(f *field) (FieldChange, bool) {
	row := Classify(f.desired, f.last, f.live)
	v := decide(row)
	if v.action == "" {
		return FieldChange{}, false
	}
	return f.change(row, v), true
}

// enforced says that a change made outside is drift.
func enforced(w *keys.Field) bool {
	switch w.Class {
	case schema.Declared:
		return true
	case schema.Initial, schema.Derived:
		return w.Named
	case schema.Rotated, schema.Stamp, schema.Operational:
	}
	return false
}

// ignores says that the field is left alone: ignore_changes names it, and the
// object is there already.
func (o *object) ignores(name string) bool {
	return o.exists() && keys.Ignored(o.ignore, name) && !o.shared[name]
}

// field joins a wanted field with what was applied and what is live.
func (o *object) field(w *keys.Field) *field {
	f := o.fieldNamed(w.Name)
	f.key, f.class, f.set = w.Key, w.Class, w.Set
	f.value = w.Value
	if w.Sensitive && !f.sensitive {
		f.sensitive = true
		f.live, f.last = o.digested(f.name, f.live), o.digested(f.name, f.last)
	}
	f.desired = Some(w.Value)
	if f.sensitive {
		f.desired = o.digested(f.name, f.desired)
	}
	f.generated = !w.Named && o.generated(w.Name)
	return f
}

// fieldNamed joins what was applied with what is live.
func (o *object) fieldNamed(name string) *field {
	f := &field{name: name, masked: o.masked}
	if l, ok := o.liveFields[name]; ok {
		f.key, f.class, f.set, f.revision = l.Key, l.Class, l.Set, l.ModRevision
		f.live = Some(l.Value)
	}
	if last, ok := o.last[name]; ok {
		f.last = Some(last)
	}
	switch {
	case o.appliedSecret(name):
		f.sensitive = true
		f.live = o.digested(name, f.live)
	case o.record.Hides(name), o.left[name] != "", f.hasMasked():
		f.sensitive = true
		f.live, f.last = o.digested(name, f.live), o.digested(name, f.last)
	}
	return f
}

// appliedSecret reports whether a field was applied as a sensitive one.
func (o *object) appliedSecret(name string) bool {
	if o.record == nil {
		return false
	}
	_, secret := o.record.Secret[name]
	return secret
}

// keepStatus gives a status that no file names the value that the object has,
// or had: what is restored of it must not make active what was archived.
func (o *object) keepStatus() {
	status, name := o.knownStatus(o.want.Kind), o.layout.Status(o.want.Kind)
	if status == "" {
		return
	}
	for i := range o.want.Fields {
		switch w := &o.want.Fields[i]; {
		case w.Named, o.back[w.Name].write:
		case w.Name == name:
			w.Value = status
		case w.Class == schema.Derived && w.Source == name:
			w.Value, _ = o.layout.Derive(o.want.Kind, w.Name, func(string) (string, bool) { return status, true })
		}
	}
}

// knownStatus is the live status, else the one in the record.
func (o *object) knownStatus(kind addr.Kind) string {
	name := o.layout.Status(kind)
	if l, ok := o.liveFields[name]; ok {
		return l.Value
	}
	if o.record == nil {
		return ""
	}
	return cmp.Or(o.record.Initial[name], o.record.Declared[name])
}

// firstValue is what an initial field was created with.
func (o *object) firstValue(name string) Optional {
	if o.record == nil {
		return Optional{}
	}
	first, ok := o.record.Initial[name]
	return Optional{Present: ok, Text: first}
}

func (o *object) digested(name string, v Optional) Optional {
	if v.Present {
		v.Text = o.digest(name, v.Text)
	}
	return v
}
