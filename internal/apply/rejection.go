package apply

import (
	"cmp"
	"context"
	"errors"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// explainRejection names what moved. If the head did, between the check and
// the commit, that says more: who applied, and when.
func explainRejection(ctx context.Context, s Store, p *plan.Plan, r kv.Result) error {
	head, journal := headGuard(p), state.NewLayout(p.Network).JournalPrefix()
	for _, m := range r.Moved {
		if m.Guard != head && m.Guard.Key != journal {
			continue
		}
		err := checkHead(ctx, s, p)
		if errors.As(err, new(*Refused)) || errors.As(err, new(*Interrupted)) {
			return err
		}
	}
	return &Rejected{Moved: addressed(p, r.Moved), Cause: r.Cause}
}

// RejectMoved is the *Rejected of a plan whose guards do not hold; nil where all
// do.
func RejectMoved(p *plan.Plan, moved []kv.Moved) error {
	if len(moved) == 0 {
		return nil
	}
	return &Rejected{Moved: addressed(p, moved)}
}

// addressed finds the object of each moved key, among those that the plan
// changes.
func addressed(p *plan.Plan, moved []kv.Moved) []Moved {
	o := newOwners(p)
	out := make([]Moved, 0, len(moved))
	for _, m := range moved {
		out = append(out, Moved{Moved: m, Address: o.about(m)})
	}
	return out
}

// owners are the addresses of the objects that a plan changes, by their
// identity. Both kinds of nodes are one: their keys are alike.
type owners struct {
	layout  keys.Layout
	records state.Layout
	byID    map[identity]string
}

type identity struct {
	space addr.Kind
	id    string
}

func newOwners(p *plan.Plan) owners {
	o := owners{layout: p.Layout(), records: state.NewLayout(p.Network), byID: map[identity]string{}}
	for i := range p.Changes {
		c := &p.Changes[i]
		o.byID[identity{space(c.Kind), c.ID}] = c.Address
	}
	return o
}

func space(k addr.Kind) addr.Kind {
	if k == addr.Core || k == addr.Entry {
		return keys.Node
	}
	return k
}

// about is the address of the object that a moved guard is about: that of the
// key, and where something refers to what is deleted, that.
func (o owners) about(m kv.Moved) string {
	if m.Guard.Kind != kv.Unnamed {
		return o.of(m.Key)
	}
	return cmp.Or(o.byID[identity{keys.Node, m.Guard.Value}], o.byID[identity{addr.Cell, m.Guard.Value}], o.of(m.Key))
}

// of is the address of the object that a key belongs to: one of the network's
// keys, or sigilform's record of the object. A device that the plan does not
// change falls with its user.
func (o owners) of(key string) string {
	if id, _, ok := o.records.Object(key); ok {
		return o.byID[identity{space(id.Kind), id.ID}]
	}
	at, ok := o.layout.Locate(key)
	if !ok {
		return ""
	}
	if address := o.byID[identity{at.Space, at.ID}]; address != "" || at.Parent == "" {
		return address
	}
	return o.byID[identity{addr.User, at.Parent}]
}
