package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// confirmRecords: after the apply the data is what the records say of it.
func (c *confirmer) confirmRecords() error {
	for id, change := range c.changed {
		key := c.state.Layout.Record(id.Kind, id.ID)
		text, put := c.puts[key]
		if !put || state.IsACL(id.Kind) {
			continue
		}
		r, err := state.DecodeRecord(text)
		if err != nil {
			return unsound("the record %s can't be read", key)
		}
		r.Kind, r.ID = id.Kind, id.ID
		if r.Address != change.Address && change.Action != Delete {
			return unsound("the record %s is of another address than %s", key, change.Address)
		}
		if was := c.state.Records[id]; was != nil && was.Parent != r.Parent && !c.deleted[id] && c.lives(was) {
			return unsound("it takes %s away from another user, and does not show it", change.Address)
		}
		if err := c.confirmRecord(key, r); err != nil {
			return err
		}
	}
	return nil
}

// lives reports whether the object of a record is there.
func (c *confirmer) lives(r *state.Record) bool {
	_, there := c.now.Get(c.layout.Marker(keys.Space(r.Kind), r.ID, r.Parent))
	return there
}

func (c *confirmer) confirmRecord(key string, r *state.Record) error {
	for name, want := range LastApplied(c.layout, r) {
		if keys.Ignored(r.Ignore, name) {
			continue
		}
		value, there := c.after(c.layout.FieldKey(r.Kind, r.ID, r.Parent, name))
		if there && r.Secret[name] != "" {
			value = state.FieldDigest(c.digestKey, state.ID{Kind: r.Kind, ID: r.ID}, name, value)
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
