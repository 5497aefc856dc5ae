package render

import (
	"io"
	"strings"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Drift shows how the live network differs from what was last applied: each
// field with both values and the revision at which its key last moved.
func Drift(w io.Writer, r *drift.Report, o Options) error {
	d := NewDrift(r)
	d.Journal = NewJournal(o.Journal)
	d.Restored = o.Restored
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	t := newPage(o)
	t.driftText(&d)
	return t.flush(w)
}

func (p *page) driftText(d *DriftDocument) {
	if !p.o.Quiet {
		p.driftHeader(d)
		for i := range d.Objects {
			p.drifted(&d.Objects[i])
		}
		p.unmanaged(d.Unmanaged)
	} else {
		p.danger(d.Rescue)
	}
	p.space()
	p.driftLine(d)
	if !p.o.Quiet {
		p.since(d.Since)
	}
	if d.IgnoredFields > 0 {
		p.line(counted(d.IgnoredFields, "drifted field", "drifted fields"), " ignored by rules.")
	}
	if d.Configuration == string(drift.Ahead) {
		p.line("The configuration is not the one that was last applied: `sigilform plan` shows what it would change.")
	}
	p.unchecked(d)
}

func (p *page) driftHeader(d *DriftDocument) {
	p.line(p.color(bold, "Drift of network "+p.address(d.Network)), " under ", p.word(d.Prefix), ", read at revision ", plainNumber(d.Revision))
	p.line("Last applied: serial ", plainNumber(d.Serial), by(p.word(d.AppliedBy)), " at ", moment(d.AppliedAt), p.commit(d.Commit))
	p.space()
	if len(d.Objects) > 0 {
		p.line(p.color(dim, "applied → live"))
		p.space()
	}
}

func by(actor string) string {
	if actor == "" {
		return ""
	}
	return " by " + actor
}

func (p *page) commit(commit string) string {
	if commit == "" {
		return ""
	}
	return ", commit " + p.short(commit)
}

func (p *page) drifted(c *ChangeDocument) {
	gone := ""
	if c.action() == plan.Create {
		gone = p.noted("deleted outside")
	}
	title := p.color(yellow, "~")
	if gone != "" {
		title = p.color(red, "-")
	}
	p.line("  ", title, " ", p.color(bold, p.address(c.Address)), "  ", p.color(dim, p.value(c.ID)), gone)
	if isRole(c) {
		p.driftPermissions(c)
		return
	}
	p.notes(c)
	single, many := sets(visible(c.Fields))
	if gone != "" {
		p.goneFields(single)
	} else {
		for _, f := range single {
			p.driftField(f)
		}
	}
	for _, s := range many {
		p.driftSet(s, gone != "")
	}
}

// goneFields are what was applied to an object that is not there any more.
func (p *page) goneFields(fields []*FieldDocument) {
	f := p.fill(inner)
	for _, x := range fields {
		text := p.name(x.Name) + ": " + p.shown(x.Last) + " → " + p.shown(x.Old)
		f.add(text + p.atRevision(x.Revision))
	}
	f.end()
}

// driftField is one field: applied → live, and when its key last moved.
func (p *page) driftField(f *FieldDocument) {
	seen := FieldDocument{Name: f.Name, Action: string(plan.Update), Old: f.Last, New: f.Old}
	start := p.name(f.Name) + ": "
	if f.Last == nil || f.Old == nil || f.Last.Sensitive || f.Old.Sensitive {
		p.line(inner, p.driftSign(f), " ", start, p.bothShown(f), p.atRevision(f.Revision))
		return
	}
	before, after := p.redact.text(f.Last.text()), p.redact.text(f.Old.text())
	segments, ok := diffed(before, after)
	switch {
	case !ok:
		p.line(inner, p.driftSign(f), " ", start, p.shown(seen.Old), " → ", p.shown(seen.New), p.atRevision(f.Revision))
	case strings.Contains(before+after, "\n"):
		p.line(inner, p.driftSign(f), " ", start, p.atRevision(f.Revision))
		p.diffBlock(inner+"    ", segments)
	default:
		p.line(inner, p.driftSign(f), " ", start, p.diffLine(segments), p.atRevision(f.Revision))
	}
}

func (p *page) bothShown(f *FieldDocument) string {
	if f.Last != nil && f.Old != nil && f.Last.Sensitive && f.Old.Sensitive {
		return masked + " " + p.word(f.Last.Fingerprint) + " → " + p.word(f.Old.Fingerprint)
	}
	return p.shown(f.Last) + " → " + p.shown(f.Old)
}

// driftSign says what others did: the reverse of what a plan would do.
func (p *page) driftSign(f *FieldDocument) string {
	switch {
	case f.Old == nil:
		return p.sign(plan.Delete)
	case f.action() == plan.Delete:
		return p.sign(plan.Create)
	default:
		return p.sign(plan.Update)
	}
}

func (p *page) atRevision(revision int64) string {
	if revision == 0 {
		return ""
	}
	return " " + p.color(cyan, "(revision "+plainNumber(revision)+")")
}

// driftSet is the members that others added and removed.
func (p *page) driftSet(s memberSet, gone bool) {
	parts := make([]string, 0, len(s.members))
	if gone {
		members := make([]string, 0, len(s.members))
		for _, f := range s.members {
			members = append(members, p.member(f))
		}
		p.line(inner, p.name(s.name), ": ", strings.Join(memberNames(members), ", "))
		return
	}
	for _, f := range s.members {
		parts = append(parts, p.driftSign(f)+" "+p.member(f)+p.atRevision(f.Revision))
	}
	p.line(inner, p.sign(plan.Update), " ", p.name(s.name), ": ", strings.Join(parts, ", "))
}

func (p *page) driftLine(d *DriftDocument) {
	checked := counted(d.CheckedObjects, "object", "objects") + " (" + counted(d.CheckedFields, "field", "fields") + ")"
	if !d.Drifted {
		p.line(p.color(green, "No drift"), " since serial ", plainNumber(d.Serial), ". ", checked, " checked at revision ", plainNumber(d.Revision), ".")
		return
	}
	verb := " differ from"
	if d.DriftedFields == 1 {
		verb = " differs from"
	}
	p.line(p.color(yellow, "Drift:"), " ", counted(d.DriftedFields, "field", "fields"), " of ", counted(len(d.Objects), "object", "objects"),
		verb, " serial ", plainNumber(d.Serial), ". ", checked, " checked at revision ", plainNumber(d.Revision), ".")
}
