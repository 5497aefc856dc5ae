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

// confirmRecords: after the apply the data is what the records say of it, and each
// thing that changes has the record that its change shows, or none.
func (c *confirmer) confirmRecords() error {
	for id, change := range c.changed {
		key := c.state.Layout.Record(id.Kind, id.ID)
		text, there := c.after(key)
		switch {
		case there && c.leaves(change):
			return unsound("it leaves the record %s of what is not sigilform's any more", key)
		case !there && (c.leaves(change) || change.Action == Forget):
			if err := c.confirmLeft(change); err != nil {
				return err
			}
			continue
		case !there:
			return unsound("it leaves %s without the record %s", change.Address, key)
		}
		if err := c.confirmKept(key, text, change); err != nil {
			return err
		}
	}
	return nil
}

// confirmKept compares the record of what stays sigilform's.
func (c *confirmer) confirmKept(key, text string, change *Change) error {
	id := state.ID{Kind: change.Kind, ID: change.ID}
	r, err := state.DecodeRecord(text)
	if err != nil {
		return unsound("the record %s can't be read", key)
	}
	r.Kind, r.ID = id.Kind, id.ID
	if err := c.confirmText(key, text, r); err != nil {
		return err
	}
	if r.Address != change.Address {
		return unsound("the record %s is of another address than %s", key, change.Address)
	}
	if state.IsACL(id.Kind) {
		if err := c.confirmSaid(key, change, r); err != nil {
			return err
		}
		return c.confirmGranted(key, change, r)
	}
	was := c.state.Records[id]
	if was != nil && was.Parent != r.Parent && !c.deleted[id] && c.lives(was) {
		return unsound("it takes %s away from another user, and does not show it", change.Address)
	}
	if was != nil && was.Parent != r.Parent {
		was = nil
	}
	for _, check := range []func() error{
		func() error { return c.confirmRecord(key, was, r) },
		func() error { return c.confirmFirst(key, was, r) },
		func() error { return c.confirmTreated(key, change, was, r) },
		func() error { return c.confirmRecorded(key, change, was, r) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// leaves reports whether what changes has no record afterwards: it goes, or is left
// to others again. What is forgotten may be a field of what stays.
func (c *confirmer) leaves(change *Change) bool {
	return change.Action == Delete || change.Reason == Released && c.plan.Mode == ModeRollback
}

// confirmRecorded: of what a record enforces nothing changes that is not shown.
func (c *confirmer) confirmRecorded(key string, change *Change, was, r *state.Record) error {
	if was == nil {
		was = &state.Record{Kind: r.Kind, ID: r.ID}
	}
	next := LastApplied(c.layout, r)
	shown := map[string]bool{}
	for i := range change.Fields {
		f := &change.Fields[i]
		shown[f.Name] = true
		_, enforced := next[f.Name]
		if !keys.Ignored(r.Ignore, f.Name) && !c.recordedAs(r, f, enforced) {
			return unsound("the record %s does not say of %s what it shows", key, f.Name)
		}
	}
	for _, name := range c.layout.DerivedFields(r.Kind) {
		shown[name] = true // by what it derives from
	}
	for name := range c.changedFields(was, r) {
		if !shown[name] && !keys.Ignored(r.Ignore, name) {
			return unsound("the record %s changes %s, and it does not show that", key, name)
		}
	}
	return nil
}

// changedFields are the fields that two records of an object enforce differently. A
// value may become a sensitive one, or cease to be that, and stay.
func (c *confirmer) changedFields(was, r *state.Record) map[string]bool {
	out := map[string]bool{}
	last, next := LastApplied(c.layout, was), LastApplied(c.layout, r)
	for _, name := range slices.AppendSeq(slices.Collect(maps.Keys(last)), maps.Keys(next)) {
		before, had := last[name]
		text, has := next[name]
		switch hidden, hides := was.Secret[name] != "", r.Secret[name] != ""; {
		case hides && !hidden:
			before = c.digestOf(r, name, before)
		case hidden && !hides:
			text = c.digestOf(r, name, text)
		}
		if had != has || before != text {
			out[name] = true
		}
	}
	return out
}

// recordedAs reports whether a record has a field as the change shows it: enforced
// where it gets a value, but for a first value of what is the network's then, and
// what a rollback gives back to others.
func (c *confirmer) recordedAs(r *state.Record, f *FieldChange, enforced bool) bool {
	class := c.layout.ClassOf(r.Kind, f.Name)
	switch {
	case class == schema.Stamp, class == schema.Derived:
		return true
	case f.Action == Delete, f.Action == Forget:
		return !enforced
	case enforced, c.plan.Mode == ModeRollback:
		return true
	case class == schema.Declared, f.Action != Create:
		return false
	}
	_, first := r.Initial[f.Name]
	return first || r.Marks(f.Name)
}

func (c *confirmer) digestOf(r *state.Record, name, value string) string {
	return state.FieldDigest(c.digestKey, state.ID{Kind: r.Kind, ID: r.ID}, name, value)
}

// lives reports whether the object of a record is there.
func (c *confirmer) lives(r *state.Record) bool {
	_, there := c.now.Get(c.layout.Marker(keys.Space(r.Kind), r.ID, r.Parent))
	return there
}

// confirmRecord: what a record enforces is what the network holds after the apply;
// what is left alone may be what was recorded of it.
func (c *confirmer) confirmRecord(key string, was, r *state.Record) error {
	put := c.writes(key)
	before, past := LastApplied(c.layout, was), LastApplied(c.layout, c.pastOf(r))
	for name, want := range LastApplied(c.layout, r) {
		derived := c.layout.ClassOf(r.Kind, name) == schema.Derived // by a source that is compared, or the kind
		if keys.Ignored(r.Ignore, name) && (derived || is(before, name, want) || is(past, name, want)) {
			continue
		}
		at := c.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
		if !put && !c.writes(at) && !c.removed(at) {
			continue // neither the value nor what is recorded of it changes
		}
		value, there := c.after(at)
		if there && r.Secret[name] != "" {
			value = c.digestOf(r, name, value)
		}
		if !there || value != want {
			return unsound("the record %s says something else of %s than the network will hold", key, name)
		}
	}
	return nil
}

func is(fields map[string]string, name, value string) bool {
	text, ok := fields[name]
	return ok && text == value
}

// confirmPast: what the history will say of the time before is so.
func (c *confirmer) confirmPast() error {
	former := map[string]bool{}
	for id := range c.changed {
		key := c.state.Layout.Record(id.Kind, id.ID)
		former[key] = true
		e, there := c.now.Get(key)
		if text, ok := c.plan.Before[key]; ok != there || text != e.Value {
			return unsound("it says something else of the record %s than the cluster holds", key)
		}
	}
	for key := range c.plan.Before {
		if !former[key] {
			return unsound("it says something of the record %s, which none of its changes is of", key)
		}
	}
	for key, value := range c.plan.Secrets {
		if e, there := c.now.Get(key); !c.wentOn(e) && (!there || !spelled(value, e.Value)) {
			return unsound("it says something else of the former value of %s than the network holds", key)
		}
	}
	if err := c.confirmFallen(); err != nil {
		return err
	}
	return c.confirmOld()
}

// confirmOld: the former values that are shown are those of the network.
func (c *confirmer) confirmOld() error {
	for key, f := range c.fields {
		e, there := c.now.Get(key)
		if c.wentOn(e) {
			continue
		}
		if f.Old != nil && (!there || !f.Old.Sensitive && !spelled(f.Old.Text, e.Value)) || f.Old == nil && there && f.Action != Create {
			return unsound("it shows another former value of %s than the network holds", key)
		}
	}
	return nil
}

// confirmFallen: what the order of an apply follows of keys that fall, and of
// values that move, is what the network holds.
func (c *confirmer) confirmFallen() error {
	for key := range c.falls {
		e, there := c.now.Get(key)
		value, given := c.plan.Fallen[key]
		refers := there && !slices.Equal(c.layout.Requires(key, e.Value), c.layout.Requires(key, ""))
		if refers && !given || given && there && !spelled(value, e.Value) {
			return unsound("it says something else of %s, which falls, than the network holds", key)
		}
	}
	for key := range c.plan.Fallen {
		if !c.falls[key] {
			return unsound("it says of %s that it falls, and no change shows it", key)
		}
	}
	for _, h := range c.plan.Handovers {
		if !c.writes(h.From) && !c.removed(h.From) || !c.writes(h.To) {
			return unsound("it hands a value over from %s to %s, and writes neither so", h.From, h.To)
		}
	}
	return c.confirmStands()
}

// confirmStands: what is unique together with something that the plan leaves as it
// is goes with what the network holds there.
func (c *confirmer) confirmStands() error {
	for key, value := range c.plan.Beside {
		e, there := c.now.Get(key)
		moved := !there || e.ModRevision > c.plan.Revision // its guard tells that
		if c.writes(key) || !c.covered(key) || !moved && !spelled(value, e.Value) {
			return unsound("it says something else of %s, which it leaves as it is, than the network holds", key)
		}
	}
	return nil
}

// wentOn reports whether the network has written a key since the plan that falls
// with an object and that it writes all day: rotation goes on.
func (c *confirmer) wentOn(e kv.Entry) bool {
	at, ok := c.layout.Locate(e.Key)
	return ok && e.ModRevision > c.plan.Revision && c.removed(e.Key) && !c.covered(e.Key) && c.layout.Daily(c.kindOf(at), e.Key)
}

// kindOf is the kind of a deleted object that a key belongs to.
func (c *confirmer) kindOf(at keys.Location) addr.Kind {
	if at.Space == keys.Node && c.changed[state.ID{Kind: addr.Entry, ID: at.ID}] != nil {
		return addr.Entry
	}
	return at.Space
}

// spelled reports whether a text of a plan file is a value of the network: a file
// can't hold bytes that are not UTF-8 to the letter.
func spelled(text, value string) bool { return text == value || text == string([]rune(value)) }
