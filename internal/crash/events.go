package crash

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/schema"
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
	Apply string
	// Seen is the revision of the snapshot that the plan was made of.
	Seen   int64
	Guards []kv.Guard
	Ops    []kv.Op
	// RolledBackTo is the serial that a rollback brings back, 0 for anything else.
	RolledBackTo int64
}

// Trace is everything that happened to a network.
type Trace struct {
	// Network is its name, Prefix where its keys are.
	Network, Prefix string
	// Plans are by the id of the apply.
	Plans map[string]Planned
	// Events are of all keys, in order.
	Events []Event
	// Ledger is what others wrote, nil where nobody kept one. Where there is
	// one, every write below the prefix must be ours or theirs.
	Ledger *Ledger
	// Lawful says that the laws of the layout are to hold at every revision.
	Lawful bool
	// Fenced says that the locks are among the events: each write of the journal
	// is held against the lock, and against the write before it.
	Fenced bool
}

// Verdict is what was found in a trace.
type Verdict struct {
	// Faults are what must not have happened.
	Faults []string
	// Lawful is at how many revisions the laws were checked.
	Lawful int
}

// Check judges a trace.
func (t *Trace) Check() Verdict {
	c := newChecker(t)
	c.run()
	return Verdict{Faults: c.found, Lawful: c.judged}
}

func newChecker(t *Trace) *checker {
	return &checker{
		trace: t, layout: state.NewLayout(t.Network), keys: keys.NewLayout(schema.Network(), t.Prefix), mod: map[string]int64{}, by: map[string]string{}, value: map[string]string{},
		live: map[string]string{}, moments: map[string][]moment{}, touched: map[string]map[string]*mark{}, wrote: map[string]map[string]bool{}, began: map[string]int64{}, broken: map[laws.Broken]bool{}, locks: map[string]int64{},
	}
}

func (c *checker) run() {
	for _, events := range revisions(c.trace.Events) {
		c.transaction(events)
	}
	c.leftovers()
	c.owed()
}

// revisions are the events of each revision.
func revisions(all []Event) [][]Event {
	var out [][]Event
	for from := 0; from < len(all); {
		to := from
		for to < len(all) && all[to].Revision == all[from].Revision {
			to++
		}
		out = append(out, all[from:to])
		from = to
	}
	return out
}

// mark is what an apply did to a key: what was there before it.
type mark struct {
	before string
	there  bool
	// by is who had written that.
	by string
}

// moment is a revision at which a key was written or removed, by an apply or,
// where that is empty, by others.
type moment struct {
	revision int64
	there    bool
	value    string
	by       string
}

type checker struct {
	trace  *Trace
	layout state.Layout
	keys   keys.Layout
	found  []string
	// mod, value and by are the last write of each key: its revision (0 once
	// deleted), its value, and the apply that did it.
	mod   map[string]int64
	value map[string]string
	by    map[string]string
	// live are the network's keys as they are.
	live map[string]string
	// moments are all writes of each key.
	moments map[string][]moment
	// touched are the keys of each apply that is not committed yet.
	touched map[string]map[string]*mark
	serial  int64
	// wrote are the keys that each apply wrote or removed, began is the
	// revision of its first transaction.
	wrote map[string]map[string]bool
	began map[string]int64
	// broken are the laws that did not hold at the last revision, judged is at
	// how many they were checked.
	broken map[laws.Broken]bool
	judged int
	// locks are under which lock each owner of a journal wrote it first.
	locks map[string]int64
	// heirs are the heads that there were.
	heirs []heir
	// told are the writes of others that were found in the events.
	told map[string]bool
}

