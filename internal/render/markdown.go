package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// Marker is the hidden first line by which a comment on a network is found and
// updated in place. Others' comments don't have it.
func Marker(network string) string {
	return "<!-- sigilform:" + strings.ReplaceAll(htmlText(network), "--", "- -") + " -->"
}

// Markdown is the report as a comment on a pull request: what was come to, what
// stands in the way, what is lost, what changes, what comes, and how to apply
// exactly this. Where it is too long for the limit, whole objects are left out,
// and it says which. It is empty where not even its title fits. Texts are redacted
// one by one: a secret may be a word that the elements need.
func (r *Report) Markdown(limit Limit, o Options) string {
	m := &markdown{page: newPage(Options{Secrets: o.Secrets, Veil: o.Veil, Strict: o.Strict}), limit: limit, reserve: leftOutRoom}
	m.top(r)
	foot := m.foot(r)
	m.room = limit.Max - limit.measure(m.b.String()) - limit.measure(foot) - m.reserve
	if m.room+m.reserve < 0 {
		return m.least(r)
	}
	m.failure(r)
	m.items("", r.problems(m), m.room/2)
	if r.Plan != nil {
		m.page.prefix = r.Plan.Prefix
		m.objects(r.Plan.Changes, ofChange())
		m.items("#### Others' objects\n\n", m.others(r.Plan.Unmanaged), m.room/2)
	}
	if r.Drift != nil {
		m.page.prefix = r.Drift.Prefix
		m.objects(r.Drift.Objects, ofDrifted())
		m.items("#### Others' objects\n\n", m.others(r.Drift.Unmanaged), m.room/2)
	}
	return m.b.String() + foot
}

// least is what is left of a report for which there is hardly any room: that
// there is one, or nothing at all.
func (m *markdown) least(r *Report) string {
	text := Marker(r.Network()) + "\n### " + m.title(r) + "\n\nThere is no room here for more.\n"
	if m.limit.measure(text) > m.limit.Max {
		return ""
	}
	return text
}

// markdown is a comment under construction.
type markdown struct {
	b strings.Builder
	// page renders the fields of objects, as the text does.
	page  *page
	limit Limit
	// room is what may still be added, reserve what is kept beside it for saying
	// what was left out.
	room, reserve int
}

// add adds a part if there is room for it.
func (m *markdown) add(part string) bool {
	n := m.limit.measure(part)
	if n > m.room {
		return false
	}
	m.b.WriteString(part)
	m.room -= n
	return true
}

// top is what is never cut.
func (m *markdown) top(r *Report) {
	m.b.WriteString(Marker(m.page.redact.text(r.Network())) + "\n")
	m.b.WriteString("### " + m.title(r) + "\n\n")
	switch {
	case r.Plan != nil:
		m.planTop(r)
	case r.Drift != nil:
		m.driftTop(r.Drift)
	case r.Validation != nil:
		m.validationTop(r.Validation)
	}
}

// failure says why the command failed, in at most a half of the room.
func (m *markdown) failure(r *Report) {
	if r.Error == nil || r.told() || r.Error.Summary == "" {
		return
	}
	const frame = "> [!CAUTION]\n> **.** \n\n"
	room := (m.room+m.reserve)/2 - m.limit.measure(frame)
	if room < 0 {
		return
	}
	summary := m.within(r.Error.Summary, room)
	detail := m.within(m.page.redact.sentences(r.Error.Detail, r.Error.Hint), room-m.limit.measure(summary))
	text := "> [!CAUTION]\n> **" + summary + ".** " + detail + "\n\n"
	m.b.WriteString(text)
	m.room -= m.limit.measure(text)
	m.items("", m.moved(r.Error.Moved), m.room/2)
}

// moved are the keys that others wrote since the plan.
func (m *markdown) moved(all []MovedKey) []string {
	out := make([]string, 0, len(all))
	for _, k := range all {
		item := "- " + code(m.page.redact.text(k.Key))
		if k.Address != "" {
			item += " of " + code(m.page.redact.text(k.Address))
		}
		out = append(out, item+" moved: planned "+planned(k)+", found "+revisionOf(k.Found)+"\n")
	}
	return out
}

