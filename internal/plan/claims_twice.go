package plan

import (
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// warnTwice tells of what two live objects have that only one may have, where
// the plan leaves it so: it stops nothing, for it is there already.
func (m *maker) warnTwice() {
	found := map[keys.Claim][]holding{}
	for i := range m.lives {
		l := &m.lives[i]
		for _, h := range m.layout.Held(l.Kind, l.ID, l.Parent, m.current) {
			if m.leaves(h) && !state.LooksMasked(h.Value) {
				claim := m.layout.Canonical(h)
				found[claim] = append(found[claim], holding{Held: h, space: keys.Space(l.Kind), id: l.ID, parent: l.Parent, live: l, want: m.wantedAs(l)})
			}
		}
	}
	c := &claims{after: found}
	for _, claim := range c.sorted() {
		for i := 1; i < len(found[claim]); i++ {
			m.plan.Warnings = append(m.plan.Warnings, m.twice(&found[claim][0], &found[claim][i]))
		}
	}
}

// leaves reports whether the plan leaves a claim of the network as it is.
func (m *maker) leaves(h keys.Held) bool { return !slices.ContainsFunc(h.Keys, m.data.touches) }

func (m *maker) twice(one, other *holding) diag.Diagnostic {
	value := fmt.Sprintf("%q", one.Value)
	if m.secretClaim(one) || m.secretClaim(other) {
		value = "(sensitive)"
	}
	return diag.Diagnostic{
		Severity: diag.Warning,
		Summary:  fmt.Sprintf("The %s %s is in the network twice", one.Noun, value+one.among()),
		Detail:   fmt.Sprintf("%s and %s have it: %s, and %s. This plan changes neither.", m.who(one), m.who(other), one.Keys[0], other.Keys[0]),
		Hint:     "Give one of them another " + one.Noun + ".",
	}
}
