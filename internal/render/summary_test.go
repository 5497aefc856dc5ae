package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestSummaryStaysShort: at 1,000 new objects with names of their own a
// summary still fits a screen; what is deleted is named in full at any size.
func TestSummaryStaysShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action  plan.Action
		longest int
		all     bool
	}{{plan.Create, 40, false}, {plan.Delete, 1000, true}} {
		p := &plan.Plan{Catalogue: schema.Network(), Mode: plan.ModeApply, Network: "demo", Prefix: "/sigilgate/"}
		for i := range 1000 {
			p.Changes = append(p.Changes, plan.Change{Address: fmt.Sprintf("entry.e%04d", i), Kind: addr.Entry, Action: c.action})
		}
		var b strings.Builder
		if err := render.Plan(&b, p, render.Options{Format: render.Text, Summary: true, Width: 80}); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(b.String(), "\n"); lines > c.longest {
			t.Errorf("%s: %d lines", c.action, lines)
		}
		if last := strings.Contains(b.String(), "entry.e0999"); last != c.all {
			t.Errorf("%s: the last address is named: %v", c.action, last)
		}
		if cut := strings.Contains(b.String(), "and 940 more"); cut == c.all {
			t.Errorf("%s: what is cut is said: %v", c.action, cut)
		}
	}
}