func (c *checker) fault(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// transaction judges the events of one revision.
func (c *checker) transaction(events []Event) {
	who := c.author(events)
	c.heads(events, &who)
	c.history(events)
	if who.apply != "" && c.wrote[who.apply] == nil {
		c.wrote[who.apply], c.began[who.apply] = map[string]bool{}, events[0].Revision
	}
	c.attribute(who, events)
	c.fenced(events)
	stood := c.value[c.layout.Journal()]
	for _, e := range events {
		if who.apply != "" && c.own(e.Key) {
			c.written(who, e)
			c.wrote[who.apply][e.Key] = true
		}
		c.note(who, e)
	}
	if who.commits {
		c.committed(who.apply, events[0].Revision)
		c.agree(who.apply, events[0].Revision)
		c.rewound(who.apply, events[0].Revision)
		c.heirs = append(c.heirs, heir{serial: c.serial, revision: events[0].Revision})
	}
	if who.abandons {
		c.heirs = append(c.heirs, heir{serial: c.serial, revision: events[0].Revision})
		delete(c.touched, who.apply)
	}
	if stood != "" && c.value[c.layout.Journal()] == "" && !who.commits && !who.abandons {
		c.takenBack(who.apply, c.journal(stood), events[0].Revision)
	}
	c.lawful(who, events)
}

// note remembers an event.
func (c *checker) note(who author, e Event) {
	if e.Deleted && e.Key == c.layout.Head() {
		c.fault("revision %d: the head was removed", e.Revision)
	}
	if e.Deleted {
		c.mod[e.Key], c.value[e.Key] = 0, ""
		delete(c.live, e.Key)
	} else {
		c.mod[e.Key], c.value[e.Key] = e.Revision, e.Value
	}
	if !e.Deleted && strings.HasPrefix(e.Key, c.trace.Prefix) {
		c.live[e.Key] = e.Value
	}
	c.by[e.Key] = who.apply
	c.moments[e.Key] = append(c.moments[e.Key], moment{revision: e.Revision, there: !e.Deleted, value: e.Value, by: c.originOf(who, e)})
}

// heads judges a write of the head: the serial goes up by one, with one record
// of the history; or it is written once more as it is.
func (c *checker) heads(events []Event, who *author) {
	at := slices.IndexFunc(events, func(e Event) bool { return e.Key == c.layout.Head() && !e.Deleted })
	if at < 0 {
		return
	}
	e := events[at]
	h, err := state.DecodeHead(e.Value)
	if err != nil {
		c.fault("revision %d: %v", e.Revision, err)
		return
	}
	if len(events) == 1 && h.Serial == c.serial && e.Value == c.value[e.Key] {
		*who = author{} // a lost commit was shut out
		return
	}
	if h.Serial != c.serial+1 {
		c.fault("revision %d: the serial went from %d to %d", e.Revision, c.serial, h.Serial)
	}
	c.serial = h.Serial
	if !slices.ContainsFunc(events, func(e Event) bool { return e.Key == c.layout.History(h.Serial) && !e.Deleted }) {
		c.fault("revision %d: serial %d has no record of the history", e.Revision, h.Serial)
	}
	if h.Apply != who.apply {
		who.abandons = true // whoever ends another's apply where it is says so by the head
		return
	}
	delete(c.touched, h.Apply)
	c.touched[h.Apply] = nil
	who.commits = true
}

// written judges one write of an apply.
func (c *checker) written(who author, e Event) {
	apply, before := who.apply, c.mod[e.Key]
	c.judge(who, e)
	marks, open := c.touched[apply]
	if open && marks == nil {
		return // committed
	}
	if marks == nil {
		marks = map[string]*mark{}
		c.touched[apply] = marks
	}
	if marks[e.Key] == nil && (!who.undoes || !c.operational(e.Key)) {
		marks[e.Key] = &mark{before: c.value[e.Key], there: before > 0, by: c.then(e.Key, e.Revision).by}
	}
}

// judge says what is wrong with one write of an apply.
func (c *checker) judge(who author, e Event) {
	apply, before := who.apply, c.mod[e.Key]
	p, known := c.trace.Plans[apply]
	switch {
	case !known:
		c.fault("revision %d: nobody knows the apply %s", e.Revision, apply)
	case strings.HasPrefix(e.Key, state.Root), c.by[e.Key] == apply && c.wrote[apply][e.Key]: // it goes on, or takes back what it did
	case who.undoes && c.fallsBack(apply, e, before):
	case who.undoes:
		c.fault("revision %d: the apply %s took %s back, which others had written since (at revision %d)", e.Revision, apply, e.Key, c.last(e.Key))
	case !e.Deleted && !p.guarded(e.Key, before):
		c.fault("revision %d: the apply %s overwrote %s, which was of revision %d, unseen", e.Revision, apply, e.Key, before)
	case before != c.at(e.Key, p.Seen) && (!e.Deleted || !c.operational(e.Key)):
		c.fault("revision %d: the apply %s %s %s, which was of revision %d, unseen: its plan is of revision %d",
			e.Revision, apply, did(e), e.Key, before, p.Seen)
	}
}

// fallsBack reports whether an undoing may write a key that it has not written
// last: it is as the apply left it, whatever came and went; or it goes, as what
// the network writes all day does, with the object that the apply had made.
func (c *checker) fallsBack(apply string, e Event, before int64) bool {
	return before == 0 && c.removed(apply, e.Key) || e.Deleted && c.operational(e.Key)
}

func did(e Event) string {
	if e.Deleted {
		return "deleted"
	}
	return "overwrote"
}

// guarded reports whether the plan said what it expects at a key that it writes.
func (p *Planned) guarded(key string, revision int64) bool {
	for _, g := range p.Guards {
		switch {
		case g.Kind == kv.Unmoved && g.Key == key:
			return g.Revision == revision
		case g.Kind == kv.Empty && strings.HasPrefix(key, g.Key):
			return revision == 0
		}
	}
	return false
}
