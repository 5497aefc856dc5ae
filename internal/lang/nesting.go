package lang

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
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
	operators := []int{0}
	for i := range tokens {
		token := &tokens[i]
		last := len(operators) - 1
		switch {
		case opens(token.Type):
			operators = append(operators, 0)
		case closes(token.Type):
			if last > 0 {
				operators = operators[:last]
			}
			operators[len(operators)-1]++
		case token.Type == hclsyntax.TokenComma, token.Type == hclsyntax.TokenNewline:
			// A newline inside parentheses separates nothing; but there the
			// operators of one bracket stay within the limit of its lines.
			if token.Type == hclsyntax.TokenComma || !continues(tokens, i) {
				operators[last] = 0
			}
		case operator(token.Type):
			operators[last]++
		}
		if len(operators) > maxDepth || operators[len(operators)-1] > maxOperators {
			return token.Range.Ptr()
		}
	}
	return nil
}

// continues says whether the newline at i may stand inside an expression: the
// token before or after it is an operator.
func continues(tokens hclsyntax.Tokens, i int) bool {
	return i > 0 && operator(tokens[i-1].Type) || i+1 < len(tokens) && operator(tokens[i+1].Type)
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

// ParseExpression parses one expression, and refuses one that is too deep.
func ParseExpression(src []byte, file string) (hclsyntax.Expression, hcl.Diagnostics) {
	start := hcl.Pos{Line: 1, Column: 1}
	tokens, _ := hclsyntax.LexExpression(src, file, start)
	if at := TooDeep(tokens); at != nil {
		return nil, hcl.Diagnostics{DeepDiagnostic(*at)}
	}
	return hclsyntax.ParseExpression(src, file, start)
}

// ParseTemplate parses a template, and refuses one that is too deep.
func ParseTemplate(src []byte, file string) (hclsyntax.Expression, hcl.Diagnostics) {
	start := hcl.Pos{Line: 1, Column: 1}
	tokens, _ := hclsyntax.LexTemplate(src, file, start)
	if at := TooDeep(tokens); at != nil {
		return nil, hcl.Diagnostics{DeepDiagnostic(*at)}
	}
	return hclsyntax.ParseTemplate(src, file, start)
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
