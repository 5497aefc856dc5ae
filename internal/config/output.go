package config

import (
	"github.com/sigilgate/sigilform/internal/lang"
)

// outputs are the values that the root hands out, sorted by name.
func (s *scope) outputs() []Output {
	var out []Output
	for _, name := range sortedKeys(s.folder.outputs) {
		o := s.folder.outputs[name]
		v := s.output(name)
		if o.value == nil || !isKnown(v) {
			continue
		}
		if !o.sensitive && lang.IsSensitive(v) {
			s.run.report(problem{
				summary: `The output "` + name + `" is sensitive`,
				detail:  "Its value comes from a sensitive value, so it would show what must not be shown.",
				hint:    "add sensitive = true, or write nonsensitive(…) where it is not secret", at: o.value.expr.Range(),
			})
			continue
		}
		shown := Output{Name: name, Sensitive: o.sensitive, Description: o.description, Text: hiddenText}
		if !o.sensitive {
			shown.Text, shown.Value = lang.Text(v), lang.JSON(v)
		}
		out = append(out, shown)
	}
	return out
}
