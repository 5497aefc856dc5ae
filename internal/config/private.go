package config

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/veil"
)

// names are the attributes of which a file may not be shown whole.
type names struct{ secret, private map[string]bool }

// namesOf are those of a catalogue. What no expression shows no source line does.
func namesOf(c *schema.Catalogue) names {
	n := names{map[string]bool{}, map[string]bool{}}
	note := func(f *schema.Field) {
		n.secret[f.Name] = n.secret[f.Name] || f.Covert || f.Degree() == schema.Secret
		n.private[f.Name] = n.private[f.Name] || f.Degree() == schema.Private
	}
	for _, k := range c.Kinds() {
		for i := range k.Fields {
			note(&k.Fields[i])
			for j := range k.Fields[i].Members {
				note(&k.Fields[i].Members[j])
			}
		}
	}
	return n
}

// learn tells the veil what stands at some places of a source.
func (r *run) learn(s *source, spans []span) {
	for _, x := range spans {
		r.options.Veil.Know(string(s.text[x.start:x.end]))
	}
}

// LearnPrivate tells a veil what is private of what a file says, by the names that
// it gives values to.
func LearnPrivate(c *schema.Catalogue, v *veil.Veil, name string, text []byte) {
	r := &run{options: Options{Veil: v}, names: namesOf(c)}
	s := &source{name: name, text: text, json: strings.HasSuffix(name, ".json")}
	if s.json {
		r.maskJSON(s)
		return
	}
	r.maskNative(s)
}
