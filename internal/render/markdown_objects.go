package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// leftOutRoom is kept for what says what was left out.
const leftOutRoom = 4096

// look is how the objects of a report are shown.
type look struct {
	show func(*page, *ChangeDocument)
	// section titles the group of an object, lead begins its lines where they
	// have no sign of their own.
	section, lead func(*ChangeDocument) string
}

// ofChange shows what a plan does.
func ofChange() look {
	return look{
		show:    (*page).change,
		section: func(c *ChangeDocument) string { return section(c.action()) },
		lead: func(c *ChangeDocument) string {
			switch c.action() {
			case plan.Create:
				return "+ "
			case plan.Delete:
				return "- "
			default:
				return "  "
			}
		},
	}
}

// ofDrifted shows what others did: what an apply would create they deleted.
func ofDrifted() look {
	return look{
		show:    (*page).drifted,
		section: func(*ChangeDocument) string { return "Drift" },
		lead: func(c *ChangeDocument) string {
			if c.action() == plan.Create {
				return "- "
			}
			return "  "
		},
	}
}

// objects adds a collapsed block for each change, deletions first, as the plan
// has them. One that does not fit is left out whole, and counted.
func (m *markdown) objects(all []ChangeDocument, l look) {
	var left []*ChangeDocument
	title := ""
	for i := range all {
		c := &all[i]
		head := ""
		if s := l.section(c); s != title {
			head = "#### " + s + "\n\n"
		}
		if !m.add(head + m.object(c, l)) {
			left = append(left, c)
			continue
		}
		title = l.section(c)
	}
	m.leftOut(left, l)
}

// object is one change, collapsed.
func (m *markdown) object(c *ChangeDocument, l look) string {
	p := &page{o: m.page.o, redact: m.page.redact, prefix: m.page.prefix}
	l.show(p, c)
	lines := strings.Split(strings.TrimRight(p.redact.text(p.b.String()), "\n"), "\n")
	summary := strings.TrimSpace(lines[0])
	body := m.diff(l.lead(c), lines[1:])
	if body == "" {
		return "- " + code(summary) + "\n\n"
	}
	return "<details><summary>" + code(summary) + "</summary>\n\n" + fenced("diff", body) + "\n</details>\n\n"
}

// diff makes the lines of fields such that a viewer of differences colours them.
func (m *markdown) diff(lead string, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		text := strings.TrimPrefix(line, inner)
		if strings.TrimSpace(text) == "" {
			continue
		}
		switch {
		case strings.HasPrefix(text, lead):
		case lead != "  ":
			text = lead + text
		case strings.HasPrefix(text, "~ "):
			text = "! " + strings.TrimPrefix(text, "~ ")
		case !strings.HasPrefix(text, "+ ") && !strings.HasPrefix(text, "- "):
			text = lead + text
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// leftOut says what there was no room for: how many by action and kind, and as
// many names as fit.
func (m *markdown) leftOut(left []*ChangeDocument, l look) {
	if len(left) == 0 {
		return
	}
	m.room, m.reserve = m.room+m.reserve, 0
	counts, order := map[string]int{}, []string{}
	addresses := map[string][]string{}
	for _, c := range left {
		key := strings.ToLower(l.section(c)) + ", " + c.Kind
		if counts[key] == 0 {
			order = append(order, key)
		}
		counts[key]++
		addresses[key] = append(addresses[key], c.Address)
	}
	if !m.add("#### Left out here\n\nThere is no room for the fields of " + counted(len(left), "object", "objects") + "; the plan itself has them.\n\n") {
		return
	}
	for _, key := range order {
		line := "- " + m.prose(key) + ": " + number(counts[key])
		named := line + " – " + m.named(addresses[key], m.room/(2*len(order))) + "\n"
		if !m.add(named) && !m.add(line+"\n") {
			return
		}
	}
	m.add("\n")
}

// named lists addresses, the instances of a block as one, as long as there is room.
func (m *markdown) named(all []string, room int) string {
	var parts []string
	groups := groupAddresses(all)
	for i, g := range groups {
		part := code(m.page.redact.text(g.short()))
		if room -= m.limit.measure(part) + 2; room < 0 {
			parts = append(parts, "and "+number(len(groups)-i)+" more")
			break
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// items adds a list under a title as far as it fits into a share of the room, and
// counts the rest.
func (m *markdown) items(title string, all []string, share int) {
	if len(all) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString(title)
	share = min(share, m.room) - m.limit.measure(title)
	for i, item := range all {
		if share -= m.limit.measure(item); share < 0 {
			b.WriteString("- and " + number(len(all)-i) + " more\n")
			break
		}
		b.WriteString(item)
	}
	b.WriteString("\n")
	if n := m.limit.measure(b.String()); n <= m.room+m.reserve {
		m.b.WriteString(b.String())
		m.room -= n
	}
}

// problems are the findings as items of a list: what stands in the way first.
// Drift is told with its objects.
func (r *Report) problems(m *markdown) []string {
	var out []string
	for _, f := range r.findings(m.page.redact) {
		if f.rule == ruleDrift || f.rule == ruleError && r.Error != nil {
			continue
		}
		item := "- " + [...]string{"❌", "⚠️", "☑️"}[f.level] + " **" + m.prose(f.title) + "**"
		if path, line := r.file(&f); path != "" {
			item += " at " + code(m.page.redact.text(path)+":"+plainNumber(line))
		} else if f.address != "" {
			item += " in " + code(f.address)
		}
		if f.message != "" {
			item += ": " + m.prose(f.message)
		}
		out = append(out, item+"\n")
	}
	return out
}

func (m *markdown) others(all []UnmanagedDocument) []string {
	out := make([]string, 0, len(all))
	for _, u := range all {
		item := "- " + m.prose(u.Kind) + " " + code(m.page.redact.text(u.ID))
		if u.Title != "" {
			item += " (" + code(m.page.redact.text(u.Title)) + ")"
		}
		out = append(out, item+"\n")
	}
	return out
}
