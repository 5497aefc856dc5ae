package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// planTable shows a plan as counts for each kind, and the addresses by what
// happens to them.
func (p *page) planTable(d *PlanDocument) {
	if len(d.Changes) == 0 {
		return
	}
	t := table{right: []bool{false, true, true, true, true, true}}
	t.row("", "delete", "update", "create", "state", "drift")
	for i := range d.Summary.Kinds {
		k := &d.Summary.Kinds[i]
		t.row(append([]string{k.Kind}, k.cells()...)...)
	}
	if len(d.Summary.Kinds) > 1 {
		t.row(append([]string{"all"}, d.Summary.cells()...)...)
	}
	p.table("  ", &t)
	p.space()
	for start := 0; start < len(d.Changes); {
		end := start
		for end < len(d.Changes) && d.Changes[end].Action == d.Changes[start].Action {
			end++
		}
		p.addresses(d.Changes[start].action(), d.Changes[start:end])
		start = end
	}
	p.space()
}

// cells are the counts, with nothing for none.
func (n *ActionCounts) cells() []string {
	cells := make([]string, 0, 5)
	for _, count := range []int{n.Delete, n.Update, n.Create, n.Adopt + n.Forget + n.Record, n.Drift} {
		text := number(count)
		if count == 0 {
			text = "·"
		}
		cells = append(cells, text)
	}
	return cells
}

// maxNamed is how many addresses a summary names of what is new or only
// recorded. What is lost or changed it names in full.
const maxNamed = 60

// addresses lists what an action touches, the instances of a block as one.
func (p *page) addresses(a plan.Action, changes []ChangeDocument) {
	all := make([]string, len(changes))
	for i := range changes {
		all[i] = changes[i].Address
	}
	f := p.fill("  " + p.sign(a) + " ")
	if a.StateOnly() {
		f.lead = string(a) + ": "
	}
	f.rest = strings.Repeat(" ", 4)
	groups := groupAddresses(all)
	shown := groups
	if a != plan.Delete && a != plan.Update && len(groups) > maxNamed {
		shown = groups[:maxNamed]
	}
	for _, g := range shown {
		f.add(p.address(g.short()))
	}
	f.end()
	if more := len(groups) - len(shown); more > 0 {
		p.line("    ", p.color(dim, "and "+number(more)+" more; the plan without --summary names all of them"))
	}
}
