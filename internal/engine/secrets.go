package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
)

// secretsOf lists the sensitive values of a configuration and of a plan. They
// are redacted where a document is built; render looks for them once more in
// the finished text.
func secretsOf(n *network.Network, p *plan.Plan) []string {
	found := map[string]bool{}
	noteTexts(found, n)
	secretsOfPlan(found, p)
	return slices.Sorted(maps.Keys(found))
}

// secretsOfView lists the live values of fields that were applied as sensitive.
func secretsOfView(v *view) []string {
	found := map[string]bool{}
	layout := v.layout(v.state.Head.Prefix)
	see := func(key string) {
		if e, ok := v.snapshot.Get(key); ok && len(e.Value) >= render.MinSecret {
			found[e.Value] = true
		}
	}
	for _, r := range v.state.Records {
		for _, name := range r.Hidden() {
			see(layout.FieldKey(r.Kind, r.ID, r.Parent, name))
		}
	}
	for id, r := range v.state.Released {
		for name := range r.Marked {
			if key := layout.FieldKey(id.Kind, id.ID, r.Parent, name); v.state.ReleasedDigest(layout, key) != "" {
				see(key)
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// secretsOfWatch finds all live values of sensitive fields.
func secretsOfWatch(w *drift.Watch) []string {
	var out []string
	for value := range w.Secrets() {
		if len(value) >= render.MinSecret {
			out = append(out, value)
		}
	}
	return out
}

// secretsOfEvents finds those that what the events show holds by chance, or
// since someone wrote them where they don't belong.
func secretsOfEvents(events []drift.Event, w *drift.Watch) (out []string) {
	var text strings.Builder
	for i := range events {
		for j := range events[i].Fields {
			f := &events[i].Fields[j]
			fmt.Fprintln(&text, f.Name, f.Key)
			for _, v := range []*plan.Value{f.Old, f.New, f.Last} {
				if v != nil {
					fmt.Fprintln(&text, v.Text)
				}
			}
		}
	}
	shown := text.String()
	if shown == "" {
		return nil
	}
	for value := range w.Secrets() {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= render.MinSecret && strings.Contains(shown, line) {
				out = append(out, value)
				break
			}
		}
	}
	return out
}

func note(found map[string]bool, t network.Text, always bool) {
	if (t.Sensitive || always) && len(t.Value) >= render.MinSecret {
		found[t.Value] = true
	}
}

// secretsOfPlan finds the values of the fields that the plan shows as
// sensitive: the new ones among its writes, the old ones kept for the history.
func secretsOfPlan(found map[string]bool, p *plan.Plan) {
	sensitive := map[string]bool{}
	for i := range p.Changes {
		for _, f := range p.Changes[i].Fields {
			if f.New != nil && f.New.Sensitive {
				sensitive[f.Key] = true
			}
		}
	}
	for _, op := range p.Data {
		if op.Kind == kv.Put && sensitive[op.Key] && len(op.Value) >= render.MinSecret {
			found[op.Value] = true
		}
	}
	for _, old := range p.Secrets {
		if len(old) >= render.MinSecret {
			found[old] = true
		}
	}
}

// noteTexts finds the texts of a network that are sensitive: by the catalogue,
// or by their marks.
func noteTexts(found map[string]bool, n *network.Network) {
	c := n.Catalogue
	n.Each(func(kind addr.Kind, o network.Object) {
		leaves := c.Kind(kind).Leaves()
		for i := range leaves {
			f := &leaves[i]
			slot := o.Slot(f, false)
			if slot.Text != nil {
				note(found, *slot.Text, f.Sensitive)
			}
			if slot.Texts != nil {
				for _, t := range *slot.Texts {
					note(found, t, f.Sensitive)
				}
			}
			if slot.Words != nil {
				for _, word := range slot.Words.Values {
					note(found, network.Text{Value: word, Sensitive: slot.Words.Sensitive}, f.Sensitive)
				}
			}
		}
	})
}
