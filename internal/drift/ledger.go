package drift

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// ledger holds the objects that drifted in the order of a report, so that one
// more or less costs no sorting of the rest.
type ledger struct {
	rows []row
	byID map[state.ID]row
}

// row is one object that drifted, with where it stands.
type row struct {
	at     addr.Addr
	id     state.ID
	change plan.Change
}

func newLedger() *ledger { return &ledger{byID: map[state.ID]row{}} }

// compareRows is the order of plan.SortByAddress over records in the order of
// their identities, with roles and users behind.
func compareRows(a, b row) int {
	return cmp.Or(
		addr.Compare(a.at, b.at), strings.Compare(a.change.Address, b.change.Address),
		cmp.Compare(behind(a.id), behind(b.id)), state.CompareIDs(a.id, b.id),
	)
}

func behind(id state.ID) int {
	if state.IsACL(id.Kind) {
		return 1
	}
	return 0
}

// get returns how an object differs, nil where it does not.
func (l *ledger) get(id state.ID) *plan.Change {
	r, ok := l.byID[id]
	if !ok {
		return nil
	}
	return &r.change
}

// set notes how an object differs; nil says that it does not.
func (l *ledger) set(id state.ID, c *plan.Change) {
	if old, ok := l.byID[id]; ok {
		if i, found := slices.BinarySearchFunc(l.rows, old, compareRows); found {
			l.rows = slices.Delete(l.rows, i, i+1)
		}
		delete(l.byID, id)
	}
	if c == nil {
		return
	}
	at, err := addr.Parse(c.Address)
	if err != nil {
		at = addr.Addr{}
	}
	r := row{at: at, id: id, change: *c}
	i, _ := slices.BinarySearchFunc(l.rows, r, compareRows)
	l.rows = slices.Insert(l.rows, i, r)
	l.byID[id] = r
}

// changes are a copy of all rows.
func (l *ledger) changes() []plan.Change {
	if len(l.rows) == 0 {
		return nil
	}
	out := make([]plan.Change, 0, len(l.rows))
	for i := range l.rows {
		out = append(out, l.rows[i].change)
	}
	return out
}
