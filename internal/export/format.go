package export

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

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
	text := lang.Source(src)
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
		next := ended(formatted(lang.Source(ended(text))))
		if bytes.Equal(next, text) {
			break
		}
		text = next
	}
	return text
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
