package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/state"
)

// treatment says in words what a record says anew of how its object is treated:
// no field of the network shows that. hidden are the fields whose values were not
// to be shown before.
func treatment(hidden []string, was, next *state.Record) []string {
	if was == nil {
		was = &state.Record{}
	}
	var out []string
	switch {
	case next.Protected && !was.Protected:
		out = append(out, "prevent_destroy protects it from now on")
	case was.Protected && !next.Protected:
		out = append(out, "prevent_destroy protects it no more")
	}
	switch before, after := sorted(was.Ignore), sorted(next.Ignore); {
	case slices.Equal(before, after):
	case len(after) == 0:
		out = append(out, "ignore_changes leaves nothing alone any more")
	default:
		out = append(out, "ignore_changes leaves alone: "+strings.Join(after, ", "))
	}
	shown := slices.DeleteFunc(sorted(hidden), next.Hides)
	if len(shown) > 0 {
		out = append(out, "not sensitive any more: "+strings.Join(shown, ", "))
	}
	return out
}

func sorted(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return slices.Compact(out)
}

// hidden are the fields of an object whose values were not to be shown until now.
func (o *object) hidden() []string {
	out := o.record.Hidden()
	for name := range o.left {
		out = append(out, name)
	}
	return out
}
