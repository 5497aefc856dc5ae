package config

import (
	"bytes"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/sigilgate/sigilform/internal/lang"
)

// masksOf are the pieces of a source that must not be shown, sorted. They are
// found by tokens alone, so that they are found in what does not parse too.
func (r *run) masksOf(s *source) []span {
	if s.masked {
		return s.masks
	}
	s.masked = true
	if s.json {
		s.masks = r.maskJSON(s)
	} else {
		s.masks = r.maskNative(s)
	}
	if s.broken {
		s.masks = append(s.masks, r.maskLines(s)...)
	}
	s.masks = append(s.masks, r.maskSecrets(s)...)
	for _, h := range r.secretRanges {
		if h.Filename == s.name {
			s.masks = append(s.masks, span{h.Start.Byte, h.End.Byte})
		}
	}
	s.masks = union(s.masks)
	return s.masks
}

// union sorts spans and joins those that overlap.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	var out []span
	for _, s := range spans {
		if s.end <= s.start {
			continue
		}
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

// within are those of sorted spans that have a part in common with one.
func within(spans []span, in span) []span {
	first := sort.Search(len(spans), func(i int) bool { return spans[i].end > in.start })
	n := sort.Search(len(spans)-first, func(i int) bool { return spans[first+i].start >= in.end })
	return spans[first : first+n]
}

// isSecretName reports whether what is assigned to a name is masked.
func (r *run) isSecretName(name string) bool {
	return r.names.secret[name] || r.secretVars[name] || lang.SecretName(name)
}

// masker walks tokens.
type masker struct {
	run    *run
	tokens hclsyntax.Tokens
	out    []span
}

func (r *run) maskNative(s *source) []span {
	tokens, _ := hclsyntax.LexConfig(s.text, s.name, hcl.InitialPos)
	m := &masker{run: r, tokens: tokens}
	for i := range tokens {
		switch {
		case m.word(i, "variable"):
			m.variable(i)
		case m.word(i, "sensitive") && m.is(i+1, hclsyntax.TokenOParen):
			m.maskFrom(i+1, true)
		default:
			name, value := m.assignment(i)
			if value > 0 && r.isSecretName(name) {
				m.maskFrom(value, false)
			}
			if value > 0 && r.names.private[name] {
				private := &masker{run: r, tokens: tokens}
				private.maskFrom(value, false)
				r.learn(s, private.out)
			}
		}
	}
	return m.out
}

func (m *masker) is(i int, t hclsyntax.TokenType) bool {
	return i >= 0 && i < len(m.tokens) && m.tokens[i].Type == t
}

func (m *masker) word(i int, word string) bool {
	return m.is(i, hclsyntax.TokenIdent) && string(m.tokens[i].Bytes) == word
}

// assignment reads `name =` or `"name" :` at i; value is where its value begins.
func (m *masker) assignment(i int) (name string, value int) {
	next := i + 1
	switch {
	case m.is(i, hclsyntax.TokenIdent):
	case m.is(i, hclsyntax.TokenQuotedLit) && m.is(i+1, hclsyntax.TokenCQuote):
		next++
	default:
		return "", 0
	}
	if m.is(next, hclsyntax.TokenCParen) {
		next++
	}
	if m.is(next, hclsyntax.TokenEqual) || m.is(next, hclsyntax.TokenColon) {
		return string(m.tokens[i].Bytes), next + 1
	}
	return "", 0
}

// maskFrom masks the literals of the expression that begins at i, and the keys
// of its maps. Inside a
// call, it ends with the call.
func (m *masker) maskFrom(i int, call bool) {
	depth, braces := 0, 0
	for ; i < len(m.tokens); i++ {
		t := m.tokens[i]
		braces += m.brace(i)
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc,
			hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenNumberLit:
			m.out = append(m.out, span{t.Range.Start.Byte, t.Range.End.Byte})
		case hclsyntax.TokenIdent:
			if m.strayWord(i) || braces > 0 && m.key(i) {
				m.out = append(m.out, span{t.Range.Start.Byte, t.Range.End.Byte})
			}
		case hclsyntax.TokenNewline, hclsyntax.TokenComma:
			if depth == 0 {
				return
			}
		default:
		}
		if depth < 0 || call && depth == 0 {
			return
		}
	}
}

// key reports whether the word at i is a key of a map: those of a sensitive map
// are sensitive, too.
func (m *masker) key(i int) bool {
	return m.is(i+1, hclsyntax.TokenEqual) || m.is(i+1, hclsyntax.TokenColon)
}

// strayWord reports whether the word at i may be a secret whose quotes were
// forgotten: it is not a reference, a function or an attribute.
func (m *masker) strayWord(i int) bool {
	word := string(m.tokens[i].Bytes)
	return !m.is(i-1, hclsyntax.TokenDot) && !m.is(i+1, hclsyntax.TokenOParen) && !m.is(i+1, hclsyntax.TokenDot) && !m.key(i) &&
		!slices.Contains([]string{"null", "true", "false", "for", "in", "if"}, word)
}

// variable masks the default of a sensitive variable's block at i.
func (m *masker) variable(i int) {
	for !m.is(i, hclsyntax.TokenOBrace) {
		if i >= len(m.tokens) || m.is(i, hclsyntax.TokenNewline) {
			return
		}
		i++
	}
	fallback, secret := 0, false
	for depth := 0; i < len(m.tokens); i++ {
		depth += m.brace(i)
		if depth == 0 {
			break
		}
		if depth > 1 || !m.is(i+1, hclsyntax.TokenEqual) {
			continue
		}
		if m.word(i, "default") {
			fallback = i + 2
		}
		secret = secret || m.word(i, "sensitive") && !m.word(i+2, "false")
	}
	if secret && fallback > 0 {
		m.maskFrom(fallback, false)
	}
}

func (m *masker) brace(i int) int {
	switch m.tokens[i].Type {
	case hclsyntax.TokenOBrace:
		return 1
	case hclsyntax.TokenCBrace:
		return -1
	default:
		return 0
	}
}

// maskLines masks, in a text that does not parse, the rest of every line that
// assigns to a secret's name: there, tokens may lie.
func (r *run) maskLines(s *source) []span {
	name := regexp.MustCompile(`["']?([A-Za-z_][A-Za-z0-9_-]*)["']?[ \t]*[=:"']`)
	secretBlock := bytes.Contains(s.text, []byte("sensitive"))
	var out []span
	for _, at := range name.FindAllSubmatchIndex(s.text, -1) {
		word := string(s.text[at[2]:at[3]])
		if r.isSecretName(word) || secretBlock && word == "default" {
			out = append(out, span{at[1], s.line(at[1]).end})
		}
	}
	return out
}

// maskSecrets masks the well-known forms of secrets, wherever they stand.
func (r *run) maskSecrets(s *source) []span {
	text := string(s.text)
	found := r.secrets.Find(text)
	out := make([]span, 0, len(found))
	for _, f := range found {
		end := f.End
		if strings.HasPrefix(text[f.Start:], "-----BEGIN") {
			end = len(text)
			if i := strings.Index(text[f.End:], "-----END"); i >= 0 {
				end = f.End + i
			}
		}
		out = append(out, span{f.Start, end})
	}
	return out
}
