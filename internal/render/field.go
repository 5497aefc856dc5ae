package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// field adds one field of an update: its sign, its name, old → new, and why.
func (p *page) field(indent string, f *FieldDocument) {
	start := indent + p.sign(f.action()) + " " + p.name(f.Name) + ": "
	note := p.note(f)
	if f.Old == nil || f.New == nil || f.Old.Sensitive || f.New.Sensitive {
		p.plainField(indent, start, f, note)
		return
	}
	before, after := p.redact.text(f.Old.text()), p.redact.text(f.New.text())
	segments, ok := diffed(before, after)
	switch {
	case !ok:
		p.line(start, p.shown(f.Old), " → ", p.shown(f.New), note)
	case strings.Contains(before+after, "\n"):
		p.line(start, note)
		p.diffBlock(indent+"    ", segments)
	default:
		p.line(start, p.diffLine(segments), note)
	}
}

// plainField is a field with one value, or with values that can't be compared.
func (p *page) plainField(indent, start string, f *FieldDocument, note string) {
	switch {
	case f.Old != nil && f.New != nil && f.Old.Sensitive && f.New.Sensitive:
		p.line(start, masked, " ", p.word(f.Old.Fingerprint), " → ", p.word(f.New.Fingerprint), note)
	case f.Old != nil && f.New != nil:
		p.line(start, p.shown(f.Old), " → ", p.shown(f.New), note)
	case f.New != nil:
		p.oneValue(indent, start, f.New, note)
	case f.Old != nil:
		p.oneValue(indent, start, f.Old, note)
	default:
		p.line(strings.TrimSuffix(start, ": "), note)
	}
}

// oneValue shows a value, with its lines below where it has several.
func (p *page) oneValue(indent, start string, v *ValueDocument, note string) {
	if v.Sensitive || !strings.Contains(v.text(), "\n") {
		p.line(start, p.shown(v), note)
		return
	}
	p.line(start, note)
	for line := range strings.Lines(p.redact.text(v.text())) {
		p.line(indent, "    ", p.color(dim, "│ "), Escape(strings.TrimSuffix(line, "\n")))
	}
}

// text is a value's text, empty where it has none.
func (v *ValueDocument) text() string {
	if v == nil || v.Text == nil {
		return ""
	}
	return *v.Text
}

// shown is a value in one line.
func (p *page) shown(v *ValueDocument) string {
	switch {
	case v == nil:
		return p.color(dim, "absent")
	case v.Sensitive:
		return strings.TrimRight(masked+" "+p.word(v.Fingerprint), " ")
	case v.Address != "":
		return p.address(v.Address) + " [" + p.word(v.text()) + "]"
	}
	return p.value(v.text())
}

// name is a field's name; others may have chosen the part after the dot.
func (p *page) name(s string) string { return p.value(s) }

// note says why a field changes, where it is not the obvious reason.
func (p *page) note(f *FieldDocument) string {
	why := p.why(f)
	if f.Generated && !f.Stamp {
		why = append([]string{"generated"}, why...)
	}
	return p.noted(why...)
}

// noted puts remarks in parentheses.
func (p *page) noted(remarks ...string) string {
	if len(remarks) == 0 {
		return ""
	}
	return " " + p.color(cyan, "("+strings.Join(remarks, ", ")+")")
}

// why lists the reason and, where it differs from both ends, what was applied.
func (p *page) why(f *FieldDocument) []string {
	reason := p.word(f.Reason)
	switch f.reason() {
	case plan.Changed:
		return nil
	case plan.Drift:
		reason = driftReason(f)
	case plan.Both:
		reason = bothReason(f.action())
	default:
	}
	if p.lastDiffers(f) {
		reason += ": was " + p.shown(f.Last) + " when last applied"
	}
	return []string{reason}
}

// driftReason says what others did.
func driftReason(f *FieldDocument) string {
	switch {
	case f.action() == plan.Create && f.Old == nil:
		return "drift, deleted outside"
	case f.action() == plan.Delete && f.Last == nil:
		return "drift, added outside"
	}
	return string(plan.Drift)
}

// bothReason says what others did to what the configuration changes too.
func bothReason(a plan.Action) string {
	switch a {
	case plan.Create:
		return "changed here, deleted outside"
	case plan.Delete:
		return "removed here, changed outside"
	default:
		return string(plan.Both)
	}
}

// lastDiffers reports whether what was last applied is a third value.
func (p *page) lastDiffers(f *FieldDocument) bool {
	return f.Last != nil && !f.Member && !f.Last.equal(f.Old) && !f.Last.equal(f.New)
}

func (v *ValueDocument) equal(o *ValueDocument) bool {
	return v != nil && o != nil && v.Sensitive == o.Sensitive && v.Fingerprint == o.Fingerprint && v.text() == o.text()
}
