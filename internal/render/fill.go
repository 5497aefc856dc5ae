package render

import "strings"

// fill puts short items into as few lines as fit, without breaking any.
type fill struct {
	p *page
	// indent begins the first line, rest each further one.
	indent, rest string
	// lead is said before the first item.
	lead string
	line strings.Builder
	used int
	any  bool
}

// between keeps items apart.
const between = "   "

// fillWidth is the width to which items are put side by side.
const fillWidth = 100

func (p *page) fill(indent string) *fill { return &fill{p: p, indent: indent, rest: indent} }

func (f *fill) add(item string) {
	w := visibleWidth(item)
	before := f.indent + f.lead
	switch {
	case f.any && f.used+len(between)+w > f.width():
		f.flush()
		before, f.used = f.rest, 0
	case f.any:
		before = between
	}
	f.any = true
	f.line.WriteString(before)
	f.used += visibleWidth(before)
	f.line.WriteString(item)
	f.used += w
}

func (f *fill) width() int {
	if f.p.o.Width == 0 {
		return fillWidth
	}
	return min(max(f.p.o.Width, minWidth), fillWidth)
}

func (f *fill) flush() {
	f.p.line(f.line.String())
	f.line.Reset()
}

// end prints what is left.
func (f *fill) end() {
	if f.any {
		f.flush()
	}
}

// visibleWidth is the width of a text with our own colours in it.
func visibleWidth(s string) int {
	n := 0
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			return n + width(s)
		}
		n += width(s[:i])
		end := strings.IndexByte(s[i:], 'm')
		if end < 0 {
			return n
		}
		s = s[i+end+1:]
	}
}
