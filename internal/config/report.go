package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

// problem is one finding at one place.
type problem struct {
	summary, detail, hint string
	warning               bool
	at                    hcl.Range
	address               addr.Addr
	attribute             string
	related               []side
	// near is what else a name may mean. It is looked for only where the finding is
	// kept, and says more than the hint.
	near near
}

// side is another place of a finding.
type side struct {
	message string
	at      hcl.Range
}

// near is a name that is not there, and those that are.
type near struct {
	name  string
	among func() []string
}

// maxCompared is how many names are looked at in all for what a name may mean:
// there may be as many names that are not there as there are others.
const maxCompared = 1_000_000

// suggest says what a name may mean. Of very many findings only the first are
// told.
func (r *run) suggest(n near) string {
	if n.among == nil || r.compared >= maxCompared {
		return ""
	}
	names := n.among()
	r.compared += len(names)
	return lang.DidYouMean(n.name, names)
}

// said is what makes two findings the same one.
type said struct {
	file            string
	start, end      int
	summary, detail string
	// raw is the evaluator's own words.
	raw bool
}

// report adds a finding once: an expression that is wrong in a thousand
// instances is wrong once.
func (r *run) report(p problem) {
	key := said{file: p.at.Filename, start: p.at.Start.Byte, end: p.at.End.Byte, summary: diag.Short(p.summary)}
	if p.at.Filename == "" {
		key.detail = diag.Short(p.detail)
	}
	if r.reported[key] {
		return
	}
	r.reported[key] = true
	d := diag.Diagnostic{
		Severity: diag.Error, Summary: p.summary, Detail: p.detail, Hint: p.hint, Attribute: p.attribute,
		Address: p.address.String(), Range: r.rangeOf(p.at),
	}
	if p.warning {
		d.Severity = diag.Warning
	}
	r.found = append(r.found, finding{Diagnostic: d.Short(), at: p.at, related: p.related, near: p.near})
}

// finding is a diagnostic whose snippets are still to be made: masks are known
// only when everything was read, and most of very many findings are not kept.
type finding struct {
	diag.Diagnostic
	at      hcl.Range
	related []side
	near    near
}

// failed reports whether an error was found so far.
func (r *run) failed() bool {
	for _, f := range r.found {
		if f.Severity == diag.Error {
			return true
		}
	}
	return false
}

// diagnostics are the findings with their snippets, no more than somebody reads:
// the first of each file.
func (r *run) diagnostics() diag.List {
	slices.SortStableFunc(r.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.at.Filename, b.at.Filename), cmp.Compare(a.at.Start.Byte, b.at.Start.Byte))
	})
	r.compared = 0
	var tally diag.Tally
	out := make(diag.List, 0, min(len(r.found), diag.MaxFindings))
	for _, f := range r.found {
		var kept bool
		if f.Diagnostic, kept = tally.Admit(f.Diagnostic); !kept {
			continue
		}
		if hint := r.suggest(f.near); hint != "" {
			f.Hint = diag.Short(hint)
		}
		f.Related = r.sides(f.related)
		if f.Range != nil && f.Snippet == nil {
			f.Snippet = r.snippet(f.at)
			r.hideQuoted(&f)
		}
		out = append(out, f.Diagnostic)
	}
	return append(out.Sort(), tally.Rest()...)
}

var quotedPart = regexp.MustCompile(`"[^"]+"`)

// hideQuoted takes out of a finding what it quotes of the masked parts of its line.
func (r *run) hideQuoted(f *finding) {
	s := r.sources[f.at.Filename]
	if s == nil || f.at.Start.Byte > len(s.text) {
		return
	}
	line := s.line(f.at.Start.Byte)
	var masked strings.Builder
	for _, m := range within(r.masksOf(s), line) {
		masked.Write(s.text[max(m.start, line.start):min(m.end, line.end)])
		masked.WriteByte('\n')
	}
	if masked.Len() == 0 {
		return
	}
	hide := func(text string) string {
		return quotedPart.ReplaceAllStringFunc(text, func(q string) string {
			// Of a long value only the beginning is quoted.
			part, _, _ := strings.Cut(strings.Trim(q, `"`), diag.Ellipsis)
			if s.secret || strings.Contains(masked.String(), part) {
				return hiddenText
			}
			return q
		})
	}
	f.Summary, f.Detail, f.Hint = hide(f.Summary), hide(f.Detail), hide(f.Hint)
}

// sides are the other places of a finding, no more than are shown.
func (r *run) sides(sides []side) []diag.Place {
	if len(sides) == 0 {
		return nil
	}
	sides = sides[:min(len(sides), diag.MaxRelated)]
	out := make([]diag.Place, 0, len(sides))
	for _, s := range sides {
		out = append(out, diag.Place{Message: diag.Short(s.message), Range: r.rangeOf(s.at), Snippet: r.snippet(s.at)})
	}
	return out
}

// quoteList prints names as "a", "b" and "c".
func quoteList(names []string) string {
	quoted := make([]string, 0, len(names))
	for _, n := range names {
		quoted = append(quoted, `"`+n+`"`)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}
