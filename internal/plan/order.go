package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// order is how actions are listed: what is lost comes first.
func (a Action) order() int {
	return slices.Index([]Action{Delete, Update, Create, Adopt, Forget, Record}, a)
}

// SortByAddress orders changes by address, in place. A text that is not an address
// (another version may have recorded it) is ordered as a text.
func SortByAddress(changes []Change) {
	type placed struct {
		at addr.Addr
		Change
	}
	all := make([]placed, 0, len(changes))
	for _, c := range changes {
		at, err := addr.Parse(c.Address)
		if err != nil {
			at = addr.Addr{}
		}
		all = append(all, placed{at: at, Change: c})
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(addr.Compare(a.at, b.at), strings.Compare(a.Address, b.Address))
	})
	for i := range all {
		changes[i] = all[i].Change
	}
}

// compareNames orders the names of fields, members of a set or map after it.
func compareNames(a, b string) int { return strings.Compare(a, b) }
