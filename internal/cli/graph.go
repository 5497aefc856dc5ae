package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/render"
)

func (a *app) newGraph() *cobra.Command {
	var out outputFlags
	var s sourceFlags
	formats := []string{formatDOT, formatMermaid, formatJSON}
	c := &cobra.Command{
		Use:   "graph [PATH]",
		Short: "Draw the network of a configuration",
		Long: `Print the nodes, links, bindings and routes of a configuration as a graph, for
Graphviz, for Mermaid in a Markdown file, or as JSON. No cluster is asked.` + exits("0  printed", "1  error"),
		Example: "  sigilform graph | dot -Tsvg >network.svg\n  sigilform graph --format mermaid examples/network.hcl",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.output(&out, formats...); err != nil {
				return err
			}
			source, err := s.source(path(args))
			if err != nil {
				return err
			}
			network, warnings, err := a.engine.Graph(c.Context(), source)
			if err != nil {
				return err
			}
			if err := a.warn(warnings); err != nil {
				return err
			}
			return render.Graph(a.stdout, network, graphFormat(out.format), a.options())
		},
	}
	out.add(c, formats...)
	s.add(c)
	return c
}

func graphFormat(name string) render.GraphFormat {
	switch name {
	case formatMermaid:
		return render.Mermaid
	case formatJSON:
		return render.GraphJSON
	default:
		return render.DOT
	}
}
