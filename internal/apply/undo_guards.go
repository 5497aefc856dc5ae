package apply

import (
	"cmp"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// sweep removes with an object what the network has written below it.
func (t *taking) sweep(b *back) { //nolint:gocyclo // one case for each kind of key
	removed, put := b.written()
	for i := range b.ops {
		m, ok := t.owner(b.ops[i].Key)
		if !ok || m.marker != b.ops[i].Key || !removed[m.marker] {
			continue
		}
		for n, prefix := range t.layout.Prefixes(m.kind, m.id, m.parent) {
			if n > 0 && m.kind != addr.Device {
				continue // nothing that the network writes lies there
			}
			whole, with := true, []string{}
			for _, e := range t.below.Under(prefix) {
				daily := e.CreateRevision >= t.revision && t.layout.Daily(m.kind, e.Key)
				_, kept := put[e.Key]
				whole = whole && !kept && (removed[e.Key] || daily)
				if daily && !removed[e.Key] {
					with = append(with, e.Key)
				}
			}
			if whole {
				b.with(i, kv.Op{Kind: kv.DeletePrefix, Key: prefix})
				continue
			}
			for _, key := range with {
				b.with(i, kv.Op{Kind: kv.Delete, Key: key})
			}
		}
	}
}

// guard keeps true what was found until it is written.
func (t *taking) guard(b *back) { //nolint:gocyclo // one case for each kind of key
	t.about = map[kv.Guard][]string{}
	removed, put := b.written()
	after := t.after(removed, put)
	for i := range b.ops {
		op := b.ops[i]
		at, ok := t.layout.Locate(op.Key)
		if !ok {
			continue
		}
		add := func(about string, guards ...kv.Guard) {
			for _, g := range guards {
				b.guards[i] = append(b.guards[i], g)
				t.about[g] = append(t.about[g], about)
			}
		}
		if m, ours := t.owner(op.Key); ours && m.marker == op.Key && removed[op.Key] {
			add(op.Key, t.layout.Unnamed(m.kind, m.id)...)
			for _, r := range t.layout.Own(m.kind, m.id, m.parent, t.devices(m)...) {
				add("", kv.Guard{Kind: kv.Unwritten, Key: r.Key, End: r.End, Revision: t.below.Revision})
			}
			continue
		}
		switch {
		case removed[op.Key] && at.IsLink():
			if other := t.layout.Reverse(at); !removed[other] {
				e, _ := t.now.Get(other)
				add("", kv.Guard{Kind: kv.Unmoved, Key: other, Revision: e.ModRevision})
			}
		case removed[op.Key] && t.layout.Carries(at):
			add("", t.guardDevices(at.ID, removed, put)...)
		case op.Kind == kv.Put:
			unheld := t.unheld(op.Key, after)
			add(op.Key, unheld...)
			add("", t.spare(b, unheld)...)
			for _, n := range t.requires(op.Key, op.Value) {
				if _, with := put[n.Key]; !with {
					e, _ := t.now.Get(n.Key)
					add("", kv.Guard{Kind: kv.Exists, Key: n.Key, Revision: e.CreateRevision})
				}
			}
		}
	}
}

// devices are the live devices of a created user.
func (t *taking) devices(m made) (out []string) {
	if m.kind != addr.User {
		return nil
	}
	for _, e := range t.below.Under(t.layout.Devices(m.id)) {
		if at, ok := t.layout.Locate(e.Key); ok && at.Space == addr.Device && !slices.Contains(out, at.ID) {
			out = append(out, at.ID)
		}
	}
	return out
}

// guardDevices guards that no device comes to stand on a Core that its user loses.
func (t *taking) guardDevices(user string, removed map[string]bool, put map[string]string) []kv.Guard {
	prefix := t.layout.Devices(user)
	out := []kv.Guard{{Kind: kv.NotAfter, Key: prefix, Revision: t.below.Revision}}
	for _, e := range t.below.Under(prefix) {
		at, ok := t.layout.Locate(e.Key)
		_, written := put[e.Key]
		if ok && !written && !removed[e.Key] && e.Key == t.layout.Placed(addr.Device, at.ID, user) {
			out = append(out, kv.Guard{Kind: kv.Unmoved, Key: e.Key, Revision: e.ModRevision})
		}
	}
	return out
}

// learn takes from a refusal what the comparison can't see: what refers to an
// object from anywhere.
func (t *taking) learn(refused *Rejected) {
	for _, m := range refused.Moved {
		delete(t.twice, m.Guard.Key)
	}
	for _, m := range refused.Moved {
		for _, about := range t.about[m.Guard] {
			switch {
			case about == "" || !m.Guard.Looks():
			case m.Guard.Kind == kv.Unheld && t.givenBefore(m.Moved):
				t.twice[m.Key] = m.Found
			case m.Guard.Kind == kv.Unheld:
				t.leave[about] = cmp.Or(t.leave[about], m.Key+" has it by now")
			default:
				t.keep[about] = cmp.Or(t.keep[about], m.Key+" refers to it")
			}
		}
	}
}
