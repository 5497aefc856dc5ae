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
		if d := levenshtein.Distance(name, c, nil); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
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
