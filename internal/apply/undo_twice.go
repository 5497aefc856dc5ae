package apply

import (
	"github.com/sigilgate/sigilform/internal/kv"
)

// A name that moves from one of our objects to another can be at both for some
// steps, where what exchanges names is more than a request holds. Then an undoing
// gives it back to the one while the other still has it, until the step is undone
// that gave it to that.

// givenBefore reports whether what keeps a name from being given back has it from
// an earlier step of the apply, and nobody has written it since.
func (t *taking) givenBefore(m kv.Moved) bool {
	from := 0
	for _, step := range t.j.journal.Steps {
		if step.End > t.from {
			return false
		}
		if step.Revision == m.Found {
			for _, op := range t.j.intent.Ops[from:step.End] {
				if op.Kind == kv.Put && op.Key == m.Key {
					return true
				}
			}
		}
		from = step.End
	}
	return false
}

// spare leaves out of what is guarded the keys that have a name from an earlier
// step, and guards that they are as that step left them.
func (t *taking) spare(b *back, unheld []kv.Guard) (out []kv.Guard) {
	for key, revision := range t.twice {
		for _, g := range unheld {
			if g.Range().Contains(key) {
				b.spared = append(b.spared, key)
				out = append(out, kv.Guard{Kind: kv.Unmoved, Key: key, Revision: revision})
			}
		}
	}
	return out
}
