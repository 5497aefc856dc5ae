package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// planWanted decides what happens to one object that the configuration wants.
func (m *maker) planWanted(w *keys.Object) {
	o := m.join(w)
	o.keepStatus()
	fields := o.compare()
	if o.foreign() && !m.in.Adopt {
		if differing := takenOver(fields); len(differing) > 0 {
			m.conflict(foreignObject(w, differing))
			return
		}
	}
	o.written = writtenOf(fields)
	next := m.planRecord(o)
	if len(fields) == 0 && next == nil {
		m.plan.InSync++
		return
	}
	c := Change{
		Address: w.Addr.String(), Kind: w.Kind, ID: w.ID,
		GeneratedID: m.newIDs[w.Addr], Fields: fields,
	}
	c.Unchanged = o.unchanged(fields)
	c.Action = o.action(fields)
	if next != nil {
		c.Notes = treatment(o.hidden(), o.record, next)
	}
	m.describe(&c, o)
	m.changes = append(m.changes, c)
	m.writeFields(o, &m.changes[len(m.changes)-1])
}

// writtenOf are the names of the fields that get a value.
func writtenOf(fields []FieldChange) map[string]bool {
	out := make(map[string]bool, len(fields))
	for i := range fields {
		if f := &fields[i]; f.gives() {
			out[f.Name] = true
		}
	}
	return out
}

// unchanged counts the wanted fields, stamps aside, without a change.
func (o *object) unchanged(fields []FieldChange) int {
	n := 0
	for i := range o.want.Fields {
		if o.want.Fields[i].Class != schema.Stamp {
			n++
		}
	}
	for i := range fields {
		if fields[i].New != nil {
			n--
		}
	}
	return max(n, 0)
}

// action is what the fields' changes amount to.
func (o *object) action(fields []FieldChange) Action {
	written := slices.ContainsFunc(fields, func(f FieldChange) bool { return f.writes() })
	switch {
	case written && !o.exists():
		return Create
	case written:
		return Update
	case o.record == nil:
		return Adopt
	case len(fields) > 0 && !slices.ContainsFunc(fields, func(f FieldChange) bool { return f.Action != Forget }):
		return Forget
	default:
		return Record
	}
}

// describe says why the object changes, where it is not the obvious reason.
func (m *maker) describe(c *Change, o *object) {
	switch {
	case o.foreign():
		c.Reason = Adopted
	case o.record != nil && o.record.Address != c.Address:
		c.Was, c.Reason = o.record.Address, Renamed
	case o.record != nil && c.Action == Create:
		c.Reason = Drift
	default:
		c.Reason = sharedReason(c.Fields)
	}
}

// sharedReason is the reason of all written fields, where they have the same.
func sharedReason(fields []FieldChange) Reason {
	reason, first := Changed, true
	for i := range fields {
		if !fields[i].writes() {
			continue
		}
		if !first && fields[i].Reason != reason {
			return Changed
		}
		reason, first = fields[i].Reason, false
	}
	return reason
}

// takenOver lists the fields of an object that is not ours whose values differ.
func takenOver(fields []FieldChange) []FieldChange {
	var out []FieldChange
	for _, f := range fields {
		if f.Row == RowTakeOver {
			out = append(out, f)
		}
	}
	return out
}

func foreignObject(w *keys.Object, differing []FieldChange) Conflict {
	return Conflict{
		Address: w.Addr.String(),
		Summary: "Someone else created " + string(w.Kind) + " " + w.ID + ", and it differs",
		Detail:  "The network already has this object, sigilform did not create it, and its values are not those of the configuration.",
		Hint:    "Change the configuration to the live values, or take the object over with --adopt.",
		Fields:  differing,
	}
}

// planRecord writes the object's record where it differs from the one there is,
// and returns it; else nil.
func (m *maker) planRecord(o *object) *state.Record {
	next := o.nextRecord()
	text, err := state.EncodeRecord(next)
	if err != nil {
		m.fail(o.want.Addr, err)
		return nil
	}
	if o.record != nil {
		before, err := state.EncodeRecord(o.record)
		if err == nil && before == text {
			return nil
		}
	}
	m.states.put(m.in.State.Layout.Record(next.Kind, next.ID), text)
	m.takeBackMarks(next.Kind, next.ID)
	m.keepGivenUp(o, next)
	return next
}

