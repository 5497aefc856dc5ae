package render

import (
	"io"

	"github.com/sigilgate/sigilform/internal/plan"
)

// Plan shows a plan to a reviewer: what stands in its way, what is lost, what
// changes, what comes, what only the state learns, and last a summary with the digest.
func Plan(w io.Writer, p *plan.Plan, o Options) error {
	d := NewPlan(p)
	d.Journal, d.File = NewJournal(o.Journal), o.File
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	t := newPage(o)
	t.planText(&d)
	return t.flush(w)
}

func (p *page) planText(d *PlanDocument) {
	p.prefix = d.Prefix
	p.planHeader(d)
	p.conflicts(d.Conflicts)
	p.policies(d.Policies)
	p.planWarnings(d)
	if p.o.Summary {
		p.planTable(d)
	} else {
		p.changes(d.Changes)
	}
	p.unmanaged(d.Unmanaged)
	p.otherAccess(d.Access)
	p.space()
	p.planLine(d)
}

func (p *page) planHeader(d *PlanDocument) {
	if p.o.Quiet || !d.HasChanges && d.Applicable {
		return
	}
	verb := "Plan for network "
	if d.Mode == string(plan.ModeDestroy) {
		verb = "Plan to destroy network "
	}
	if d.Mode == string(plan.ModeRollback) {
		verb = "Plan to roll back network "
	}
	p.line(p.color(bold, verb+p.address(d.Network)), " under ", p.word(d.Prefix), ", serial ", plainNumber(d.Serial),
		" → ", plainNumber(d.Serial+1), ", read at revision ", plainNumber(d.Revision))
	p.space()
}

func (p *page) planWarnings(d *PlanDocument) {
	if p.o.Quiet {
		p.danger(d.Rescue)
		return
	}
	for i := range d.Warnings {
		p.diagnostic(&d.Warnings[i])
		p.space()
	}
}

// section titles the groups of changes.
func section(a plan.Action) string {
	switch a {
	case plan.Delete:
		return "Delete"
	case plan.Update:
		return "Update"
	case plan.Create:
		return "Create"
	default:
		return "State only"
	}
}

// changes adds the changes under the title of their group.
func (p *page) changes(all []ChangeDocument) {
	perSection := map[string]int{}
	for i := range all {
		perSection[section(all[i].action())]++
	}
	last := ""
	for i := range all {
		c := &all[i]
		title := section(c.action())
		if title == "State only" && p.o.Quiet {
			continue
		}
		if title != last {
			p.space()
			p.line(p.color(bold, title), " ", p.color(dim, number(perSection[title])))
			p.space()
			last = title
		}
		p.change(c)
	}
	p.space()
}

func (p *page) change(c *ChangeDocument) {
	if c.action().StateOnly() {
		p.line("  ", p.title(c), p.changeNote(c), p.stateOnly(c))
		p.notes(c)
		return
	}
	p.line("  ", p.title(c), p.changeNote(c))
	if isRole(c) {
		p.permissions(c)
		return
	}
	p.notes(c)
	switch c.action() {
	case plan.Create:
		p.created(c)
	case plan.Delete:
		p.deleted(c)
	default:
		p.updated(c)
	}
}

// title is an object's sign, address and identity.
func (p *page) title(c *ChangeDocument) string {
	return p.sign(c.action()) + " " + p.color(bold, p.address(c.Address)) + "  " + p.color(dim, p.value(c.ID))
}

// changeNote is the object's reason, where its fields don't say it.
func (p *page) changeNote(c *ChangeDocument) string {
	var remarks []string
	if c.GeneratedID {
		remarks = append(remarks, "id generated")
	}
	switch reason := plan.Reason(c.Reason); reason {
	case plan.Changed, plan.Both, plan.TakenOver, plan.Restored, plan.Converged:
	case plan.Drift:
		remarks = append(remarks, driftOfObject(c)...)
	case plan.Renamed:
		remarks = append(remarks, "renamed from "+p.address(c.Was))
	case plan.Adopted, plan.Replaced:
		remarks = append(remarks, c.Reason)
	case plan.Follows:
		remarks = append(remarks, "follows from another deletion")
	default:
		remarks = append(remarks, p.word(c.Reason))
	}
	return p.noted(remarks...)
}

func driftOfObject(c *ChangeDocument) []string {
	switch c.action() {
	case plan.Create:
		return []string{"drift, deleted outside"}
	case plan.Forget:
		return []string{"deleted outside already"}
	default:
		return nil
	}
}
