package plan

import (
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// LastApplied is what a record says was last applied to each enforced field,
// by name: L of the fifteen rows. Sensitive fields have their keyed digest.
// Derived fields are computed from their sources, so that they need no record.
func LastApplied(l keys.Layout, r *state.Record) map[string]string {
	if r == nil {
		return nil
	}
	last := make(map[string]string, len(r.Declared)+len(r.Secret)+2)
	for name, value := range r.Declared {
		last[name] = value
	}
	for name, digest := range r.Secret {
		last[name] = digest
	}
	for set, members := range r.Sets {
		for _, member := range members {
			last[set+"."+member] = ""
		}
	}
	source := func(name string) (string, bool) {
		value, ok := r.Declared[name]
		return value, ok
	}
	for _, name := range l.DerivedFields(r.Kind) {
		if value, ok := l.Derive(r.Kind, name, source); ok {
			last[name] = value
		}
	}
	return last
}
