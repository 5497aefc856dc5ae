package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// covered reports whether a write to a key is refused once others wrote to it.
func (c *confirmer) covered(key string) bool { return c.unmoved[key] || underAny(key, c.empty) }

// watched reports whether a key's object can't go unseen.
func (c *confirmer) watched(marker string) bool { return c.exists[marker] || c.covered(marker) }

// confirmGuards: nothing that others write after the snapshot is overwritten or
// deleted unseen, and nothing that is referred to goes unseen. Records need no
// guard of their own: whoever writes one moves the head.
func (c *confirmer) confirmGuards() error {
	for _, op := range c.plan.Data {
		if err := c.confirmGuarded(op); err != nil {
			return err
		}
	}
	for _, key := range []string{c.state.Layout.DigestKey(), c.state.Layout.Network()} {
		if _, put := c.puts[key]; put && !c.covered(key) {
			return unguarded(key)
		}
	}
	if _, put := c.puts[c.state.Layout.Network()]; put && !c.noneAdded[state.NetworksPrefix] {
		return unguarded(state.NetworksPrefix)
	}
	for i := range c.plan.Changes {
		change := &c.plan.Changes[i]
		if err := c.confirmObject(state.ID{Kind: change.Kind, ID: change.ID}, change); err != nil {
			return err
		}
	}
	return nil
}

func unguarded(key string) error { return unsound("it does not guard %s", key) }

func (c *confirmer) confirmGuarded(op kv.Op) error {
	if op.Kind == kv.DeletePrefix {
		return nil // by its record, see below
	}
	at, _ := c.layout.Locate(op.Key)
	if op.Kind == kv.Delete && c.deleted[state.ID{Kind: at.Space, ID: at.ID}] {
		return nil
	}
	if !c.covered(op.Key) {
		return unguarded(op.Key)
	}
	if op.Kind != kv.Put {
		return nil
	}
	return c.confirmRests(c.rests().needed(op.Key, op.Value))
}

// confirmObject: an object that changes is still there, and of one that is
// deleted nothing that was declared has moved. What is not there and comes back
// is in one of the ranges that nothing may be written to.
func (c *confirmer) confirmObject(id state.ID, change *Change) error {
	if state.IsACL(id.Kind) || change.Action == Forget || change.Action == Record {
		return nil
	}
	r := c.state.Records[id]
	parent := ""
	if r != nil {
		parent = r.Parent
	}
	if counter := c.layout.UserIDCounter(); countsUser(c.layout, change) && !c.covered(counter) {
		return unguarded(counter)
	}
	marker := c.layout.Marker(keys.Space(id.Kind), id.ID, parent)
	if _, there := c.now.Get(marker); there && !c.watched(marker) {
		return unguarded(marker)
	}
	switch {
	case change.Action != Delete:
		return c.confirmRests(c.rests().halves(id.Kind, id.ID, c.parentOf(id)))
	case r == nil:
		return nil
	}
	return c.confirmDeletion(id, change, r)
}

// rests tells what the writes stand on, as [maker.guardRests] has it.
func (c *confirmer) rests() *rests {
	return &rests{layout: c.layout, get: c.now.Get, touches: func(key string) bool { return c.writes(key) || c.removed(key) }}
}

func (c *confirmer) confirmRests(guards []kv.Guard) error {
	for _, g := range guards {
		if !c.watched(g.Key) || g.Kind == kv.Unmoved && !c.covered(g.Key) {
			return unguarded(g.Key)
		}
	}
	return nil
}

// parentOf is the user of a device that changes.
func (c *confirmer) parentOf(id state.ID) string {
	text, _ := c.after(c.state.Layout.Record(id.Kind, id.ID))
	r, err := state.DecodeRecord(text)
	if err != nil {
		return "" // refused for its record, see [confirmer.confirmRecords]
	}
	return r.Parent
}

// confirmDeletion: what was declared, what others may have added, and what could
// refer to the object, is guarded.
func (c *confirmer) confirmDeletion(id state.ID, change *Change, r *state.Record) error {
	for name := range LastApplied(c.layout, r) {
		key := c.layout.FieldKey(id.Kind, id.ID, r.Parent, name)
		if _, there := c.now.Get(key); there && !keys.Ignored(r.Ignore, name) && !c.covered(key) {
			return unguarded(key)
		}
	}
	for _, prefix := range c.layout.Prefixes(id.Kind, id.ID, r.Parent) {
		if id.Kind == addr.Device && !c.hasRoute(id.ID, r.Parent, prefix) {
			continue // the route is another device's
		}
		if err := c.confirmUnwritten(id.Kind, prefix); err != nil {
			return err
		}
	}
	for _, g := range c.layout.Unnamed(id.Kind, id.ID) {
		if !c.given[g] {
			return unguarded("what refers to " + change.Address)
		}
	}
	return nil
}

// countsUser reports whether a change gives an id or a username away.
func countsUser(layout keys.Layout, c *Change) bool {
	f := usernameOf(layout, c)
	return c.Kind == addr.User && (c.Action == Create || f != nil && f.Action == Update)
}

// confirmUnwritten: whatever others write below a prefix of an object that goes is
// noticed, but for what the network writes all day.
func (c *confirmer) confirmUnwritten(kind addr.Kind, prefix string) error {
	whole := kv.Below(prefix)
	i, _ := slices.BinarySearchFunc(c.unwritten, prefix, func(r kv.Range, at string) int {
		if r.End <= at {
			return -1
		}
		return 1
	})
	from := prefix
	for ; from < whole.End; i++ {
		next := whole.End
		if i < len(c.unwritten) {
			next = min(next, c.unwritten[i].Key)
		}
		if next > from && (next != from+"\x00" || !c.layout.Daily(kind, from)) {
			return unguarded(kv.Range{Key: from, End: next}.String())
		}
		if i == len(c.unwritten) {
			return nil
		}
		from = c.unwritten[i].End
	}
	return nil
}

// joined sorts ranges, and makes one of those that overlap or touch.
func joined(all []kv.Range) []kv.Range {
	slices.SortFunc(all, func(a, b kv.Range) int { return strings.Compare(a.Key, b.Key) })
	var out []kv.Range
	for _, r := range all {
		if n := len(out); n > 0 && r.Key <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, r.End)
			continue
		}
		out = append(out, r)
	}
	return out
}
