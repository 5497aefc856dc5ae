package render

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/veil"
)

// Sensitive stands for every sensitive value.
const Sensitive = "(sensitive)"

const masked = Sensitive

// minLine is the length from which on each line of a secret of several lines
// is a secret by itself.
const minLine = 8

// redactor replaces known secrets, and shortens private values.
type redactor struct {
	secrets []string
	veil    *veil.Veil
	strict  bool
}

// redactor is what a result is printed by.
func (o Options) redactor() *redactor {
	r := newRedactor(o.Secrets)
	r.veil, r.strict = o.Veil, o.Strict
	return r
}

// newRedactor knows the secrets in each spelling in which they can be printed.
func newRedactor(secrets []string) *redactor {
	r := &redactor{}
	for _, s := range secrets {
		if len(s) < MinSecret {
			continue
		}
		r.know(s)
		for line := range strings.Lines(s) {
			if line = strings.TrimSpace(line); len(line) >= minLine && line != s {
				r.know(line)
			}
		}
	}
	slices.Sort(r.secrets)
	r.secrets = slices.Compact(r.secrets)
	return r
}

func (r *redactor) know(s string) {
	escaped := Escape(s)
	r.secrets = append(r.secrets, s, escaped, strings.ReplaceAll(escaped, `"`, `\"`))
}

// span is a part of a text, end exclusive, and what is shown instead.
type span struct {
	start, end int
	instead    string
}

// text replaces every occurrence, also of values that overlap.
func (r *redactor) text(s string) string {
	spans := r.find(s)
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, x := range spans {
		b.WriteString(s[at:x.start])
		b.WriteString(x.instead)
		at = x.end
	}
	b.WriteString(s[at:])
	return b.String()
}

// find returns where secrets and private values are, sorted. Of those that overlap
// nothing is shown if one is a secret.
func (r *redactor) find(s string) []span {
	all := r.findSecrets(s)
	private := r.veil.Find(s, r.strict)
	if len(private) == 0 {
		return all
	}
	for _, x := range private {
		all = append(all, span{start: x.Start, end: x.End, instead: x.Short})
	}
	slices.SortStableFunc(all, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	out := all[:1]
	for _, x := range all[1:] {
		if last := &out[len(out)-1]; x.start < last.end {
			last.end, last.instead = max(last.end, x.end), masked
			continue
		}
		out = append(out, x)
	}
	return out
}

// findSecrets returns where secrets are, sorted, those that touch as one.
func (r *redactor) findSecrets(s string) []span {
	var all []span
	for _, secret := range r.secrets {
		for from := 0; ; {
			i := strings.Index(s[from:], secret)
			if i < 0 {
				break
			}
			all = append(all, span{start: from + i, end: from + i + len(secret), instead: masked})
			from += i + 1
		}
		all = append(all, cutSecrets(s, secret)...)
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	var merged []span
	for _, x := range all {
		if last := len(merged) - 1; last >= 0 && x.start <= merged[last].end {
			merged[last].end = max(merged[last].end, x.end)
			continue
		}
		merged = append(merged, x)
	}
	return merged
}

// json replaces secrets in the string values of a JSON text, and private values
// in the names of what has names of its own, too: the names of fields are ours.
func (r *redactor) json(text string) string {
	if len(r.secrets) == 0 && r.veil == nil {
		return text
	}
	names := &redactor{veil: r.veil, strict: r.strict}
	var b strings.Builder
	b.Grow(len(text))
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '"')
		if i < 0 {
			b.WriteString(text[at:])
			break
		}
		b.WriteString(text[at : at+i])
		end := stringEnd(text, at+i)
		literal := text[at+i : end]
		at = end
		if at < len(text) && text[at] == ':' {
			b.WriteString(names.literal(literal))
			continue
		}
		b.WriteString(r.literal(literal))
	}
	return b.String()
}

// literal replaces what must not be shown in one JSON string.
func (r *redactor) literal(literal string) string {
	s := literal[1:max(len(literal)-1, 1)]
	if strings.IndexByte(literal, '\\') >= 0 && json.Unmarshal([]byte(literal), &s) != nil {
		return literal
	}
	clean := r.text(s)
	if clean == s {
		return literal
	}
	text, err := encodeJSON(clean)
	if err != nil {
		return `"` + masked + `"`
	}
	return strings.TrimSuffix(text, "\n")
}

// stringEnd is the index after the string literal that starts at i.
func stringEnd(text string, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// cutSecrets are the places where only the beginning of a long secret stands: a
// message was cut there. See [diag.Short].
func cutSecrets(s, secret string) (out []span) {
	if len(secret) <= diag.Quoted {
		return nil
	}
	for from := 0; ; {
		i := strings.Index(s[from:], diag.Ellipsis)
		if i < 0 {
			return out
		}
		end := from + i
		for n := min(end, len(secret), 4*diag.Quoted); n >= MinSecret; n-- {
			if strings.HasSuffix(s[:end], secret[:n]) {
				out = append(out, span{start: end - n, end: end, instead: masked})
				break
			}
		}
		from = end + len(diag.Ellipsis)
	}
}
