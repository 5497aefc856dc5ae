package drift

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Rule is one pattern of drift that does not count. * stands for any run of
// characters, also dots and none; everything else stands for itself. A rule
// covers an object whose address it matches whole, and a field where it matches
// the address, a dot and the field's name.
type Rule struct{ text string }

// Rules are all of a run.
type Rules []Rule

// maxRule is how long a rule may be.
const maxRule = 1000

// ParseRule reads a rule.
func ParseRule(text string) (Rule, error) {
	switch {
	case text == "":
		return Rule{}, errors.New("it is empty")
	case len(text) > maxRule:
		return Rule{}, fmt.Errorf("it is longer than %d bytes", maxRule)
	case strings.Trim(text, "*.") == "":
		return Rule{}, errors.New("it would ignore everything")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return Rule{}, errors.New("it holds a control character")
	case !strings.Contains(text, "*") && !strings.Contains(text, "."):
		return Rule{}, errors.New("it is not an address: write KIND.NAME, KIND.NAME.FIELD or a * for what may be anything")
	}
	return Rule{text: text}, nil
}

// String is the rule as it was written.
func (r Rule) String() string { return r.text }

// covers reports whether the rule means a field of an object.
func (r Rule) covers(address, field string) bool {
	return glob(r.text, address) || glob(r.text, address+"."+field)
}

// Ignore takes the fields that rules cover out of the report, and objects of
// which nothing is left, and counts them. A rule that covers no field that
// drifted, and matches none of the known addresses, becomes a warning.
func (r *Report) Ignore(rules Rules) {
	if len(rules) == 0 {
		return
	}
	used := make([]bool, len(rules))
	var objects []plan.Change
	for _, o := range r.Objects {
		before := len(o.Fields)
		o.Fields = slices.DeleteFunc(slices.Clone(o.Fields), func(f plan.FieldChange) bool {
			return covered(rules, used, o.Address, f.Name)
		})
		r.IgnoredFields += before - len(o.Fields)
		if len(o.Fields) > 0 {
			objects = append(objects, o)
		}
	}
	r.Objects = objects
	r.Since = slices.DeleteFunc(slices.Clone(r.Since), func(s Since) bool { return covered(rules, used, s.Address, s.Field) })
	for i, rule := range rules {
		if !used[i] && !r.knows(rule) {
			r.Warnings = append(r.Warnings, diag.Diagnostic{
				Severity: diag.Warning, Summary: fmt.Sprintf("The rule %q ignores nothing", rule.text),
				Detail: "No object of the network has such an address or field.", Hint: "correct the rule, or remove it",
			})
		}
	}
}

// covered reports whether any rule covers a field, and notes all that do.
func covered(rules Rules, used []bool, address, field string) bool {
	found := false
	for i, rule := range rules {
		if rule.covers(address, field) {
			used[i], found = true, true
		}
	}
	return found
}

// knows reports whether a rule matches an object that was compared, or one of
// its fields, whether it drifted or not.
func (r *Report) knows(rule Rule) bool {
	for _, o := range r.compared {
		if glob(rule.text, o.address) || slices.ContainsFunc(o.fields, func(f string) bool { return glob(rule.text, o.address+"."+f) }) {
			return true
		}
	}
	return false
}

// glob reports whether a pattern matches a text whole. It takes time in
// proportion to both at most, whatever the pattern.
func glob(pattern, text string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		_, after, ok := strings.Cut(text, part)
		if !ok {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, last)
}

// Events leaves out of the events of a watch what rules cover, and events of
// which nothing is left.
func (rules Rules) Events(events []Event) []Event {
	used := make([]bool, len(rules))
	out := make([]Event, 0, len(events))
	for _, e := range events {
		if len(e.Fields) == 0 {
			if !covered(rules, used, e.Object.Address, "") {
				out = append(out, e)
			}
			continue
		}
		e.Fields = slices.DeleteFunc(slices.Clone(e.Fields), func(f FieldEvent) bool { return covered(rules, used, e.Object.Address, f.Name) })
		if len(e.Fields) > 0 {
			out = append(out, e)
		}
	}
	return out
}
