package render

import "strings"

// longValue is the length from which on a changed text is shown as a diff.
const longValue = 40

// long reports whether a value needs more than a few words of a line.
func long(s string) bool { return len(s) > longValue || strings.Contains(s, "\n") }

// diffed returns the word diff of two values, where it is of use.
func diffed(before, after string) ([]segment, bool) {
	if !long(before) && !long(after) || len(before)+len(after) > maxDiffed {
		return nil, false
	}
	segments := wordDiff(before, after)
	return segments, strings.Contains(before+after, "\n") || alike(segments)
}

// segment prints one segment: marked without colours, painted with them.
func (p *page) segment(s segment) string {
	text := unmarked(Escape(s.text))
	switch {
	case s.kind == same:
		return text
	case p.o.Color && s.kind == removed:
		return p.color(struckRed, text)
	case p.o.Color:
		return p.color(green, text)
	case s.kind == removed:
		return "[-" + text + "-]"
	default:
		return "{+" + text + "+}"
	}
}

// struckRed is seen as removed also where colours can't be told apart.
const struckRed paint = "9;31"

// unmarked breaks up what would read as our own marks.
func unmarked(s string) string {
	return strings.NewReplacer("[-", `[\-`, "-]", `-\]`, "{+", `{\+`, "+}", `+\}`).Replace(s)
}

// diffLine is a diff of one line.
func (p *page) diffLine(segments []segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(p.segment(s))
	}
	return b.String()
}

// around is how many unchanged lines are shown beside a changed one.
const around = 1

// diffBlock adds a diff of several lines after an indent, with the lines that
// are far from any change left out.
func (p *page) diffBlock(indent string, segments []segment) {
	lines := splitLines(segments)
	near := nearChange(lines)
	for i := 0; i < len(lines); {
		if near[i] {
			p.line(indent, p.color(dim, "│ "), p.diffLine(lines[i]))
			i++
			continue
		}
		start := i
		for i < len(lines) && !near[i] {
			i++
		}
		p.line(indent, p.color(dim, "│ … "+counted(i-start, "line", "lines")+" unchanged"))
	}
}

// splitLines puts the segments of a diff into lines. The end of a line stays
// with its segment, so that an added or removed one shows as \n.
func splitLines(segments []segment) [][]segment {
	lines := [][]segment{nil}
	for _, s := range segments {
		for part := range strings.Lines(s.text) {
			last := len(lines) - 1
			text, ends := strings.CutSuffix(part, "\n")
			if ends && s.kind != same {
				text = part
			}
			if text != "" {
				lines[last] = append(lines[last], segment{kind: s.kind, text: text})
			}
			if ends {
				lines = append(lines, nil)
			}
		}
	}
	if last := len(lines) - 1; len(lines[last]) == 0 {
		lines = lines[:last]
	}
	return lines
}

func nearChange(lines [][]segment) []bool {
	near := make([]bool, len(lines))
	for i, line := range lines {
		for _, s := range line {
			if s.kind == same {
				continue
			}
			for j := max(i-around, 0); j <= min(i+around, len(lines)-1); j++ {
				near[j] = true
			}
		}
	}
	return near
}
