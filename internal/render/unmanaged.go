package render

import "strings"

// maxUnmanaged is how many objects of others a text lists.
const maxUnmanaged = 20

// unmanaged lists what others created, and what nobody here touches.
func (p *page) unmanaged(all []UnmanagedDocument) {
	if len(all) == 0 || p.o.Quiet {
		return
	}
	p.space()
	p.line(p.color(bold, "Unmanaged"), " ", p.color(dim, number(len(all))+", created by others and left alone"))
	p.space()
	if p.o.Summary {
		p.line("  ", unmanagedKinds(all))
		return
	}
	shown := all[:min(len(all), maxUnmanaged)]
	t := table{}
	for i := range shown {
		t.row(p.unmanagedRow(&shown[i])...)
	}
	p.rows("    ", &t)
	if more := len(all) - len(shown); more > 0 {
		p.line("    ", p.color(dim, "and "+number(more)+" more; the JSON lists all of them"))
	}
	p.space()
}

func (p *page) unmanagedRow(u *UnmanagedDocument) []string {
	title := ""
	if u.Title != "" && u.Title != u.ID {
		title = p.value(u.Title)
	}
	keys := counted(u.Keys, "key", "keys")
	if u.Remains {
		keys += ", remains of a deleted object"
	}
	return []string{p.value(u.Kind), p.value(u.ID), title, p.color(dim, keys)}
}

// unmanagedKinds counts by kind, in the order of the list.
func unmanagedKinds(all []UnmanagedDocument) string {
	var kinds []string
	counts := map[string]int{}
	for i := range all {
		if counts[all[i].Kind] == 0 {
			kinds = append(kinds, all[i].Kind)
		}
		counts[all[i].Kind]++
	}
	for i, kind := range kinds {
		kinds[i] = number(counts[kind]) + " of kind " + Escape(kind)
	}
	return strings.Join(kinds, ", ")
}

// maxColumn is the width from which on a value makes no column wider.
const maxColumn = 48
