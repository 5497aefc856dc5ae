package engine

import (
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/render"
)

// explainUnexpected says what was expected, and what the plan is instead.
func explainUnexpected(e *Unexpected) render.ErrorDocument {
	d := render.ErrorDocument{
		Code: "unexpected", Summary: "the plan is not the one that was expected",
		Detail: fmt.Sprintf("Its intent digest is %s. Expected was %s.", e.Plan.Intent, e.Expected),
		Hint:   "look at the plan, have it reviewed again, and give its digest",
	}
	if b := e.Before; b != nil {
		d.Detail += fmt.Sprintf(" The expected change was applied already: it became serial %d, applied by %s at %s. This plan is of what came since.",
			b.Serial, b.Actor, b.Time.UTC().Format(time.RFC3339))
	}
	if !e.Plan.HasChanges() {
		d.Detail += " This plan has nothing to do."
		d.Hint = "find out why nothing is left to do: `sigilform history` lists what was applied"
	}
	d.Detail += " Nothing was written."
	return d
}