// writeFields turns the changes of fields into writes and guards.
func (m *maker) writeFields(o *object, c *Change) {
	values := make(map[string]string, len(o.want.Fields))
	for i := range o.want.Fields {
		values[o.want.Fields[i].Name] = o.want.Fields[i].Value
	}
	written := map[string]bool{}
	for i := range c.Fields {
		f := &c.Fields[i]
		switch f.Action {
		case Create, Update:
			m.data.put(f.Key, values[f.Name])
			written[f.Name] = true
		case Delete:
			m.data.delete(f.Key)
		case Adopt, Record:
			m.keepSecret(f)
			continue
		case Forget:
			continue
		}
		m.guards.unmoved(f.Key, m.entry(f.Key).ModRevision)
		m.keepSecret(f)
	}
	m.writeStamps(o, c, written)
	m.guardObject(o, c)
}

// writeStamps writes the times that go with what was written.
func (m *maker) writeStamps(o *object, c *Change, written map[string]bool) {
	for i := range o.want.Fields {
		w := &o.want.Fields[i]
		if w.Class != schema.Stamp {
			continue
		}
		e := m.entry(w.Key)
		follows := written[w.Source]
		if w.Source == "" {
			// Written once: remains that are made whole again keep it.
			follows = c.Action == Create && o.liveFields[w.Name] == nil
		}
		if !follows {
			continue
		}
		m.data.put(w.Key, w.Value)
		m.guards.unmoved(w.Key, e.ModRevision)
		stamp := FieldChange{
			Name: w.Name, Key: w.Key, Row: RowCreate, Action: Create, Stamp: true, Generated: true,
			New: &Value{Text: w.Value}, Revision: e.ModRevision,
		}
		// That of a route which another device has, and loses, was never this one's.
		if o.liveFields[w.Name] != nil {
			stamp.Action, stamp.Row, stamp.Old = Update, RowTakeOver, &Value{Text: e.Value}
		}
		c.Fields = append(c.Fields, stamp)
	}
	if o.past != nil {
		c.Fields = append(c.Fields, m.goneStamps(o)...)
	}
	slices.SortFunc(c.Fields, func(a, b FieldChange) int { return compareNames(a.Name, b.Name) })
}

// guardObject guards the object as a whole, and those that it refers to.
func (m *maker) guardObject(o *object, c *Change) {
	if c.Action == Create {
		m.noteCreated(o.want)
		for _, prefix := range o.want.Prefixes {
			if len(m.in.Snapshot.Under(prefix)) == 0 && anyFieldUnder(o.want.Fields, prefix) {
				m.guards.vacant(prefix)
			}
		}
	}
	if c.Action == Forget || c.Action == Record {
		return
	}
	m.guards.add(m.rests().halves(o.want.Kind, o.want.ID, o.want.Parent)...)
	if e, ok := m.in.Snapshot.Get(o.want.Marker); ok {
		m.guards.exists(e.Key, e.CreateRevision)
	}
	for _, ref := range o.want.Refs {
		if e, ok := m.in.Snapshot.Get(ref); ok {
			m.guards.exists(e.Key, e.CreateRevision)
		}
	}
}

func anyFieldUnder(fields []keys.Field, prefix string) bool {
	return slices.ContainsFunc(fields, func(f keys.Field) bool {
		return len(f.Key) > len(prefix) && f.Key[:len(prefix)] == prefix
	})
}

// keepGivenUp remembers what was applied as sensitive and is not enforced any
// more, whatever becomes of the key: a record has its digest only.
func (m *maker) keepGivenUp(o *object, next *state.Record) {
	for _, name := range o.record.Hidden() {
		l, there := o.liveFields[name]
		was := o.record.SensitiveDigest(name)
		if there && next.Secret[name] != was && o.digest(name, l.Value) == was {
			m.plan.Secrets[l.Key] = l.Value
		}
	}
}

// keepSecret remembers the old value of a sensitive field for the history.
func (m *maker) keepSecret(f *FieldChange) {
	if f.Old != nil && f.Old.Sensitive {
		m.plan.Secrets[f.Key] = m.entry(f.Key).Value
	}
}
