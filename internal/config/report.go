package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
)

// problem is one finding at one place.
type problem struct {
	summary, detail, hint string
	warning               bool
	at                    hcl.Range
	address               addr.Addr
	attribute             string
	related               []diag.Place
}

// report adds a finding once: an expression that is wrong in a thousand
// instances is wrong once.
func (r *run) report(p problem) {
	key := fmt.Sprintf("%s:%d:%d:%s", p.at.Filename, p.at.Start.Byte, p.at.End.Byte, diag.Short(p.summary))
	if p.at.Filename == "" {
		key += diag.Short(p.detail)
	}
	if r.reported[key] {
		return
	}
	r.reported[key] = true
	d := diag.Diagnostic{
		Severity: diag.Error, Summary: p.summary, Detail: p.detail, Hint: p.hint, Attribute: p.attribute,
		Address: p.address.String(), Range: r.rangeOf(p.at), Related: p.related,
	}
	if p.warning {
		d.Severity = diag.Warning
	}
	r.found = append(r.found, finding{Diagnostic: d.Short(), at: p.at})
}

// finding is a diagnostic whose snippet is still to be made: masks are known
// only when everything was read.
type finding struct {
	diag.Diagnostic
	at hcl.Range
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
	var tally diag.Tally
	out := make(diag.List, 0, min(len(r.found), diag.MaxFindings))
	for _, f := range r.found {
		var kept bool
		if f.Diagnostic, kept = tally.Admit(f.Diagnostic); !kept {
			continue
		}
		if f.Range != nil && f.Snippet == nil {
			f.Snippet = r.snippet(f.at)
			r.hideQuoted(&f)
		}
		out = append(out, f.Diagnostic)
	}
	return append(out.Sort(), tally.Rest()...)
}

// hideQuoted takes out of a finding what it quotes of the masked parts of its line.
func (r *run) hideQuoted(f *finding) {
	s := r.sources[f.at.Filename]
	if s == nil || f.at.Start.Byte > len(s.text) {
		return
	}
	line := s.line(f.at.Start.Byte)
	var masked strings.Builder
	for _, m := range r.masksOf(s) {
		if m.end > line.start && m.start < line.end {
			masked.Write(s.text[max(m.start, line.start):min(m.end, line.end)])
			masked.WriteByte('\n')
		}
	}
	if masked.Len() == 0 {
		return
	}
	quoted := regexp.MustCompile(`"[^"]+"`)
	hide := func(text string) string {
		return quoted.ReplaceAllStringFunc(text, func(q string) string {
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

// place is a second place of a finding.
func (r *run) place(message string, at hcl.Range) diag.Place {
	return diag.Place{Message: message, Range: r.rangeOf(at), Snippet: r.snippet(at)}
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
