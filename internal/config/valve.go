package config

import (
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

// The safety valves, by name.
const (
	MaxDeletes     = "max-deletes"
	MaxUpdates     = "max-updates"
	VanishingKind  = "vanishing-kind"
	LastCore       = "last-core"
	PreventDestroy = "prevent-destroy"
)

// ValveNames lists the safety valves, sorted.
func ValveNames() []string {
	return []string{LastCore, MaxDeletes, MaxUpdates, PreventDestroy, VanishingKind}
}

// off turns a valve off.
const off diag.Severity = "off"

// Valve is how one safety valve is set.
type Valve struct {
	// Off says that it never trips.
	Off      bool
	Severity diag.Severity
	// Percent is the largest share of the objects that may be deleted or
	// updated at once, MinObjects how many there must be for that to count.
	Percent    int
	MinObjects int
	// Kinds are those that must not vanish.
	Kinds []addr.Kind
	// Range is the block that sets it, nil for the default.
	Range *diag.Range
}

// DefaultValves is how every valve is set where no block says otherwise. The
// thresholds are octoDNS's.
func DefaultValves() map[string]Valve {
	share := Valve{Severity: diag.Error, Percent: 30, MinObjects: 10}
	return map[string]Valve{
		MaxDeletes: share, MaxUpdates: share,
		VanishingKind:  {Severity: diag.Error, Kinds: valveKinds(), MinObjects: 1},
		LastCore:       {Severity: diag.Error},
		PreventDestroy: {Severity: diag.Error},
	}
}

// valveKinds are the kinds of the objects that a network is made of.
func valveKinds() []addr.Kind {
	return []addr.Kind{addr.Cell, addr.Core, addr.Entry, addr.Route, addr.User, addr.Device}
}

// valveAttributes are what the block of a valve may say.
func valveAttributes(name string) []string {
	switch name {
	case MaxDeletes, MaxUpdates:
		return []string{"severity", "percent", "min_objects"}
	case VanishingKind:
		return []string{"severity", "kinds", "min_objects"}
	case PreventDestroy:
		return nil
	}
	return []string{"severity"}
}

func (r *run) readValve(f *folder, b *hcl.Block) {
	name := b.Labels[0]
	v, known := DefaultValves()[name]
	if !known {
		r.report(problem{
			summary: `There is no valve "` + name + `"`, detail: "The safety valves are " + quoteList(ValveNames()) + ".",
			hint: lang.DidYouMean(name, ValveNames()), at: b.LabelRanges[0],
		})
		return
	}
	if name == PreventDestroy {
		r.report(problem{
			summary: `The valve "prevent-destroy" can't be set`, detail: "Each object says for itself whether it is protected.",
			hint: "set prevent_destroy in the lifecycle of the object", at: b.DefRange,
		})
		return
	}
	content, diags := b.Body.Content(attributes(valveAttributes(name)...))
	r.reportHCL(diags, zero())
	if old := f.valves[name]; old.Range != nil {
		r.report(problem{summary: `valve "` + name + `" is set twice`, detail: "A valve is set once.", at: b.DefRange})
		return
	}
	v.Range = r.rangeOf(b.DefRange)
	if a := content.Attributes["severity"]; a != nil {
		v.Severity = r.severity(a, diag.Error, diag.Warning, off)
		v.Off = v.Severity == off
	}
	v.Percent = r.whole(content.Attributes["percent"], v.Percent, 0, 100)
	v.MinObjects = r.whole(content.Attributes["min_objects"], v.MinObjects, 1, 1_000_000)
	if a := content.Attributes["kinds"]; a != nil {
		v.Kinds = r.valveKinds(a)
	}
	f.valves[name] = v
}

// whole reads a whole number between two others.
func (r *run) whole(a *hcl.Attribute, otherwise, least, most int) int {
	if a == nil {
		return otherwise
	}
	v, ok := r.literal(a, cty.Number)
	if !ok {
		return otherwise
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != 0 || n < int64(least) || n > int64(most) {
		r.report(problem{
			summary: `Wrong value for "` + a.Name + `"`, detail: "Expected a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most) + ".", at: a.Expr.Range(),
		})
		return otherwise
	}
	return int(n)
}

func (r *run) valveKinds(a *hcl.Attribute) []addr.Kind {
	v, ok := r.literal(a, cty.Set(cty.String))
	if !ok {
		return nil
	}
	words, _ := texts(v)
	out := make([]addr.Kind, 0, len(words))
	for _, w := range words {
		if !slices.Contains(valveKinds(), addr.Kind(w)) {
			names := kindWords(valveKinds())
			r.report(problem{
				summary: `"` + w + `" is not a kind of object`, detail: "The kinds are " + quoteList(names) + ".", hint: lang.DidYouMean(w, names), at: a.Expr.Range(),
			})
			continue
		}
		out = append(out, addr.Kind(w))
	}
	return out
}

func kindWords(kinds []addr.Kind) []string {
	out := make([]string, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out
}

// valves are all of them, as they are set.
func (f *folder) allValves() map[string]Valve {
	out := DefaultValves()
	for name, v := range f.valves {
		out[name] = v
	}
	return out
}
