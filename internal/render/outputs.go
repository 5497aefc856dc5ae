package render

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

// Output is one output of a configuration.
type Output struct {
	Name string
	// Value is what JSON prints, Text its form in HCL.
	Value       any
	Text        string
	Sensitive   bool
	Description string
}

// OutputsDocument is the outputs of a configuration, by name.
type OutputsDocument struct {
	Head
	Outputs map[string]OutputDocument `json:"outputs"`
}

// OutputDocument is one output. A sensitive one has no value.
type OutputDocument struct {
	Value       *any   `json:"value,omitempty"`
	Sensitive   bool   `json:"sensitive"`
	Description string `json:"description,omitempty"`
	text        string
}

// NewOutputs makes the Document of outputs.
func NewOutputs(outputs []Output) OutputsDocument {
	d := OutputsDocument{Head: head("outputs"), Outputs: make(map[string]OutputDocument, len(outputs))}
	for _, o := range outputs {
		x := OutputDocument{Value: &o.Value, Description: o.Description, text: o.Text}
		if o.Sensitive {
			x = OutputDocument{Sensitive: true, Description: o.Description, text: masked}
		}
		d.Outputs[o.Name] = x
	}
	return d
}

// Outputs shows the outputs as HCL, or JSON.
func Outputs(w io.Writer, outputs []Output, o Options) error {
	d := NewOutputs(outputs)
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	sorted := slices.SortedFunc(slices.Values(outputs), func(a, b Output) int { return cmp.Compare(a.Name, b.Name) })
	column := 0
	for _, x := range sorted {
		column = max(column, min(width(x.Name), maxColumn))
	}
	p := newPage(o)
	for _, x := range sorted {
		lines := strings.Split(escapeProse(p.redact.text(d.Outputs[x.Name].text)), "\n")
		p.line(pad(p.word(x.Name), column), " = ", lines[0])
		for _, line := range lines[1:] {
			p.line(line)
		}
	}
	return p.flush(w)
}
