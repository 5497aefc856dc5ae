package render

import "strings"

// table is rows of cells in columns that line up. The first row is the title.
type table struct {
	rows  [][]string
	right []bool
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// table adds a table after an indent. Columns with a title only are left out.
func (p *page) table(indent string, t *table) {
	widths := t.widths()
	for i, row := range t.rows {
		line := t.line(row, widths)
		if i == 0 {
			line = p.color(dim, line)
		}
		p.line(indent, line)
	}
}

// rows adds a table without titles.
func (p *page) rows(indent string, t *table) {
	t.rows = append([][]string{nil}, t.rows...)
	widths := t.widths()
	for _, row := range t.rows[1:] {
		p.line(indent, t.line(row, widths))
	}
}

func (t *table) line(row []string, widths []int) string {
	var b strings.Builder
	for j, cell := range row {
		if widths[j] == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("  ")
		}
		b.WriteString(t.cell(j, cell, widths[j]))
	}
	return strings.TrimRight(b.String(), " ")
}

func (t *table) cell(column int, text string, to int) string {
	if column < len(t.right) && t.right[column] {
		return padLeft(text, to)
	}
	return pad(text, to)
}

// widths are those of the columns, 0 for one without content below its title.
func (t *table) widths() []int {
	var widths []int
	filled := map[int]bool{}
	for i, row := range t.rows {
		for j, cell := range row {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], min(visibleWidth(cell), maxColumn))
			filled[j] = filled[j] || i > 0 && cell != ""
		}
	}
	for j := range widths {
		if !filled[j] {
			widths[j] = 0
		}
	}
	return widths
}
