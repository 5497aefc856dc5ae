package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// conflicts adds why a plan can't be applied, and what to do.
func (p *page) conflicts(all []ConflictDocument) {
	for i := range all {
		c := &all[i]
		p.labelled("", p.color(red, "Conflict: "), len("Conflict: "), bold, c.Summary)
		if c.Address != "" {
			p.line("  at ", p.address(c.Address))
		}
		if len(c.Fields) > 0 {
			p.line()
			p.line("    ", p.color(dim, "live → configured"))
		}
		for j := range c.Fields {
			f := c.Fields[j]
			f.Reason = "" // the conflict is the reason
			p.field("    ", &f)
		}
		if c.Detail != "" {
			p.line()
			p.prose(c.Detail)
		}
		p.hint(c.Hint)
		p.space()
	}
}

// hint adds what to do.
func (p *page) hint(text string) {
	if text != "" {
		p.line()
		p.labelled("  ", p.color(cyan, "Hint: "), len("Hint: "), plain, advice(text))
	}
}

// advice is a hint as all hints are printed: after its label it begins in
// lower case, and only several sentences need full stops.
func advice(text string) string {
	if text == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[n:])
	if unicode.IsLower(second) || second == ' ' {
		text = string(unicode.ToLower(first)) + text[n:]
	}
	if strings.Contains(text, ". ") {
		return text
	}
	return strings.TrimSuffix(text, ".")
}
