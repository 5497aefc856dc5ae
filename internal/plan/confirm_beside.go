package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// confirmBeside: nothing comes to stand on a reference that goes, as
// [maker.guardBeside] has it.
func (c *confirmer) confirmBeside() error {
	for _, op := range c.plan.Data {
		at, ok := c.layout.Locate(op.Key)
		if !ok || op.Kind != kv.Delete {
			continue
		}
		var err error
		switch {
		case at.IsLink():
			err = c.confirmOther(at.ID, c.layout.Member(at))
		case c.layout.Carries(at) && !c.removed(c.layout.Marker(addr.User, at.ID, "")):
			err = c.confirmDevices(at.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// confirmOther: the other direction of a link does not come, unless one of the
// two Cores goes: that guards all that refers to it.
func (c *confirmer) confirmOther(core, member string) error {
	other := c.layout.FieldKey(addr.Core, member, "", "links."+core)
	if c.covered(other) || c.deleted[state.ID{Kind: keys.Node, ID: core}] || c.deleted[state.ID{Kind: keys.Node, ID: member}] {
		return nil
	}
	return unguarded(other)
}

// confirmDevices: a user that loses a Core gets no device, and none of its
// devices moves.
func (c *confirmer) confirmDevices(user string) error {
	devices := c.layout.Devices(user)
	if !c.noneAdded[devices] {
		return unguarded(devices)
	}
	for _, e := range c.now.Under(devices) {
		at, ok := c.layout.Locate(e.Key)
		if ok && e.Key == c.layout.FieldKey(addr.Device, at.ID, user, "core") && !c.covered(e.Key) {
			return unguarded(e.Key)
		}
	}
	return nil
}

// confirmClaims: what is unique and is taken is kept from being taken by others
// too, as [claims.guard] has it.
func (c *confirmer) confirmClaims() error {
	var members map[string][]string
	for id, change := range c.changed {
		if _, ours := c.after(c.state.Layout.Record(id.Kind, id.ID)); !ours || state.IsACL(id.Kind) || keys.Space(id.Kind) != keys.Node {
			continue
		}
		for _, h := range c.layout.Held(id.Kind, id.ID, "", c.after) {
			switch {
			case !slices.ContainsFunc(h.Keys, c.writes):
			case h.Within != "":
				if members == nil {
					members = c.members()
				}
				if err := c.confirmMembers(members[h.Within]); err != nil {
					return err
				}
			case !c.secret(h.Keys[0]) && !c.given[c.layout.Unheld(h)]:
				return unguarded("who else takes the " + h.Noun + " of " + change.Address)
			}
		}
	}
	return nil
}

// confirmMembers takes the keys by which a cell's Cores have their numbers.
func (c *confirmer) confirmMembers(of []string) error {
	if len(of) > 2*mostMembers {
		return nil
	}
	for _, key := range of {
		if !c.writes(key) && !c.removed(key) && !c.covered(key) {
			return unguarded(key)
		}
	}
	return nil
}

// members are the keys of the Cores' numbers and cells, by the cell that they
// are in now.
func (c *confirmer) members() map[string][]string {
	out := map[string][]string{}
	for _, e := range c.now.Under(c.plan.Prefix + "nodes/") {
		at, ok := c.layout.Locate(e.Key)
		if !ok || at.Space != keys.Node || e.Key != c.layout.FieldKey(addr.Core, at.ID, "", "number") {
			continue
		}
		if role, _ := c.before(c.layout.Marker(keys.Node, at.ID, "")); role == string(addr.Entry) {
			continue // a number there is an unknown key
		}
		for _, h := range c.layout.Held(addr.Core, at.ID, "", c.before) {
			if h.Within != "" {
				out[h.Within] = append(out[h.Within], h.Keys...)
			}
		}
	}
	return out
}

func (c *confirmer) writes(key string) bool {
	_, put := c.puts[key]
	return put
}

func (c *confirmer) before(key string) (value string, there bool) {
	e, ok := c.now.Get(key)
	return e.Value, ok
}

// secret reports whether a value is shown as a fingerprint: it is not guarded,
// since it would stand among the guards.
func (c *confirmer) secret(key string) bool {
	f := c.fields[key]
	return f != nil && f.New != nil && f.New.Sensitive
}
