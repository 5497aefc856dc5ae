package crash

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Ledger is what others wrote, each transaction with a key that says which.
type Ledger struct {
	// Sign is the prefix of the keys by which a transaction is known: its value
	// is the id of the write.
	Sign string
	// Writes are by their ids.
	Writes map[string]Write
}

// Write is a transaction of others.
type Write struct {
	ID  string
	Ops []kv.Op
	// Revision is the acknowledged one; 0 where no answer came, and nobody knows
	// whether it was carried out.
	Revision int64
}

// attribute finds out whose a transaction is: the network's keys are written by
// applies and by others, and others have it in their ledger as it was.
func (c *checker) attribute(who author, events []Event) {
	l := c.trace.Ledger
	if l == nil {
		return
	}
	id := ""
	for _, e := range events {
		if strings.HasPrefix(e.Key, l.Sign) {
			id = e.Value
		}
	}
	w, known := l.Writes[id]
	switch {
	case id != "" && who.apply != "":
		c.fault("revision %d: it is of the apply %s, and of others (%s)", events[0].Revision, who.apply, id)
	case known:
		c.acknowledge(w, events)
	case who.apply == "" && slices.ContainsFunc(events, func(e Event) bool { return strings.HasPrefix(e.Key, c.trace.Prefix) }):
		c.fault("revision %d: nobody says to have written %s", events[0].Revision, events[0].Key)
	}
}

// acknowledge compares what others say to have written with what is there.
func (c *checker) acknowledge(w Write, events []Event) {
	if c.told == nil {
		c.told = map[string]bool{}
	}
	if c.told[w.ID] || w.Revision != 0 && w.Revision != events[0].Revision {
		c.fault("revision %d: the write %s of others was carried out then, too", events[0].Revision, w.ID)
	}
	c.told[w.ID] = true
	for _, e := range events {
		if !slices.ContainsFunc(w.Ops, func(op kv.Op) bool {
			return op.Covers(e.Key) && e.Deleted || op.Kind == kv.Put && op.Key == e.Key && op.Value == e.Value
		}) {
			c.fault("revision %d: the write %s of others was not to write %s", events[0].Revision, w.ID, e.Key)
		}
	}
}

// owed lists the acknowledged writes of others that are in no event.
func (c *checker) owed() {
	if c.trace.Ledger == nil {
		return
	}
	var lost []string
	for id, w := range c.trace.Ledger.Writes {
		if w.Revision != 0 && !c.told[id] {
			lost = append(lost, id)
		}
	}
	slices.Sort(lost)
	for _, id := range lost {
		c.fault("the write %s of others was acknowledged at revision %d and is lost", id, c.trace.Ledger.Writes[id].Revision)
	}
}
