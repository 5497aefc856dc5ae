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
	// refers to it. BesideWritten: they removed or changed what the plan's writes
	// stand on, and it does not write itself.
	DeletedWritten Replanned = "others wrote to what is deleted"
	BesideWritten  Replanned = "others changed what a write stands on"
)

// replans says why an apply that was rejected is worth to be planned again,
// empty where it is not: others wrote to what it deletes, so that there is more
// to lose than the plan said; or they took away what it builds on; or, where nobody has approved of the old ids,
// they created users. Whatever else moved, a person has to look.
func replans(err error, p *plan.Plan, unasked bool) Replanned {
	var rejected *apply.Rejected
	var back *apply.RolledBack
	if !errors.As(err, &rejected) || errors.As(err, &back) && len(back.Left) > 0 {
		return ""
	}
	users, deleted, beside := newUsers(p), deletedKeys(p), besideKeys(p)
	counter, others, stood := false, false, false
	for _, m := range rejected.Moved {
		switch {
		case deleted(m.Moved):
			others = true
		case beside(m.Moved):
			stood = true
		case unasked && m.Guard.Key == users.counter:
			counter = true
		case !unasked || !users.chosen[m.Guard]:
			return ""
		}
	}
	switch {
	case others:
		return DeletedWritten
	case stood:
		return BesideWritten
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
	layout := p.Layout()
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

// besideKeys tells which moved keys are about what the writes of a plan stand on,
// and it does not write itself. That a changed object itself is gone is not so.
func besideKeys(p *plan.Plan) func(kv.Moved) bool {
	layout := p.Layout()
	written, changed := map[string]bool{}, map[keys.Location]bool{}
	about := func(key string) (keys.Location, bool) {
		at, ok := layout.Locate(key)
		return keys.Location{Space: at.Space, ID: at.ID}, ok && key == layout.Marker(at.Space, at.ID, at.Parent)
	}
	for _, op := range p.Data {
		written[op.Key] = true
	}
	for i := range p.Changes {
		changed[keys.Location{Space: keys.Space(p.Changes[i].Kind), ID: p.Changes[i].ID}] = true
	}
	return func(m kv.Moved) bool {
		switch m.Guard.Kind {
		case kv.Unmoved, kv.Exists, kv.NotAfter:
		case kv.Empty, kv.Unnamed, kv.Unheld, kv.Unwritten, kv.Differs:
			return false
		}
		at, marker := about(m.Key)
		return strings.HasPrefix(m.Key, p.Prefix) && !written[m.Key] && (!marker || !changed[at])
	}
}
