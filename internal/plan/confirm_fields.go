package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/state"
)

// confirmFields: the changes are of kinds that there are, and each field that is
// written has the name of its key. The history and a review are of the names.
func (c *confirmer) confirmFields() error {
	for i := range c.plan.Changes {
		change := &c.plan.Changes[i]
		if !change.Action.known() || !change.Reason.known() {
			return unsound("it does %q with %s, because of %q", change.Action, change.Address, change.Reason)
		}
		for j := range change.Fields {
			f := &change.Fields[j]
			if !f.Action.known() || !f.Reason.known() {
				return unsound("it does %q with %s of %s, because of %q", f.Action, f.Name, change.Address, f.Reason)
			}
			if f.writes() && !c.isNamed(change, f) {
				return unsound("it shows %s as %s of %s, which it is not", f.Key, f.Name, change.Address)
			}
		}
	}
	return nil
}

// isNamed reports whether a field has the name of its key, of the object as it is
// or as it will be: a device may change its user.
func (c *confirmer) isNamed(change *Change, f *FieldChange) bool {
	if state.IsACL(change.Kind) {
		return f.Key == shownKey(f.Name)
	}
	id := state.ID{Kind: change.Kind, ID: change.ID}
	parents := []string{c.parentOf(id)}
	if r := c.state.Records[id]; r != nil {
		parents = append(parents, r.Parent)
	}
	return slices.ContainsFunc(parents, func(parent string) bool {
		return f.Key == c.layout.FieldKey(change.Kind, change.ID, parent, f.Name)
	})
}

func (a Action) known() bool {
	switch a {
	case Delete, Update, Create, Adopt, Forget, Record:
		return true
	}
	return false
}

func (r Reason) known() bool {
	switch r {
	case Changed, Drift, Both, Adopted, TakenOver, Restored, Converged, Renamed, Replaced, Follows, Released:
		return true
	}
	return false
}
