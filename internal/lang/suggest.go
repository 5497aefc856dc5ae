package lang

import (
	"slices"

	"github.com/agext/levenshtein"
)

// Nearest returns the candidate that a misspelled name most likely meant, or
// nothing where none is near.
func Nearest(name string, candidates []string) string {
	best, bestDistance := "", min(3, max(1, len(name)/2))+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if c == name || abs(len(c)-len(name)) >= bestDistance {
			continue
		}
		if d := distance(name, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts the slips between two names. Two neighbouring letters in the
// wrong order are one slip, since that is how names are mistyped most.
func distance(a, b string) int {
	if swapped(a, b) {
		return 1
	}
	return levenshtein.Distance(a, b, nil)
}

func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// DidYouMean is a hint that names the nearest candidate; empty where none is near.
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return `did you mean "` + near + `"?`
	}
	return ""
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
