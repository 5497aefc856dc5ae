package engine

import (
	"fmt"
	"strings"
)

// diffContext is how many equal lines surround a difference.
const diffContext = 3

// Diff is the difference between a file and its canonical form, as a unified diff.
func Diff(f *Formatted) string {
	old, now := lines(f.Before), lines(f.After)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s (formatted)\n", f.Name, f.Name)
	for _, h := range hunks(edits(old, now)) {
		h.write(&b)
	}
	return b.String()
}

// edit is one line of a diff: kept (' '), removed ('-') or added ('+'), at its
// place in both texts.
type edit struct {
	sign     byte
	text     string
	old, now int
}

// lines cuts a text after each line end. The last line may lack one.
func lines(text []byte) []string {
	var out []string
	for l := range strings.Lines(string(text)) {
		out = append(out, l)
	}
	return out
}

// edits pairs the lines of two texts. Formatting moves no line and drops only
// few, so a line is looked for close by, not everywhere.
func edits(old, now []string) []edit {
	var out []edit
	i, j := 0, 0
	for i < len(old) || j < len(now) {
		if i < len(old) && j < len(now) && old[i] == now[j] {
			out = append(out, edit{' ', old[i], i, j})
			i, j = i+1, j+1
			continue
		}
		di, dj := resync(old[i:], now[j:])
		for range di {
			out = append(out, edit{'-', old[i], i, j})
			i++
		}
		for range dj {
			out = append(out, edit{'+', now[j], i, j})
			j++
		}
	}
	return out
}

// resyncWithin is how far ahead an equal line is looked for.
const resyncWithin = 64

// resync is how many lines of each text come before they are equal again.
func resync(old, now []string) (int, int) {
	for sum := 1; sum <= resyncWithin; sum++ {
		for d := range sum + 1 {
			i, j := sum-d, d
			if i < len(old) && j < len(now) && old[i] == now[j] && strings.TrimSpace(old[i]) != "" {
				return i, j
			}
		}
	}
	return min(len(old), resyncWithin), min(len(now), resyncWithin)
}

// hunk is a run of edits with what surrounds them.
type hunk []edit

func hunks(all []edit) []hunk {
	var out []hunk
	for i := 0; i < len(all); i++ {
		if all[i].sign == ' ' {
			continue
		}
		from, last := max(i-diffContext, 0), i
		for i++; i < len(all) && i-last <= 2*diffContext; i++ {
			if all[i].sign != ' ' {
				last = i
			}
		}
		i = last
		out = append(out, all[from:min(last+diffContext+1, len(all))])
	}
	return out
}

func (h hunk) write(b *strings.Builder) {
	olds, nows := 0, 0
	for _, e := range h {
		if e.sign != '+' {
			olds++
		}
		if e.sign != '-' {
			nows++
		}
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", position(h[0].old, olds), position(h[0].now, nows))
	for _, e := range h {
		b.WriteByte(e.sign)
		b.WriteString(e.text)
		if !strings.HasSuffix(e.text, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// position is the place of a hunk in one text: of none of its lines, it is the
// line before.
func position(at, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", at)
	}
	return fmt.Sprintf("%d,%d", at+1, count)
}
