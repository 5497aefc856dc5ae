package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func phrase() *rapid.Generator[string] {
	word := rapid.SampledFrom([]string{"the", "quick", "fox", " ", " ", "\n", ".", "[-", "-]", "{+", "+}", `\`, "\xff", "東京", "\x1b[0m"})
	return rapid.Map(rapid.SliceOfN(word, 0, 30), func(l []string) string { return strings.Join(l, "") })
}

func TestWordDiffHoldsBothSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := phrase().Draw(t, "before"), phrase().Draw(t, "after")
		segments := wordDiff(before, after)
		if got := side(segments, added); got != before {
			t.Fatalf("old side is %q, want %q", got, before)
		}
		if got := side(segments, removed); got != after {
			t.Fatalf("new side is %q, want %q", got, after)
		}
	})
}

// side is the text without the segments of one kind.
func side(segments []segment, without segmentKind) string {
	var b strings.Builder
	for _, s := range segments {
		if s.kind != without {
			b.WriteString(s.text)
		}
	}
	return b.String()
}

// The marks alone, without colours, tell both sides too: text that looks like
// a mark is broken up.
func TestMarkedDiffHoldsBothSides(t *testing.T) {
	t.Parallel()
	p := newPage(Options{})
	rapid.Check(t, func(t *rapid.T) {
		before, after := phrase().Draw(t, "before"), phrase().Draw(t, "after")
		line := p.diffLine(wordDiff(before, after))
		oldSide, newSide := parseMarks(line)
		if want := Escape(before); unbroken(oldSide) != want {
			t.Fatalf("%s\nold side is %s, want %s", line, unbroken(oldSide), want)
		}
		if want := Escape(after); unbroken(newSide) != want {
			t.Fatalf("%s\nnew side is %s, want %s", line, unbroken(newSide), want)
		}
	})
}

func parseMarks(line string) (oldSide, newSide string) {
	for line != "" {
		open := strings.IndexAny(line, "[{")
		if open < 0 || open+1 >= len(line) {
			return oldSide + line, newSide + line
		}
		oldSide, newSide, line = oldSide+line[:open], newSide+line[:open], line[open:]
		switch {
		case strings.HasPrefix(line, "[-"):
			text, rest, _ := strings.Cut(line[2:], "-]")
			oldSide, line = oldSide+text, rest
		case strings.HasPrefix(line, "{+"):
			text, rest, _ := strings.Cut(line[2:], "+}")
			newSide, line = newSide+text, rest
		default:
			oldSide, newSide, line = oldSide+line[:1], newSide+line[:1], line[1:]
		}
	}
	return oldSide, newSide
}

// unbroken takes the single backslashes out that keep marks apart. All others
// are doubled, or begin one of our own spellings.
func unbroken(s string) string {
	return strings.NewReplacer(`\\`, `\\`, `[\-`, "[-", `-\]`, "-]", `{\+`, "{+", `+\}`, "+}").Replace(s)
}

func TestDiffedOnlyWhereItTellsMore(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("some words ", 10)
	for _, x := range []struct {
		name, before, after string
		want                bool
	}{
		{"short", "a b", "a c", false},
		{"long and alike", long + "a", long + "b", true},
		{"long and different", strings.Repeat("a", 50), strings.Repeat("b", 50), false},
		{"lines", "a\nb", "a\nc", true},
		{"too long", strings.Repeat("x ", maxDiffed), long, false},
	} {
		if _, ok := diffed(x.before, x.after); ok != x.want {
			t.Errorf("%s: diffed is %v", x.name, ok)
		}
	}
}

func BenchmarkWordDiff(b *testing.B) {
	before := strings.Repeat("one two three four five\n", 1000)
	after := strings.ReplaceAll(before, "three", "3")
	for b.Loop() {
		wordDiff(before, after)
	}
}
