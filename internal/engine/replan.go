package engine

import (
	"errors"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Replanned says why a direct apply planned again.
type Replanned string

// The reasons to plan again.
const (
	// UserCreated: others created a user, and with that an id may have gone that
	// the plan had chosen.
	UserCreated Replanned = "another user was created"
	// DeletedWritten: others wrote to what the plan deletes, or something that
	// refers to it.
	DeletedWritten Replanned = "others wrote to what is deleted"
)

// replans says why an apply that was rejected is worth to be planned again,
// empty where it is not: others wrote to what it deletes, so that there is more
// to lose than the plan said; or, where nobody has approved of the old ids,
// they created users. Whatever else moved, a person has to look.
func replans(err error, p *plan.Plan, unasked bool) Replanned {
	var rejected *apply.Rejected
	var back *apply.RolledBack
	if !errors.As(err, &rejected) || errors.As(err, &back) && len(back.Left) > 0 {
		return ""
	}
	users, deleted := newUsers(p), deletedKeys(p)
	counter, others := false, false
	for _, m := range rejected.Moved {
		switch {
		case deleted(m.Moved):
			others = true
		case unasked && m.Guard.Key == users.counter:
			counter = true
		case !unasked || !users.chosen[m.Guard]:
			return ""
		}
	}
	switch {
	case others:
		return DeletedWritten
	case counter:
		return UserCreated
	}
	return ""
}

// created are the guards by which a plan notices that others create users.
type created struct {
	// counter is the key of the highest id, chosen the guards of chosen ids.
	counter string
	chosen  map[kv.Guard]bool
}

func newUsers(p *plan.Plan) created {
	layout := keys.NewLayout(p.Prefix)
	out := created{counter: layout.UserIDCounter(), chosen: map[kv.Guard]bool{}}
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Kind == addr.User && c.Action == plan.Create && c.GeneratedID {
			for _, prefix := range layout.Prefixes(addr.User, c.ID, "") {
				out.chosen[kv.Guard{Kind: kv.Empty, Key: prefix}] = true
			}
		}
	}
	return out
}

// deletedKeys tells which moved keys are about what a plan deletes: they refer
// to it, or go with it.
func deletedKeys(p *plan.Plan) func(kv.Moved) bool {
	var removed []kv.Op
	for _, op := range p.Data {
		if op.Kind == kv.DeletePrefix {
			removed = append(removed, op)
		}
	}
	return func(m kv.Moved) bool {
		switch m.Guard.Kind {
		case kv.Unnamed, kv.Unwritten:
			return true
		case kv.Unmoved, kv.Exists, kv.Empty, kv.NotAfter, kv.Unheld, kv.Differs:
		}
		return strings.HasPrefix(m.Key, p.Prefix) && slices.ContainsFunc(removed, func(op kv.Op) bool { return op.Covers(m.Key) })
	}
}
