package render

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// mermaid is a graph for Markdown pages.
func mermaid(d *GraphDocument) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	line("flowchart LR")
	for _, c := range d.Cells {
		line("  subgraph ", c.ID, "[", mermaidQuote(c.Address+"\n"+c.Domain), "]")
		for i := range d.Nodes {
			if d.Nodes[i].Cell == c.ID {
				line("    ", mermaidNode(&d.Nodes[i]))
			}
		}
		line("  end")
	}
	for i := range d.Nodes {
		if d.Nodes[i].Cell == "" {
			line("  ", mermaidNode(&d.Nodes[i]))
		}
	}
	for _, e := range d.Edges {
		line("  ", e.From, " ", mermaidArrow(e.Kind), " ", e.To)
	}
	line("  classDef core fill:#dce9f7,stroke:#456,stroke-width:2px")
	line("  classDef entry fill:#fff,stroke:#666")
	line("  classDef archived fill:#f2f2f2,stroke:#bbb,color:#999")
	return b.String()
}

func mermaidNode(n *GraphNode) string {
	class := n.Kind
	if n.Status == network.Archived {
		class = network.Archived
	}
	left, right := "(", ")"
	if n.Kind == string(addr.Core) {
		left, right = "[", "]"
	}
	return n.ID + left + mermaidQuote(nodeLabel(n)) + right + ":::" + class
}

func mermaidArrow(kind string) string {
	switch kind {
	case linkEdge:
		return "---"
	case bindingEdge:
		return "-->"
	default:
		return "-.->"
	}
}

// mermaidQuote is a quoted label: what has a meaning to Mermaid, HTML or
// Markdown is written as a numbered entity.
func mermaidQuote(s string) string {
	var b strings.Builder
	for i, text := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteString("<br>")
		}
		for _, r := range escapeLine(text) {
			if strings.ContainsRune("\"#<>&`*_\\;[](){}|", r) {
				fmt.Fprintf(&b, "#%d;", r)
				continue
			}
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
