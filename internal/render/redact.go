package render

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
)

// Sensitive stands for every sensitive value.
const Sensitive = "(sensitive)"

const masked = Sensitive

// minLine is the length from which on each line of a secret of several lines
// is a secret by itself.
const minLine = 8

// redactor replaces known secrets.
type redactor struct{ secrets []string }

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

// span is a part of a text, end exclusive.
type span struct{ start, end int }

// text replaces every occurrence, also of secrets that overlap.
func (r *redactor) text(s string) string {
	spans := r.find(s)
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, x := range spans {
		b.WriteString(s[at:x.start])
		b.WriteString(masked)
		at = x.end
	}
	b.WriteString(s[at:])
	return b.String()
}

// find returns where secrets are, sorted, those that touch as one.
func (r *redactor) find(s string) []span {
	var all []span
	for _, secret := range r.secrets {
		for from := 0; ; {
			i := strings.Index(s[from:], secret)
			if i < 0 {
				break
			}
			all = append(all, span{start: from + i, end: from + i + len(secret)})
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

// json replaces secrets in the string values of a JSON text. The names of
// fields are ours and stay.
func (r *redactor) json(text string) string {
	if len(r.secrets) == 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] != '"' {
			b.WriteByte(text[i])
			i++
			continue
		}
		end := stringEnd(text, i)
		literal := text[i:end]
		i = end
		if i < len(text) && text[i] == ':' {
			b.WriteString(literal)
			continue
		}
		b.WriteString(r.literal(literal))
	}
	return b.String()
}

// literal replaces secrets in one JSON string.
func (r *redactor) literal(literal string) string {
	var s string
	if json.Unmarshal([]byte(literal), &s) != nil {
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
				out = append(out, span{start: end - n, end: end})
				break
			}
		}
		from = end + len(diag.Ellipsis)
	}
}
