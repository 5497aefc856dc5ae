package apply

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// keepDone leaves in the record of an apply what its steps carried out.
func (j *journaled) keepDone(h *state.History) {
	done := doneKeys(j.intent.Ops[:j.journal.Done])
	h.Counts = state.HistoryCounts{}
	kept := map[string]bool{}
	for _, op := range j.formerRecords() {
		kept[op.Key] = true
	}
	h.Changes = slices.DeleteFunc(h.Changes, func(c state.HistoryChange) bool {
		record := j.layout.Record(addr.Kind(c.Kind), c.ID)
		if state.IsACL(addr.Kind(c.Kind)) { // its fields have ranges in the place of keys
			return !done(record) || kept[record]
		}
		return !done(record) && !slices.ContainsFunc(c.Fields, func(f state.HistoryField) bool { return done(f.Key) })
	})
	for i := range h.Changes {
		c := &h.Changes[i]
		if state.IsACL(addr.Kind(c.Kind)) {
			count(&h.Counts, plan.Action(c.Action))
			continue
		}
		c.Fields = slices.DeleteFunc(c.Fields, func(f state.HistoryField) bool { return writes(f.Action) && !done(f.Key) })
		count(&h.Counts, plan.Action(c.Action))
	}
}

// writes reports whether an action on a field writes its key.
func writes(action string) bool { return !plan.Action(action).StateOnly() }

// doneKeys tells which keys the writes wrote or removed.
func doneKeys(ops []kv.Op) func(key string) bool {
	exact, prefixes := map[string]bool{}, map[string]bool{}
	for _, op := range ops {
		exact[op.Key] = true
		if op.Kind == kv.DeletePrefix {
			prefixes[op.Key] = true
		}
	}
	return func(key string) bool {
		if exact[key] {
			return true
		}
		for i := range len(key) {
			if key[i] == '/' && prefixes[key[:i+1]] {
				return true
			}
		}
		return false
	}
}

func count(n *state.HistoryCounts, a plan.Action) {
	switch a {
	case plan.Create:
		n.Create++
	case plan.Update:
		n.Update++
	case plan.Delete:
		n.Delete++
	case plan.Adopt:
		n.Adopt++
	case plan.Forget:
		n.Forget++
	case plan.Record:
		n.Record++
	}
}
