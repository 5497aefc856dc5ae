package export

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

// maxRounds bounds the search for a form that formatting leaves alone.
const maxRounds = 4

// Format returns the canonical form of a file. A file that does not parse comes
// back as it is, with what is wrong; JSON comes back as it is.
func Format(name string, src []byte) ([]byte, diag.List) {
	if strings.HasSuffix(name, ".json") {
		return src, nil
	}
	text := bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if found := check(name, text); found.HasErrors() {
		return src, found
	}
	return canonical(text), nil
}

func check(name string, text []byte) diag.List {
	tokens, _ := hclsyntax.LexConfig(text, name, hcl.InitialPos)
	if d := lang.Refused(tokens); d != nil {
		return report(hcl.Diagnostics{d})
	}
	_, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	return report(diags)
}

// canonical formats until nothing changes any more: the alignment of one round
// can move what the next one aligns.
func canonical(text []byte) []byte {
	for range maxRounds {
		next := ended(hclwrite.Format(unixLines(ended(text))))
		if bytes.Equal(next, text) {
			break
		}
		text = next
	}
	return text
}

// unixLines ends lines with a line feed alone. Inside a heredoc a carriage return
// is a part of the value, so it stays.
func unixLines(text []byte) []byte {
	if !bytes.Contains(text, []byte("\r\n")) {
		return text
	}
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	out := make([]byte, 0, len(text))
	at := 0
	for _, t := range tokens {
		out = append(out, text[at:t.Range.Start.Byte]...)
		piece := text[t.Range.Start.Byte:t.Range.End.Byte]
		if t.Type != hclsyntax.TokenStringLit {
			piece = withoutReturns(piece)
		}
		out, at = append(out, piece...), t.Range.End.Byte
	}
	return append(out, text[at:]...)
}

// withoutReturns takes away every carriage return before a line feed: to take
// one of several would leave the next round another.
func withoutReturns(piece []byte) []byte {
	lines := bytes.SplitAfter(piece, []byte("\n"))
	for i, line := range lines {
		if text, ok := bytes.CutSuffix(line, []byte("\n")); ok {
			lines[i] = append(bytes.Clone(bytes.TrimRight(text, "\r")), '\n')
		}
	}
	return bytes.Join(lines, nil)
}

// ended has no empty lines at either end, and one line feed after the last line.
func ended(text []byte) []byte {
	text = bytes.TrimLeft(text, "\n")
	text = bytes.TrimRight(text, " \t\n")
	if len(text) == 0 {
		return text
	}
	return append(bytes.Clone(text), '\n')
}

func report(diags hcl.Diagnostics) diag.List {
	out := make(diag.List, 0, len(diags))
	for _, d := range diags {
		severity := diag.Error
		if d.Severity == hcl.DiagWarning {
			severity = diag.Warning
		}
		out = append(out, diag.Diagnostic{
			Severity: severity, Summary: strings.TrimSuffix(d.Summary, "."), Detail: d.Detail, Range: rangeOf(d.Subject),
		})
	}
	return out.Sort()
}

func rangeOf(r *hcl.Range) *diag.Range {
	if r == nil {
		return nil
	}
	pos := func(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
	return &diag.Range{File: r.Filename, Start: pos(r.Start), End: pos(r.End)}
}
