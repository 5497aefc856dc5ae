package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
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
		if at, err := addr.Parse(change.Address); !state.IsACL(change.Kind) && (err != nil || at.Kind != change.Kind) {
			return unsound("%s is not the address of a %s", change.Address, change.Kind)
		}
		if change.Action == Delete {
			if err := c.confirmLeft(change); err != nil {
				return err
			}
		}
		for j := range change.Fields {
			if err := c.confirmField(change, &change.Fields[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *confirmer) confirmField(change *Change, f *FieldChange) error {
	switch {
	case !f.Action.known() || !f.Reason.known():
		return unsound("it does %q with %s of %s, because of %q", f.Action, f.Name, change.Address, f.Reason)
	case f.Stamp != (c.layout.ClassOf(change.Kind, f.Name) == schema.Stamp):
		return unsound("it takes %s of %s for what it is not", f.Name, change.Address)
	case f.writes() && !c.isNamed(change, f):
		return unsound("it shows %s as %s of %s, which it is not", f.Key, f.Name, change.Address)
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
