package engine

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	got := Diff(&Formatted{Name: "a.hcl", Before: []byte("a\nb  = 1\nc\n\n\n"), After: []byte("a\nb = 1\nc\n")})
	want := "--- a.hcl\n+++ a.hcl (formatted)\n@@ -1,5 +1,3 @@\n a\n-b  = 1\n+b = 1\n c\n-\n-\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Diff(&Formatted{Name: "a", Before: []byte("x"), After: []byte("x\n")}); !strings.Contains(got, "-x\n\\ No newline at end of file\n+x\n") {
		t.Errorf("got\n%s", got)
	}
}

// TestDiffPatches holds that a diff makes one text of the other.
func TestDiffPatches(t *testing.T) {
	t.Parallel()
	line := rapid.SampledFrom([]string{"a\n", "b\n", "  a\n", "\n", "c {\n", "}\n"})
	rapid.Check(t, func(r *rapid.T) {
		before := strings.Join(rapid.SliceOfN(line, 0, 30).Draw(r, "before"), "")
		after := strings.Join(rapid.SliceOfN(line, 0, 30).Draw(r, "after"), "")
		diff := Diff(&Formatted{Name: "f", Before: []byte(before), After: []byte(after)})
		if got, err := patched(before, diff); err != nil || got != after {
			r.Fatalf("the diff makes %q, want %q (%v):\n%s", got, after, err, diff)
		}
	})
}

var hunk = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// patched applies a unified diff strictly: every hunk at its place, with the
// lines and the counts that it says.
func patched(before, diff string) (string, error) { //nolint:gocyclo // one case for each kind of line
	old, out := strings.SplitAfter(before, "\n"), []string{}
	old = old[:len(old)-1]
	at, left, right := 0, 0, 0
	for n, line := range strings.SplitAfter(diff, "\n") {
		m := hunk.FindStringSubmatch(line)
		switch {
		case left == 0 && right == 0 && m != nil:
			first := number(m[1], "")
			left, right = number(m[2], "1"), number(m[4], "1")
			if left > 0 {
				first--
			}
			if first < at || first > len(old) {
				return "", fmt.Errorf("line %d: no such place", n+1)
			}
			out, at = append(out, old[at:first]...), first
			if start := number(m[3], ""); start != len(out)+min(right, 1) {
				return "", fmt.Errorf("line %d: it comes to line %d", n+1, len(out))
			}
		case left == 0 && right == 0:
			if line != "" && !strings.HasPrefix(line, "--- ") && !strings.HasPrefix(line, "+++ ") {
				return "", fmt.Errorf("line %d: %q is outside of a hunk", n+1, line)
			}
		case strings.HasPrefix(line, "+"):
			out, right = append(out, line[1:]), right-1
		case line == "" || at == len(old) || line[1:] != old[at]:
			return "", fmt.Errorf("line %d: %q is not there", n+1, line)
		case line[0] == '-':
			at, left = at+1, left-1
		case line[0] == ' ':
			out, at, left, right = append(out, old[at]), at+1, left-1, right-1
		default:
			return "", fmt.Errorf("line %d: %q", n+1, line)
		}
	}
	if left != 0 || right != 0 {
		return "", errors.New("the last hunk is cut")
	}
	return strings.Join(append(out, old[at:]...), ""), nil
}

func number(text, otherwise string) int {
	n, err := strconv.Atoi(cmp.Or(text, otherwise))
	if err != nil {
		return -1
	}
	return n
}
