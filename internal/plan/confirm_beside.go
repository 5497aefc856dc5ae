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
			err = c.confirmOther(at)
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
func (c *confirmer) confirmOther(link keys.Location) error {
	other := c.layout.Reverse(link)
	gone := func(core string) bool { return c.deleted[state.ID{Kind: keys.Node, ID: core}] }
	if c.covered(other) || gone(link.ID) || gone(c.layout.Member(link)) {
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
		if ok && e.Key == c.layout.Placed(addr.Device, at.ID, user) && !c.covered(e.Key) {
			return unguarded(e.Key)
		}
	}
	return nil
}

// confirmClaims: what is unique and is taken is kept from being taken by others
// too, as [maker.guardClaims] has it.
func (c *confirmer) confirmClaims() error {
	var taken []holding
	for id := range c.changed {
		text, ours := c.after(c.state.Layout.Record(id.Kind, id.ID))
		if !ours || state.IsACL(id.Kind) {
			continue
		}
		r, err := state.DecodeRecord(text)
		if err != nil {
			return unsound("the record of %s %s can't be read", id.Kind, id.ID)
		}
		for _, h := range c.layout.Held(id.Kind, id.ID, r.Parent, c.after) {
			if slices.ContainsFunc(h.Keys, c.writes) {
				taken = append(taken, holding{Held: h, space: keys.Space(id.Kind), id: id.ID})
			}
		}
	}
	many, handed := countClaims(taken), c.plan.handedTo()
	for i := range taken {
		h := &taken[i]
		for _, key := range h.Keys {
			if !c.writes(key) && !c.covered(key) {
				return unguarded(key)
			}
		}
		if !h.guarded(many, handed, c.empty) {
			continue
		}
		for _, g := range c.layout.Unheld(h.Held) {
			if !c.given[g] {
				return unguarded("who else takes the " + h.Noun + " of " + h.id)
			}
		}
	}
	return nil
}

func (c *confirmer) writes(key string) bool {
	_, put := c.puts[key]
	return put
}
