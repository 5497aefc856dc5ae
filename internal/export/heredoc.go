package export

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// formatted formats a text once. The library counts the brackets of a heredoc in
// which an expression goes over several lines into the indentation of what follows
// it, so the body of such a one stays out of its sight, and as it was written.
func formatted(text []byte) []byte {
	bodies := foldedBodies(text)
	if len(bodies) == 0 {
		return hclwrite.Format(text)
	}
	mark := unusedWord(text)
	var folded []byte
	at := 0
	for i, b := range bodies {
		folded = append(append(folded, text[at:b.start]...), standIn(mark, i)...)
		at = b.end
	}
	out := hclwrite.Format(append(folded, text[at:]...))
	for i, b := range bodies {
		out = bytes.Replace(out, standIn(mark, i), text[b.start:b.end], 1)
	}
	return out
}

// body is that of a heredoc, by bytes.
type body struct{ start, end int }

// foldedBodies are the bodies of the outermost heredocs in which an expression
// goes over several lines.
func foldedBodies(text []byte) []body {
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	var out []body
	start, open, lines := 0, 0, false
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOHeredoc:
			if open++; open == 1 {
				start, lines = t.Range.End.Byte, false
			}
		case hclsyntax.TokenNewline:
			lines = lines || open > 0
		case hclsyntax.TokenCHeredoc:
			if open--; open == 0 && lines {
				out = append(out, body{start: start, end: t.Range.Start.Byte})
			}
		default:
		}
	}
	return out
}

func standIn(mark string, i int) []byte { return fmt.Appendf(nil, "%s%d.\n", mark, i) }

// unusedWord is one that the text does not have.
func unusedWord(text []byte) string {
	word := "heredoc"
	for bytes.Contains(text, []byte(word)) {
		word += "_"
	}
	return word
}
