package crash

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/state"
)

// fenced judges a write of the journal: it follows the one before it, and who
// drives the journal has the lock, and still the same one. What comes late, from
// a run that was shut out or that gave the request up, does neither.
func (c *checker) fenced(events []Event) {
	key := c.layout.Journal()
	at := slices.IndexFunc(events, func(e Event) bool { return e.Key == key })
	if !c.trace.Fenced || at < 0 {
		return
	}
	e := events[at]
	before, now := c.journal(c.value[key]), c.journal(e.Value)
	switch {
	case now == nil && before == nil:
		return // what can't be read was found already
	case now == nil:
		c.underLock(before.Owner, e.Revision)
		return
	case before == nil && now.Moves != 1:
		c.fault("revision %d: the journal of %s begins with its write %d", e.Revision, now.Apply, now.Moves)
	case before != nil && now.Moves == before.Moves && len(events) == 1:
		return // a lost write was shut out
	case before != nil && now.Moves != before.Moves+1:
		c.fault("revision %d: the journal of %s went from its write %d to %d", e.Revision, now.Apply, before.Moves, now.Moves)
	}
	c.underLock(now.Owner, e.Revision)
}

func (c *checker) journal(value string) *state.Journal {
	j, err := state.DecodeJournal(value)
	if value == "" || err != nil {
		return nil
	}
	return j
}

// underLock holds a write of a journal's owner against the lock.
func (c *checker) underLock(owner string, revision int64) {
	held := c.mod[c.layout.Lock()]
	first, known := c.locks[owner]
	if !known {
		c.locks[owner] = held
	}
	switch {
	case held == 0:
		c.fault("revision %d: the run %s wrote the journal without the lock", revision, owner)
	case known && first != held:
		c.fault("revision %d: the run %s had the lock of revision %d and wrote the journal under that of %d", revision, owner, first, held)
	}
}
