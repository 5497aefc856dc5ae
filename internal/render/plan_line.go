package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// shownIntent is how much of a digest is shown in tables: enough to compare by
// eye, and for --expect-digest.
const shownIntent = 12

// planLine is the summary in one line, and last the digest by which exactly
// this change can be applied.
func (p *page) planLine(d *PlanDocument) {
	if n := len(d.Conflicts); n > 0 {
		p.line(p.color(red, counted(n, "conflict", "conflicts")+": this plan can't be applied."))
	}
	if n := denied(d.Policies); n > 0 {
		p.line(p.color(red, "Denied by "+counted(n, "policy", "policies")+": this plan can't be applied."))
	}
	if !d.HasChanges && d.Applicable {
		p.line(p.nothing(d), p.unshown(len(d.Warnings), d.Rescue))
		p.ofSnapshot(d)
		p.accessLines(d.Access, d.Snapshot != nil)
		return
	}
	s := &d.Summary
	p.line(p.color(bold, "Plan: "), p.mainCounts(&s.ActionCounts, "to delete", "to update", "to create"), sideCounts(&s.ActionCounts), ". ",
		counted(s.InSync, "object", "objects"), " in sync.", p.unshown(len(d.Warnings), d.Rescue))
	p.continues(d.Continued, d.ClusterID)
	p.ofSnapshot(d)
	p.accessLines(d.Access, d.Snapshot != nil)
	if d.Intent != "" {
		p.line(p.color(dim, "Intent digest"), " ", p.word(d.Intent))
	}
}

func (p *page) nothing(d *PlanDocument) string {
	text := "The network is as the configuration says"
	if d.Mode == string(plan.ModeDestroy) {
		text = "Nothing is left to destroy"
	}
	if d.Mode == string(plan.ModeRollback) {
		text = "Everything is as it was then"
		if len(d.Warnings) > 0 {
			text = "What can come back is as it was then"
		}
	}
	return p.color(green, "No changes.") + " " + text + " (" + counted(d.Summary.Objects, "object", "objects") + ", revision " + plainNumber(d.Revision) + ")."
}

// unshown counts the warnings that are left out, so that none is lost unseen.
// That of a rescue user is never left out.
func (p *page) unshown(warnings int, rescue bool) string {
	if rescue {
		warnings--
	}
	if !p.o.Quiet || warnings <= 0 {
		return ""
	}
	return " " + p.tally(0, warnings) + " not shown."
}

// mainCounts are the counts of what is written, always all three.
func (p *page) mainCounts(n *ActionCounts, deleted, updated, created string) string {
	part := func(count int, c paint, word string) string {
		text := number(count) + " " + word
		if count == 0 {
			return text
		}
		return p.color(c, text)
	}
	return part(n.Delete, red, deleted) + ", " + part(n.Update, yellow, updated) + ", " + part(n.Create, green, created)
}

// sideCounts are the counts of what else there is, if any.
func sideCounts(n *ActionCounts) string {
	var parts []string
	for _, c := range []struct {
		count int
		word  string
	}{{n.Adopt, "adopted"}, {n.Forget, "forgotten"}, {n.Record, "recorded"}, {n.Drift, "drifted"}} {
		if c.count > 0 {
			parts = append(parts, number(c.count)+" "+c.word)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}

// short is the beginning of a digest or a commit.
func (p *page) short(s string) string {
	// Redacted before it is cut: the beginning of a secret is not searched.
	if s = p.redact.text(s); len(s) > shownIntent && !strings.Contains(s, masked) {
		return Escape(s[:shownIntent]) + "…"
	}
	return Escape(s)
}
