package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// inner is the indent of fields.
const inner = "      "

// visible leaves out stamps, unless nothing else changes.
func visible(fields []FieldDocument) []*FieldDocument {
	var out, stamps []*FieldDocument
	for i := range fields {
		if fields[i].Stamp {
			stamps = append(stamps, &fields[i])
		} else {
			out = append(out, &fields[i])
		}
	}
	if len(out) == 0 {
		return stamps
	}
	return out
}

// created adds the fields of a new object, several in a line.
func (p *page) created(c *ChangeDocument) {
	single, many := sets(visible(c.Fields))
	f := p.fill(inner)
	var blocks []*FieldDocument
	for _, x := range single {
		switch {
		case roleOf(c, x):
		case x.New == nil || strings.Contains(x.New.text(), "\n"):
			blocks = append(blocks, x)
		default:
			f.add(p.name(x.Name) + ": " + p.shown(x.New) + p.createdNote(c, x))
		}
	}
	f.end()
	for _, s := range many {
		p.bareSet(c, s)
	}
	for _, x := range blocks {
		p.field(inner, x)
	}
}

// roleOf reports whether a field is the role, which the address says already.
func roleOf(c *ChangeDocument, f *FieldDocument) bool {
	if c.action() == plan.Delete {
		return f.saysKind && f.Old.text() == c.Kind && f.Reason == ""
	}
	return f.saysKind && f.New.text() == c.Kind
}

// createdNote leaves out the reason that the object has too.
func (p *page) createdNote(c *ChangeDocument, f *FieldDocument) string {
	if f.Reason != c.Reason {
		return p.note(f)
	}
	if f.Generated && !f.Stamp {
		return p.noted("generated")
	}
	return ""
}

// bareSet is a set of which every member comes, or goes, with its object.
func (p *page) bareSet(c *ChangeDocument, s memberSet) {
	members := make([]string, 0, len(s.members))
	for _, f := range s.members {
		if f.Action != c.Action || f.Reason != "" && f.Reason != c.Reason {
			p.line(inner, p.set(s))
			return
		}
		members = append(members, p.member(f))
	}
	p.line(inner, p.name(s.name), ": ", strings.Join(memberNames(members), ", "))
}

// deleted adds what is lost.
func (p *page) deleted(c *ChangeDocument) {
	single, many := sets(visible(c.Fields))
	f := p.fill(inner)
	var noted []*FieldDocument
	for _, x := range single {
		switch {
		case roleOf(c, x):
		case x.Reason != "" || x.Old == nil || strings.Contains(x.Old.text(), "\n"):
			noted = append(noted, x)
		default:
			f.add(p.name(x.Name) + ": " + p.shown(x.Old))
		}
	}
	f.end()
	for _, s := range many {
		p.bareSet(c, s)
	}
	for _, x := range noted {
		p.field(inner, x)
	}
	p.falls(c.Falls)
}

// falls lists the keys of others that go with an object.
func (p *page) falls(keys []string) {
	if len(keys) == 0 {
		return
	}
	p.line(inner, p.color(red, "also deletes "+counted(len(keys), "key", "keys")+" not managed here:"))
	f := p.fill(inner + "  ")
	for _, key := range keys {
		f.add(p.value(strings.TrimPrefix(key, p.prefix)))
	}
	f.end()
}

// updated adds one line a field, one a set, and the state-only ones together.
func (p *page) updated(c *ChangeDocument) {
	var written, noted []*FieldDocument
	for _, f := range visible(c.Fields) {
		if f.action().StateOnly() {
			noted = append(noted, f)
		} else {
			written = append(written, f)
		}
	}
	single, many := sets(written)
	for _, f := range single {
		p.field(inner, f)
	}
	for _, s := range many {
		p.line(inner, p.sign(plan.Update), " ", p.set(s))
	}
	p.stateFields(noted)
	if c.Unchanged > 0 && !p.o.Quiet {
		p.line(inner, p.color(dim, "  "+counted(c.Unchanged, "field", "fields")+" unchanged"))
	}
}

// stateOnly says in a few words what the state learns of an object.
func (p *page) stateOnly(c *ChangeDocument) string {
	if c.action() == plan.Adopt && len(c.Fields) > 0 {
		return "  " + p.color(dim, counted(len(c.Fields), "field", "fields")+" as configured already")
	}
	fields := make([]string, len(c.Fields))
	for i := range c.Fields {
		fields[i] = p.name(c.Fields[i].Name)
	}
	switch {
	case len(fields) > 0:
		return "  " + p.color(dim, stateWords(c.action())+strings.Join(fields, ", "))
	case c.action() == plan.Record && c.Reason == "" && len(c.Notes) == 0:
		return "  " + p.color(dim, "the record follows the configuration")
	}
	return ""
}

// stateFields lists fields that only the state learns of, by what it learns.
func (p *page) stateFields(fields []*FieldDocument) {
	for _, a := range []plan.Action{plan.Adopt, plan.Record, plan.Forget} {
		f := p.fill(inner + p.sign(a) + " ")
		f.lead, f.rest = stateWords(a), inner+"    "
		for _, x := range fields {
			if x.action() == a {
				f.add(p.name(x.Name))
			}
		}
		f.end()
	}
}

func stateWords(a plan.Action) string {
	switch a {
	case plan.Adopt:
		return "adopted as they are: "
	case plan.Record:
		return "already so: "
	default:
		return "no longer enforced: "
	}
}
