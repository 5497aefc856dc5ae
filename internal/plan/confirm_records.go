package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
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
			continue
		case !there:
			return unsound("it leaves %s without the record %s", change.Address, key)
		}
		r, err := state.DecodeRecord(text)
		if err != nil {
			return unsound("the record %s can't be read", key)
		}
		r.Kind, r.ID = id.Kind, id.ID
		if r.Address != change.Address {
			return unsound("the record %s is of another address than %s", key, change.Address)
		}
		if state.IsACL(id.Kind) {
			continue
		}
		was := c.state.Records[id]
		if was != nil && was.Parent != r.Parent && !c.deleted[id] && c.lives(was) {
			return unsound("it takes %s away from another user, and does not show it", change.Address)
		}
		if err := c.confirmRecord(key, r); err != nil {
			return err
		}
		if err := c.confirmRecorded(key, change, was, r); err != nil {
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
	if was == nil || was.Parent != r.Parent {
		was = &state.Record{Kind: r.Kind, ID: r.ID}
	}
	last, next := LastApplied(c.layout, was), LastApplied(c.layout, r)
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
	for _, name := range slices.AppendSeq(slices.Collect(maps.Keys(last)), maps.Keys(next)) {
		if shown[name] || keys.Ignored(r.Ignore, name) || keys.Ignored(was.Ignore, name) {
			continue
		}
		before, had := last[name]
		text, has := next[name]
		if _, secret := r.Secret[name]; secret && was.Secret[name] == "" {
			before = c.digestOf(r, name, before)
		} else if !secret && was.Secret[name] != "" {
			text = c.digestOf(r, name, text)
		}
		if had != has || before != text {
			return unsound("the record %s changes %s, and it does not show that", key, name)
		}
	}
	return nil
}

// recordedAs reports whether a record has a field as the change shows it: enforced
// where it gets a value, but for a first value of what is the network's then, and
// what a rollback brings back of that.
func (c *confirmer) recordedAs(r *state.Record, f *FieldChange, enforced bool) bool {
	class := c.layout.ClassOf(r.Kind, f.Name)
	switch {
	case class == schema.Stamp, class == schema.Derived:
		return true
	case f.Action == Delete, f.Action == Forget:
		return !enforced
	case enforced:
		return true
	case class == schema.Declared:
		return false
	case c.plan.Mode == ModeRollback:
		return true
	}
	_, first := r.Initial[f.Name]
	return f.Action == Create && (first || r.Marks(f.Name))
}

func (c *confirmer) digestOf(r *state.Record, name, value string) string {
	return state.FieldDigest(c.digestKey, state.ID{Kind: r.Kind, ID: r.ID}, name, value)
}

// lives reports whether the object of a record is there.
func (c *confirmer) lives(r *state.Record) bool {
	_, there := c.now.Get(c.layout.Marker(keys.Space(r.Kind), r.ID, r.Parent))
	return there
}

func (c *confirmer) confirmRecord(key string, r *state.Record) error {
	put := c.writes(key)
	for name, want := range LastApplied(c.layout, r) {
		if keys.Ignored(r.Ignore, name) {
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

// confirmPast: what the history will say of the time before is so.
func (c *confirmer) confirmPast() error {
	for id := range c.changed {
		key := c.state.Layout.Record(id.Kind, id.ID)
		e, there := c.now.Get(key)
		if text, ok := c.plan.Before[key]; ok != there || text != e.Value {
			return unsound("it says something else of the record %s than the cluster holds", key)
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

// confirmCalls: only roles and users that it shows as changed are changed.
func (c *confirmer) confirmCalls() error {
	if c.plan.Access == nil {
		return nil
	}
	for _, calls := range [][]kv.AuthOp{c.plan.Access.Grants, c.plan.Access.Revokes} {
		for _, op := range calls {
			if !c.shows(op) {
				return unsound("it makes the call %q, which none of its changes does", op.String())
			}
		}
	}
	return nil
}

func (c *confirmer) shows(op kv.AuthOp) bool {
	switch op.Kind {
	case kv.EnableAuth, kv.DisableAuth:
		return c.changed[state.ID{Kind: addr.ACL, ID: authentication}] != nil
	case kv.AddRole, kv.DeleteRole, kv.GrantPermission, kv.RevokePermission:
		id, ours := acl.RoleID(c.plan.Network, op.Role)
		return ours && c.changed[state.ID{Kind: addr.ACLRole, ID: id}] != nil
	default:
		return c.changed[state.ID{Kind: addr.ACLUser, ID: op.User}] != nil
	}
}
