package render

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// GraphFormat is how a graph is printed.
type GraphFormat string

// The formats of a graph.
const (
	DOT       GraphFormat = "dot"
	Mermaid   GraphFormat = "mermaid"
	GraphJSON GraphFormat = "json"
)

// GraphDocument is the topology that a configuration declares.
type GraphDocument struct {
	Head
	Network string      `json:"network"`
	Cells   []GraphCell `json:"cells"`
	Nodes   []GraphNode `json:"nodes"`
	Edges   []GraphEdge `json:"edges"`
}

// GraphCell is a cell.
type GraphCell struct {
	ID      string `json:"id"`
	Address string `json:"address"`
	Domain  string `json:"domain,omitempty"`
	Status  string `json:"status,omitempty"`
}

// GraphNode is a Core or an Entry. Its id is made of its address.
type GraphNode struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Address string `json:"address"`
	IP      string `json:"ip"`
	Domain  string `json:"domain,omitempty"`
	Region  string `json:"region,omitempty"`
	Status  string `json:"status,omitempty"`
	// Cell is the id of the cell.
	Cell string `json:"cell,omitempty"`
}

// GraphEdge is a link of two Cores, listed once; the binding of an Entry; or a
// route. From and To are ids of nodes.
type GraphEdge struct {
	Kind string `json:"kind"`
	From string `json:"from"`
	To   string `json:"to"`
	// Address is that of a route.
	Address string `json:"address,omitempty"`
	Status  string `json:"status,omitempty"`
}

// The kinds of edges.
const (
	linkEdge    = "link"
	bindingEdge = "binding"
	routeEdge   = "route"
)

// Graph prints the topology of a network for Graphviz, Mermaid or programs.
func Graph(w io.Writer, n *network.Network, format GraphFormat, o Options) error {
	d := newGraph(n, o.redactor())
	switch format {
	case DOT:
		return write(w, dot(&d))
	case Mermaid:
		return write(w, mermaid(&d))
	case GraphJSON:
		return writeJSON(w, d, o)
	}
	return fmt.Errorf("unknown format %q of a graph: dot, mermaid and json are known", format)
}

// NewGraph makes the Document of a network's topology.
func NewGraph(n *network.Network) GraphDocument { return newGraph(n, newRedactor(nil)) }

// newGraph makes identifiers of addresses as they are shown.
func newGraph(n *network.Network, redact *redactor) GraphDocument {
	d := GraphDocument{Head: head("graph"), Network: n.Name, Cells: []GraphCell{}, Nodes: []GraphNode{}, Edges: []GraphEdge{}}
	ids := map[addr.Addr]string{}
	taken := map[string]bool{}
	id := func(a addr.Addr) string {
		ids[a] = graphID(redact.text(a.String()), taken)
		return ids[a]
	}
	for i := range n.Cells {
		c := &n.Cells[i]
		d.Cells = append(d.Cells, GraphCell{ID: id(c.Addr), Address: c.Addr.String(), Domain: open(c.Domain), Status: open(c.Status)})
	}
	for i := range n.Cores {
		node := graphNode(&n.Cores[i].Node, addr.Core, id(n.Cores[i].Addr))
		node.Cell = ids[n.Cores[i].Cell.To]
		d.Nodes = append(d.Nodes, node)
	}
	for i := range n.Entries {
		d.Nodes = append(d.Nodes, graphNode(&n.Entries[i].Node, addr.Entry, id(n.Entries[i].Addr)))
	}
	d.edges(n, ids)
	return d
}

// graphID makes an identifier of an address that every format takes. It stays
// the same when other objects come and go, unless their addresses differ from
// this one in punctuation only.
func graphID(address string, taken map[string]bool) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, address), "_")
	id := base
	for n := 2; taken[id]; n++ {
		id = base + "__" + strconv.Itoa(n)
	}
	taken[id] = true
	return id
}

func graphNode(n *network.Node, kind addr.Kind, id string) GraphNode {
	return GraphNode{
		ID: id, Kind: string(kind), Address: n.Addr.String(), IP: open(n.IP), Domain: open(n.Domain), Region: open(n.Region), Status: open(n.Status),
	}
}

// open is a value as it may be shown.
func open(t network.Text) string {
	if t.Sensitive {
		return masked
	}
	return t.Value
}

func (d *GraphDocument) edges(n *network.Network, ids map[addr.Addr]string) {
	links := n.Links()
	for i := range n.Cores {
		from := n.Cores[i].Addr
		for _, to := range links[from] {
			if addr.Compare(from, to) < 0 {
				d.edge(GraphEdge{Kind: linkEdge, From: ids[from], To: ids[to]})
			}
		}
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		d.edge(GraphEdge{Kind: bindingEdge, From: ids[e.Addr], To: ids[e.BoundTo.To]})
	}
	for i := range n.Routes {
		r := &n.Routes[i]
		d.edge(GraphEdge{Kind: routeEdge, From: ids[r.Entry.To], To: ids[r.Core.To], Address: r.Addr.String(), Status: open(r.Status)})
	}
}

// edge adds an edge whose ends are known.
func (d *GraphDocument) edge(e GraphEdge) {
	if e.From != "" && e.To != "" {
		d.Edges = append(d.Edges, e)
	}
}
