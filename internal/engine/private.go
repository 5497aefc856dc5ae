package engine

import (
	"context"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// learn tells the veil what it does not know yet, in an order that does not depend
// on where it was found.
func (e *Engine) learn(values []string) {
	slices.Sort(values)
	e.Veil.Know(slices.Compact(values)...)
}

// loadWithin reads a configuration within limits, and learns what in it is private.
func (e *Engine) loadWithin(ctx context.Context, l Limits, o config.Options) (*config.Config, diag.List) {
	c, found := bounded(ctx, l, o.Watch, func(ctx context.Context) (*config.Config, diag.List) { return config.Load(ctx, o) })
	if c != nil && c.Network != nil {
		e.learnNetwork(c.Network)
	}
	return c, found
}

// learnNetwork learns the private values of a configuration.
func (e *Engine) learnNetwork(n *network.Network) {
	if e.Veil == nil {
		return
	}
	var values []string
	n.Each(func(kind addr.Kind, o network.Object) {
		leaves := n.Catalogue.Kind(kind).Leaves()
		for i := range leaves {
			if leaves[i].Degree() == schema.Private {
				values = append(values, textsOf(o.Slot(&leaves[i], false))...)
			}
		}
	})
	e.learn(values)
}

// textsOf are the texts of a field.
func textsOf(s network.Slot) (out []string) {
	if s.Text != nil {
		out = append(out, s.Text.Value)
	}
	if s.Words != nil {
		out = append(out, s.Words.Values...)
	}
	if s.Texts != nil {
		for _, t := range *s.Texts {
			out = append(out, t.Value)
		}
	}
	return out
}

// learnEntries learns those of the live network.
func (e *Engine) learnEntries(l keys.Layout, entries []kv.Entry) {
	if e.Veil == nil {
		return
	}
	var values []string
	for i := range entries {
		values = append(values, l.Private(entries[i])...)
	}
	e.learn(values)
}

// learnPlan learns those that a plan is about.
func (e *Engine) learnPlan(p *plan.Plan) {
	if e.Veil == nil {
		return
	}
	k := &private{layout: p.Layout()}
	for i := range p.Changes {
		k.change(&p.Changes[i])
	}
	for i := range p.Unmanaged {
		k.id(p.Unmanaged[i].Kind, p.Unmanaged[i].ID)
	}
	for _, op := range p.Data {
		k.values = append(k.values, k.layout.Private(kv.Entry{Key: op.Key, Value: op.Value})...)
	}
	e.learn(k.values)
}

// learnDrift learns those that drifted.
func (e *Engine) learnDrift(r *drift.Report, events []drift.Event) {
	if e.Veil == nil || r == nil {
		return
	}
	k := &private{layout: keys.NewLayout(r.Catalogue, r.Prefix)}
	for i := range r.Objects {
		k.change(&r.Objects[i])
	}
	for i := range events {
		k.change(&events[i].Object)
		for j := range events[i].Fields {
			k.field(events[i].Object.Kind, &events[i].Fields[j].FieldChange)
		}
	}
	for i := range r.Unmanaged {
		k.id(r.Unmanaged[i].Kind, r.Unmanaged[i].ID)
	}
	e.learn(k.values)
}

// learnHistory learns those of an apply.
func (e *Engine) learnHistory(prefix string, h *state.History) {
	if e.Veil == nil {
		return
	}
	k := &private{layout: keys.NewLayout(e.Catalogue, prefix)}
	for i := range h.Changes {
		c := &h.Changes[i]
		kind := addr.Kind(c.Kind)
		k.id(kind, c.ID)
		for j := range c.Fields {
			for _, v := range []*state.HistoryValue{c.Fields[j].Old, c.Fields[j].New} {
				if v != nil {
					k.text(kind, c.Fields[j].Name, v.Text)
				}
			}
		}
	}
	e.learn(k.values)
}

// private collects private values.
type private struct {
	layout keys.Layout
	values []string
}

func (k *private) id(kind addr.Kind, id string) {
	if k.layout.PrivateID(kind) {
		k.values = append(k.values, id)
	}
}

func (k *private) text(kind addr.Kind, name, text string) {
	if text == "" {
		_, text, _ = schema.Cut(name) // a member of a set is in the name
	}
	if k.layout.Degree(kind, name) == schema.Private {
		k.values = append(k.values, text)
	}
}

func (k *private) change(c *plan.Change) {
	k.id(c.Kind, c.ID)
	for i := range c.Fields {
		k.field(c.Kind, &c.Fields[i])
	}
}

func (k *private) field(kind addr.Kind, f *plan.FieldChange) {
	for _, v := range []*plan.Value{f.Old, f.New, f.Last} {
		if v != nil {
			k.text(kind, f.Name, v.Text)
		}
	}
}
