package webhook

// Transition is what changed since the last message.
type Transition string

// The transitions.
const (
	// None: nothing changed, nobody is told.
	None Transition = ""
	// Drifted: there was no drift, and is now.
	Drifted Transition = "drifted"
	// Changed: there was other drift.
	Changed Transition = "changed"
	// Resolved: there was drift, and is none any more.
	Resolved Transition = "resolved"
)

// Between is the transition from one digest to the next.
func Between(before, now string) Transition {
	switch {
	case before == now:
		return None
	case before == "":
		return Drifted
	case now == "":
		return Resolved
	}
	return Changed
}
