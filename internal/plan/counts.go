package plan

import "slices"

// Counts counts what the plan does to objects.
func (p *Plan) Counts() Counts {
	var n Counts
	for i := range p.Changes {
		n.add(&p.Changes[i])
	}
	return n
}

func (n *Counts) add(c *Change) {
	switch c.Action {
	case Create:
		n.Create++
	case Update:
		n.Update++
	case Delete:
		n.Delete++
	case Adopt:
		n.Adopt++
	case Forget:
		n.Forget++
	case Record:
		n.Record++
	}
	if c.Drifted() {
		n.Drift++
	}
}

// Drifted reports whether someone else changed or deleted what was applied.
func (c *Change) Drifted() bool {
	return c.Reason == Drift || slices.ContainsFunc(c.Fields, func(f FieldChange) bool {
		return f.Reason == Drift || f.Reason == Both
	})
}
