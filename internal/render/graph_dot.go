package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// dot is a graph for Graphviz.
func dot(d *GraphDocument) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	line("graph ", dotQuote(d.Network), " {")
	line(`  graph [rankdir=LR, fontname="sans-serif"]`)
	line(`  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="sans-serif", fontsize=11]`)
	line(`  edge [color="#666666", fontname="sans-serif", fontsize=9]`)
	for _, c := range d.Cells {
		line()
		line("  subgraph cluster_", c.ID, " {")
		line("    label=", dotQuote(c.Address+"\n"+c.Domain))
		line(`    color="#999999"`)
		for i := range d.Nodes {
			if d.Nodes[i].Cell == c.ID {
				line("    ", dotNode(&d.Nodes[i]))
			}
		}
		line("  }")
	}
	line()
	for i := range d.Nodes {
		if d.Nodes[i].Cell == "" {
			line("  ", dotNode(&d.Nodes[i]))
		}
	}
	line()
	for i := range d.Edges {
		line("  ", dotEdge(&d.Edges[i]))
	}
	line("}")
	return b.String()
}

func dotNode(n *GraphNode) string {
	attributes := "label=" + dotQuote(nodeLabel(n))
	switch {
	case n.Status == network.Archived:
		attributes += `, color="#bbbbbb", fontcolor="#999999", fillcolor="#f2f2f2"`
	case n.Kind == string(addr.Core):
		attributes += `, fillcolor="#dce9f7", penwidth=1.5`
	}
	return n.ID + " [" + attributes + "]"
}

// nodeLabel is what a node is called, in lines.
func nodeLabel(n *GraphNode) string {
	lines := []string{n.Address, n.IP}
	if n.Domain != "" {
		lines = append(lines, n.Domain)
	}
	if n.Status != "" && n.Status != network.Active {
		lines = append(lines, n.Status)
	}
	return strings.Join(lines, "\n")
}

func dotEdge(e *GraphEdge) string {
	style := ""
	switch e.Kind {
	case linkEdge:
		style = "penwidth=1.5"
	case bindingEdge:
		style = "dir=forward"
	case routeEdge:
		style = "dir=forward, style=dashed"
	}
	if e.Status == network.Archived {
		style += `, color="#cccccc"`
	}
	return e.From + " -- " + e.To + " [" + style + "]"
}

// dotQuote is a quoted string of DOT, each line of its own.
func dotQuote(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		// Escape doubles backslashes, as DOT wants them in a label.
		lines[i] = strings.ReplaceAll(Escape(line), `"`, `\"`)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
