package crash

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/state"
)

// author is the apply that a transaction belongs to, and what it did with it.
// Its apply is empty where the transaction is others'.
type author struct {
	apply string
	// undoes says that it takes back, commits that it writes the apply's own
	// head, abandons that it ends the apply where it is.
	undoes, commits, abandons bool
}

// author reads it from the journal, else from the head: whatever is done while
// there is a journal is a part of its apply, whoever drives it.
func (c *checker) author(events []Event) author {
	key := c.layout.Journal()
	at := slices.IndexFunc(events, func(e Event) bool { return e.Key == key })
	before, now := c.value[key], c.value[key]
	if at >= 0 {
		now = events[at].Value
	}
	if at < 0 && before != "" || before == "" && now == "" {
		return author{apply: c.headed(events)}
	}
	out := author{}
	for _, text := range []string{before, now} {
		if text == "" {
			continue
		}
		j, err := state.DecodeJournal(text)
		if err != nil {
			c.fault("revision %d: %v", events[0].Revision, err)
			continue
		}
		if out.apply != "" && out.apply != j.Apply {
			c.fault("revision %d: the journal went from the apply %s to %s", events[0].Revision, out.apply, j.Apply)
		}
		out.apply, out.undoes = j.Apply, out.undoes || j.Phase == state.RollingBack
	}
	return out
}

// headed is the apply that writes the head.
func (c *checker) headed(events []Event) string {
	for _, e := range events {
		if e.Key != c.layout.Head() || e.Deleted {
			continue
		}
		if h, err := state.DecodeHead(e.Value); err == nil {
			return h.Apply
		}
	}
	return ""
}

// Begun is an apply that wrote something: by whom, and at which revision first.
type Begun struct {
	Actor    string
	Revision int64
}

// Applies are the applies that wrote something, by their ids.
func (t *Trace) Applies() map[string]Begun {
	l, out := state.NewLayout(t.Network), map[string]Begun{}
	note := func(id, actor string, revision int64) {
		if _, known := out[id]; !known {
			out[id] = Begun{Actor: actor, Revision: revision}
		}
	}
	for _, e := range t.Events {
		switch e.Key {
		case l.Journal():
			if j, err := state.DecodeJournal(e.Value); err == nil {
				note(j.Apply, j.Actor, e.Revision)
			}
		case l.Head():
			if h, err := state.DecodeHead(e.Value); err == nil {
				note(h.Apply, h.Actor, e.Revision)
			}
		}
	}
	return out
}
