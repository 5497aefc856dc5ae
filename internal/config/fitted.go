package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/lang"
)

// fitted is a value as the type of a variable has it. What the type has no
// attribute for is left out, and warned of where a misspelt name is likely.
func (r *run) fitted(v *variable, value cty.Value, at hcl.Range) (cty.Value, error) {
	for _, d := range v.constraint.Dropped(value) {
		r.report(droppedProblem(v, d, at, lang.IsSensitive(value)))
	}
	return v.constraint.Convert(value) //nolint:wrapcheck // explained by the caller
}

func droppedProblem(v *variable, d lang.Dropped, at hcl.Range, sensitive bool) problem {
	where := "The value"
	if text := pathText(d.Path); text != "" && !sensitive {
		where = fmt.Sprintf("The value at %s", text)
	}
	more := ""
	if d.More > 0 {
		more = fmt.Sprintf(" (and %d more)", d.More)
	}
	return problem{
		warning: true,
		summary: fmt.Sprintf("The variable %q has no attribute %q", v.name, d.Name),
		detail:  fmt.Sprintf("%s has it%s. It is left out, and what it was meant for keeps its default.", where, more),
		hint:    fmt.Sprintf("take it out, or add it to the type of %q", v.name),
		near:    near{name: d.Name, among: func() []string { return d.Missing }},
		at:      at, related: []side{{"the variable is declared here", v.at}},
	}
}
