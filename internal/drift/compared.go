package drift

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/state"
)

// compared is an object that was looked at, with the names of its fields that
// were applied.
type compared struct {
	address string
	fields  []string
}

// comparedOf names what a record holds.
func comparedOf(r *state.Record) compared {
	c := compared{address: r.Address, fields: slices.Sorted(maps.Keys(r.Declared))}
	c.fields = append(c.fields, slices.Sorted(maps.Keys(r.Secret))...)
	c.fields = append(c.fields, slices.Sorted(maps.Keys(r.Initial))...)
	c.fields = append(c.fields, slices.Sorted(maps.Keys(r.Marked))...)
	for _, set := range slices.Sorted(maps.Keys(r.Sets)) {
		for _, member := range r.Sets[set] {
			c.fields = append(c.fields, set+"."+member)
		}
	}
	return c
}
