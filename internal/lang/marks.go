package lang

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// mark is the type of all marks on values.
type mark string

// Sensitive marks a value that must never be shown.
const Sensitive mark = "sensitive"

const generatedPrefix = "generated:"

// generatedMark marks the null of an attribute that the plan would generate.
// There are few such names, so the sets of marks stay small.
func generatedMark(attribute string) mark { return mark(generatedPrefix + attribute) }

// IsSensitive reports whether a value, or anything in it, must not be shown.
func IsSensitive(v cty.Value) bool {
	if !v.ContainsMarked() {
		return false
	}
	_, paths := v.UnmarkDeepWithPaths()
	return slices.ContainsFunc(paths, func(p cty.PathValueMarks) bool { return isSecret(p.Marks) })
}

func isSecret(marks cty.ValueMarks) bool {
	_, ok := marks[Sensitive]
	return ok
}

// GeneratedName says which attribute a null stands for that the plan would
// generate; empty for every other value.
func GeneratedName(v cty.Value) string {
	bare, marks := v.Unmark()
	if !bare.IsNull() {
		return ""
	}
	var names []string
	for m := range marks {
		if s, ok := m.(mark); ok && strings.HasPrefix(string(s), generatedPrefix) {
			names = append(names, strings.TrimPrefix(string(s), generatedPrefix))
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// Unmark removes the marks of a value and of everything in it, and says whether
// any of it must not be shown.
func Unmark(v cty.Value) (bare cty.Value, sensitive bool) {
	sensitive = IsSensitive(v)
	bare, _ = v.UnmarkDeep()
	return bare, sensitive
}
