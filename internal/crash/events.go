package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Event is one change of a key, as a watch sees it.
type Event struct {
	Revision int64
	Key      string
	// Value is the new one, empty for a deletion.
	Value   string
	Deleted bool
}

// Planned is what an apply meant to do: enough of its plan to judge it.
type Planned struct {
	Apply  string
	Guards []kv.Guard
	Ops    []kv.Op
}

// Trace is everything that happened to a network.
type Trace struct {
	// Network is its name, Prefix where its keys are.
	Network, Prefix string
	// Plans are by the id of the apply.
	Plans map[string]Planned
	// Events are of all keys, in order.
	Events []Event
}

// Check lists what must not have happened.
func (t *Trace) Check() []string {
	c := &checker{
		trace: t, layout: state.NewLayout(t.Network), mod: map[string]int64{}, by: map[string]string{}, value: map[string]string{}, touched: map[string]map[string]*mark{},
		wrote: map[string]map[string]bool{}, began: map[string]int64{},
	}
	for from := 0; from < len(t.Events); {
		to := from
		for to < len(t.Events) && t.Events[to].Revision == t.Events[from].Revision {
			to++
		}
		c.transaction(t.Events[from:to])
		from = to
	}
	c.leftovers()
	return c.found
}

// mark is what an apply did to a key: what was there before it.
type mark struct {
	before string
	there  bool
}

type checker struct {
	trace  *Trace
	layout state.Layout
	found  []string
	// mod, value and by are the last write of each key: its revision (0 once
	// deleted), its value, and the apply that did it.
	mod   map[string]int64
	value map[string]string
	by    map[string]string
	// touched are the keys of each apply that is not committed yet.
	touched map[string]map[string]*mark
	serial  int64
	// wrote are the keys that each apply wrote or removed, began is the
	// revision of its first transaction.
	wrote map[string]map[string]bool
	began map[string]int64
	// closing is the apply whose head the transaction writes.
	closing string
}

func (c *checker) fault(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// transaction judges the events of one revision.
func (c *checker) transaction(events []Event) {
	c.closing = ""
	apply := c.author(events)
	c.history(events)
	if apply != "" && c.wrote[apply] == nil {
		c.wrote[apply], c.began[apply] = map[string]bool{}, events[0].Revision
	}
	for _, e := range events {
		if apply != "" && c.own(e.Key) {
			c.written(apply, e)
			c.wrote[apply][e.Key] = true
		}
		if e.Deleted && e.Key == c.layout.Head() {
			c.fault("revision %d: the head was removed", e.Revision)
		}
		if e.Deleted {
			c.mod[e.Key], c.value[e.Key] = 0, ""
		} else {
			c.mod[e.Key], c.value[e.Key] = e.Revision, e.Value
		}
		c.by[e.Key] = apply
	}
	if c.closing != "" {
		c.committed(c.closing, events[0].Revision)
	}
}

// author is the apply that a transaction belongs to, empty for others: it moves
// the head or the journal.
func (c *checker) author(events []Event) string {
	apply := ""
	for _, e := range events {
		switch {
		case e.Deleted:
		case e.Key == c.layout.Head():
			apply = c.head(e, events)
		case e.Key == c.layout.Journal():
			if j, err := state.DecodeJournal(e.Value); err == nil {
				apply = j.Apply
			} else {
				c.fault("revision %d: %v", e.Revision, err)
			}
		}
	}
	if apply == "" {
		for _, e := range events {
			if e.Deleted && e.Key == c.layout.Journal() {
				if j, err := state.DecodeJournal(c.value[e.Key]); err == nil {
					apply = j.Apply
				}
			}
		}
	}
	return apply
}

// head judges a write of the head: the serial goes up by one, with one record
// of the history; or it is written once more as it is.
func (c *checker) head(e Event, events []Event) string {
	h, err := state.DecodeHead(e.Value)
	if err != nil {
		c.fault("revision %d: %v", e.Revision, err)
		return ""
	}
	if len(events) == 1 && h.Serial == c.serial && e.Value == c.value[e.Key] {
		return "" // a lost commit was shut out
	}
	if h.Serial != c.serial+1 {
		c.fault("revision %d: the serial went from %d to %d", e.Revision, c.serial, h.Serial)
	}
	c.serial = h.Serial
	if !slices.ContainsFunc(events, func(e Event) bool { return e.Key == c.layout.History(h.Serial) && !e.Deleted }) {
		c.fault("revision %d: serial %d has no record of the history", e.Revision, h.Serial)
	}
	delete(c.touched, h.Apply)
	c.touched[h.Apply] = nil
	c.closing = h.Apply
	return h.Apply
}

// written judges one write of an apply.
func (c *checker) written(apply string, e Event) {
	before := c.mod[e.Key]
	p, known := c.trace.Plans[apply]
	switch {
	case !known:
		c.fault("revision %d: nobody knows the apply %s", e.Revision, apply)
	case c.by[e.Key] == apply: // it goes on, or takes back what it did
	case !p.saw(e.Key, before):
		c.fault("revision %d: the apply %s overwrote %s, which was of revision %d, unseen", e.Revision, apply, e.Key, before)
	}
	marks, open := c.touched[apply]
	if open && marks == nil {
		return // committed
	}
	if marks == nil {
		marks = map[string]*mark{}
		c.touched[apply] = marks
	}
	if marks[e.Key] == nil {
		marks[e.Key] = &mark{before: c.value[e.Key], there: before > 0}
	}
}

// saw reports whether the plan knew the key at the revision: by a guard, or
// because it removes all that is below a prefix, whatever it is.
func (p *Planned) saw(key string, revision int64) bool {
	for _, g := range p.Guards {
		switch {
		case g.Kind == kv.Unmoved && g.Key == key:
			return g.Revision == revision
		case g.Kind == kv.Empty && strings.HasPrefix(key, g.Key):
			return revision == 0
		}
	}
	return slices.ContainsFunc(p.Ops, func(op kv.Op) bool { return op.Kind != kv.Put && op.Covers(key) }) ||
		strings.HasPrefix(key, state.Root)
}

// leftovers judges what applies left that were not carried out: nothing that
// others have not written since.
func (c *checker) leftovers() {
	for _, apply := range slices.Sorted(maps.Keys(c.touched)) {
		for _, key := range slices.Sorted(maps.Keys(c.touched[apply])) {
			m := c.touched[apply][key]
			if c.by[key] == apply && (c.mod[key] > 0) != m.there || c.by[key] == apply && c.value[key] != m.before {
				c.fault("the apply %s was not carried out and left %s", apply, key)
			}
		}
	}
}
