package policy

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/plan"
)

// count is how many objects of one kind there are, and what happens to them.
type count struct{ before, after, create, update, remove int }

// kinds counts the objects of the network by kind: roles and users of etcd
// follow from them, and are not counted.
func (in *Input) kinds() map[addr.Kind]*count {
	out := map[addr.Kind]*count{}
	of := func(kind addr.Kind) *count {
		if out[kind] == nil {
			out[kind] = &count{}
		}
		return out[kind]
	}
	for id := range in.State.Records {
		n := of(id.Kind)
		n.before++
		n.after++
	}
	for i := range in.Plan.Changes {
		c := &in.Plan.Changes[i]
		if isAccess(c.Kind) {
			continue
		}
		n := of(c.Kind)
		switch c.Action {
		case plan.Create:
			n.create++
			if !in.recorded(c) {
				n.after++
			}
		case plan.Adopt:
			if !in.recorded(c) {
				n.after++
			}
		case plan.Update:
			n.update++
		case plan.Delete:
			n.remove++
			n.after--
		case plan.Forget:
			if c.Reason != plan.Released {
				n.after--
			}
		case plan.Record:
		}
	}
	return out
}

func isAccess(kind addr.Kind) bool {
	return kind == addr.ACL || kind == addr.ACLRole || kind == addr.ACLUser
}

// total is over all kinds.
func total(kinds map[addr.Kind]*count) count {
	var out count
	for _, n := range kinds {
		out.before += n.before
		out.after += n.after
		out.create += n.create
		out.update += n.update
		out.remove += n.remove
	}
	return out
}