func (m *markdown) title(r *Report) string {
	sign := "✅"
	switch {
	case r.Error != nil || r.Validation != nil && !r.Validation.Valid || r.Plan != nil && !r.Plan.Applicable:
		sign = "❌"
	case r.Drift != nil && r.Drift.Drifted:
		sign = "⚠️"
	case r.Plan != nil && r.Applied == nil && r.Plan.HasChanges:
		sign = "📝"
	}
	title := sign + " " + m.prose(r.Command)
	if n := r.Network(); n != "" {
		title += ": network " + code(m.page.redact.text(n))
	}
	return title
}

func (m *markdown) planTop(r *Report) {
	d := r.Plan
	s := &d.Summary
	switch {
	case r.Applied != nil && r.Applied.Applied:
		m.b.WriteString("**Applied: " + m.page.mainCounts(&s.ActionCounts, "deleted", "updated", "created") + sideCounts(&s.ActionCounts) + ".** Serial " +
			plainNumber(r.Applied.Serial) + ", revision " + plainNumber(r.Applied.Revision) + ".\n\n")
	case !d.HasChanges:
		m.b.WriteString("**" + strings.Replace(m.page.nothing(d), "No changes.", "No changes.**", 1) + "\n\n")
	default:
		m.b.WriteString("**Plan: " + m.page.mainCounts(&s.ActionCounts, "to delete", "to update", "to create") + sideCounts(&s.ActionCounts) + ".** " +
			counted(s.InSync, "object", "objects") + " in sync.\n\n")
	}
	m.banner(r)
	if len(s.Kinds) == 0 {
		return
	}
	m.b.WriteString("| | delete | update | create | state | drift |\n|---|--:|--:|--:|--:|--:|\n")
	for i := range s.Kinds {
		k := &s.Kinds[i]
		m.b.WriteString("| " + m.prose(k.Kind) + " | " + strings.Join(k.cells(), " | ") + " |\n")
	}
	m.b.WriteString("\n")
}

// banner says what nobody should miss.
func (m *markdown) banner(r *Report) {
	d := r.Plan
	var lines []string
	if n := len(d.Conflicts); n > 0 {
		lines = append(lines, "**"+counted(n, "conflict", "conflicts")+": this plan can't be applied.**")
	}
	if n := denied(d.Policies); n > 0 {
		lines = append(lines, "**Denied by "+counted(n, "policy", "policies")+": this plan can't be applied.**")
	}
	if n := d.Summary.Delete; n > 0 && r.Applied == nil {
		verb := " are deleted."
		if n == 1 {
			verb = " is deleted."
		}
		lines = append(lines, "**"+counted(n, "object", "objects")+verb+"**")
	}
	if len(lines) > 0 {
		m.b.WriteString("> [!CAUTION]\n> " + strings.Join(lines, "\n>\n> ") + "\n\n")
	}
}

func (m *markdown) driftTop(d *DriftDocument) {
	m.b.WriteString(m.line(func(p *page) { p.driftLine(d) }) + "\n\n")
	m.b.WriteString("Last applied: serial " + plainNumber(d.Serial) + by(m.prose(d.AppliedBy)) + " at " + moment(d.AppliedAt) + ".\n\n")
}

func (m *markdown) validationTop(v *ValidationDocument) {
	if v.Valid {
		m.b.WriteString("The configuration passes every check.\n\n")
		return
	}
	m.b.WriteString("**" + m.page.tally(v.ErrorCount, v.WarningCount) + ".**\n\n")
}

// line is what a page says, as prose.
func (m *markdown) line(say func(*page)) string {
	p := newPage(m.page.o)
	say(p)
	return m.prose(strings.TrimSpace(p.b.String()))
}

// foot says how to apply exactly this.
func (m *markdown) foot(r *Report) string {
	if r.Plan == nil || r.Applied != nil {
		return ""
	}
	d := r.Plan
	text := "<sub>Serial " + plainNumber(d.Serial) + " → " + plainNumber(d.Serial+1) + ", read at revision " + plainNumber(d.Revision)
	if d.Commit != "" {
		text += ", commit " + code(m.page.redact.text(d.Commit))
	}
	text += ".</sub>\n"
	if d.HasChanges && d.Applicable && d.Mode != string(plan.ModeRollback) && d.Intent != "" {
		text += "\nApply exactly this: <code>sigilform " + verbOf(d.Mode) + " --expect-digest " + htmlText(m.page.redact.text(d.Intent)) + "</code>\n"
	}
	return text
}

func verbOf(mode string) string {
	if mode == string(plan.ModeDestroy) {
		return "destroy"
	}
	return "apply"
}
