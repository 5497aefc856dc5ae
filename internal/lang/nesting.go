package lang

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// The parser and the evaluator recurse with the depth of an expression, and a
// stack that overflows can't be caught. So what is too deep is refused before it
// is parsed.
const (
	maxDepth     = 100
	maxOperators = 400
)

// TooDeep finds the place where source is nested deeper, or an expression is
// longer, than any sensible one; nil where it is fine.
func TooDeep(tokens hclsyntax.Tokens) *hcl.Range {
	open := []bracket{{lines: true}}
	for i := range tokens {
		token := &tokens[i]
		last := len(open) - 1
		switch {
		case opens(token.Type):
			open = append(open, bracket{lines: token.Type == hclsyntax.TokenOBrace && !loops(tokens[i+1:])})
		case closes(token.Type):
			if last > 0 {
				open = open[:last]
			}
			open[len(open)-1].operators++
		case token.Type == hclsyntax.TokenComma, token.Type == hclsyntax.TokenNewline && open[last].lines:
			open[last].operators = 0
		case operator(token.Type):
			open[last].operators++
		}
		if len(open) > maxDepth || open[len(open)-1].operators > maxOperators {
			return token.Range.Ptr()
		}
	}
	return nil
}

// bracket is one that is open.
type bracket struct {
	// operators are those since the last comma, or the end of a line that ends
	// an expression: that of a block's or an object's attribute.
	operators int
	lines     bool
}

// loops reports whether a brace begins a for expression: in that, as in all
// other brackets, the end of a line separates nothing.
func loops(tokens hclsyntax.Tokens) bool {
	for i := range tokens {
		if tokens[i].Type != hclsyntax.TokenNewline && tokens[i].Type != hclsyntax.TokenComment {
			return tokens[i].Type == hclsyntax.TokenIdent && string(tokens[i].Bytes) == "for"
		}
	}
	return false
}

func opens(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen,
		hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return true
	default:
		return false
	}
}

func closes(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		return true
	default:
		return false
	}
}

func operator(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr,
		hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenDot:
		return true
	default:
		return false
	}
}

// TextTooDeep is [TooDeep] for data in JSON or YAML, by brackets alone; strings
// are skipped.
func TextTooDeep(text []byte, limit int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > limit {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}

// ParseExpression parses one expression, and refuses one that is too deep. When
// it is evaluated, it charges the budget.
func ParseExpression(src []byte, file string, b *Budget) (hclsyntax.Expression, hcl.Diagnostics) {
	start := hcl.Pos{Line: 1, Column: 1}
	tokens, _ := hclsyntax.LexExpression(src, file, start)
	if d := Refused(tokens); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	expr, diags := hclsyntax.ParseExpression(src, file, start)
	Meter(expr, b)
	return expr, diags
}

// ParseTemplate is [ParseExpression] for a template.
func ParseTemplate(src []byte, file string, b *Budget) (hclsyntax.Expression, hcl.Diagnostics) {
	start := hcl.Pos{Line: 1, Column: 1}
	tokens, _ := hclsyntax.LexTemplate(src, file, start)
	if d := Refused(tokens); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	expr, diags := hclsyntax.ParseTemplate(src, file, start)
	Meter(expr, b)
	return expr, diags
}

// Refused says what must not even be parsed: what is too deep, and numbers that
// can't be written down; nil where there is nothing of the kind.
func Refused(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	if at := TooDeep(tokens); at != nil {
		return DeepDiagnostic(*at)
	}
	for i := range tokens {
		if t := &tokens[i]; t.Type == hclsyntax.TokenNumberLit && (len(t.Bytes) > 1000 || bytes.ContainsAny(t.Bytes, "eE")) {
			if v, err := cty.ParseNumberVal(string(t.Bytes)); err == nil && checkNumber(v) != nil {
				return NumberDiagnostic(t.Range)
			}
		}
	}
	return nil
}

// NumberDiagnostic says that a number is too large.
func NumberDiagnostic(at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "The number is too large", Detail: sentenceOf(errTooLargeNumber), Subject: &at}
}

func sentenceOf(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// DeepDiagnostic says that something is nested too deeply.
func DeepDiagnostic(at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Too deeply nested",
		Detail:   "Brackets may be nested 100 deep, and one expression may have 400 operators.",
		Subject:  &at,
	}
}
