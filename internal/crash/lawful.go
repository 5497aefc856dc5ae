package crash

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/laws"
)

// lawful holds what there is at a revision against the laws. What broke there
// is whose the transaction is.
func (c *checker) lawful(who author, events []Event) {
	below := func(e Event) bool { return strings.HasPrefix(e.Key, c.trace.Prefix) }
	if !c.trace.Lawful || !slices.ContainsFunc(events, below) {
		return
	}
	c.judged++
	now := map[laws.Broken]bool{}
	for _, law := range laws.Check(c.live, c.trace.Prefix) {
		now[law] = true
		if !c.broken[law] {
			c.fault("revision %d: %s broke a law: %s", events[0].Revision, who, law)
		}
	}
	c.broken = now
}

// String names the author in a fault.
func (a author) String() string {
	switch {
	case a.apply == "":
		return "a write of others"
	case a.undoes:
		return "taking back the apply " + a.apply
	}
	return "the apply " + a.apply
}
