package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// topology checks that the Cores in use reach one another, and warns of a Core
// without which they would not.
func (v *validator) topology() {
	if count := v.CountLinks(); count > MaxLinks {
		v.tooManyLinks(count)
		return
	}
	if !v.LinksDeclared() {
		return // a full mesh is connected, and no Core holds it together
	}
	g := v.coreGraph()
	if len(g.cores) < 2 {
		return
	}
	if parts := g.parts(); len(parts) > 1 {
		v.disconnected(g, parts)
		return
	}
	for _, i := range g.cutVertices() {
		v.add(warning(g.cores[i], "links", fmt.Sprintf("Without %s the Cores would fall apart", g.cores[i]),
			"It is the only way between some Cores: a cut vertex of the graph of links.", "Add a link around it."))
	}
}

// tooManyLinks refuses what could not be written.
func (v *validator) tooManyLinks(count int) {
	at := v.Cores[0].Addr
	for i := range v.Cores {
		if v.Cores[i].Links.Named {
			at = v.Cores[i].Addr
			break
		}
	}
	what := fmt.Sprintf("The Cores name %d links", count)
	if !v.LinksDeclared() {
		what = fmt.Sprintf("No Core names links, so all %d Cores are linked with each other by %d links", len(v.Cores), count)
	}
	v.refuse(at, "links", "Too many links between Cores",
		fmt.Sprintf("%s, and a network has at most %d (a full mesh of 1,000 Cores). Each link is two keys of the store.", what, MaxLinks),
		"Name the links of the Cores, such as links = [core.a, core.b].")
}

func (v *validator) disconnected(g *graph, parts [][]int) {
	lines := make([]string, 0, len(parts))
	for _, part := range parts {
		texts := make([]string, 0, len(part))
		for _, i := range part {
			texts = append(texts, g.cores[i].String())
		}
		slices.Sort(texts)
		lines = append(lines, strings.Join(texts, ", "))
	}
	first := g.cores[parts[1][0]]
	v.refuse(first, "links", "The links of the Cores form no connected graph",
		fmt.Sprintf("There are %d parts that no link joins:\n%s", len(parts), strings.Join(lines, "\n")),
		"Add a link between the parts. Where no Core names links, all are linked.")
}

// graph is the links between the Cores that are not archived.
type graph struct {
	cores []addr.Addr
	edges [][]int
}

func (v *validator) coreGraph() *graph {
	g := &graph{}
	place := map[addr.Addr]int{}
	for i := range v.Cores {
		if !archived(v.Cores[i].Status) {
			place[v.Cores[i].Addr] = len(g.cores)
			g.cores = append(g.cores, v.Cores[i].Addr)
		}
	}
	g.edges = make([][]int, len(g.cores))
	links := v.Links()
	for i, core := range g.cores {
		for _, peer := range links[core] {
			if j, ok := place[peer]; ok && i != j {
				g.edges[i] = append(g.edges[i], j)
			}
		}
	}
	return g
}

// parts are the connected components, in the order of their first Core.
func (g *graph) parts() [][]int {
	seen := make([]bool, len(g.cores))
	var parts [][]int
	for i := range g.cores {
		if seen[i] {
			continue
		}
		seen[i] = true
		part := []int{i}
		for at := 0; at < len(part); at++ {
			for _, j := range g.edges[part[at]] {
				if !seen[j] {
					seen[j] = true
					part = append(part, j)
				}
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// cutVertices are the Cores whose loss separates others, by the method of
// Hopcroft and Tarjan (Algorithm 447, CACM 1973), without recursion: linear in
// the number of links.
func (g *graph) cutVertices() []int {
	n := len(g.cores)
	d := &depthFirst{graph: g, order: make([]int, n), low: make([]int, n), parent: make([]int, n), next: make([]int, n), cut: make([]bool, n)}
	d.walk(0)
	var out []int
	for i, cut := range d.cut {
		if cut {
			out = append(out, i)
		}
	}
	return out
}

type depthFirst struct {
	*graph
	order, low, parent, next []int
	cut                      []bool
	count                    int
}

func (d *depthFirst) enter(i, parent int) {
	d.count++
	d.order[i], d.low[i], d.parent[i] = d.count, d.count, parent
}

func (d *depthFirst) walk(root int) {
	d.enter(root, -1)
	children := 0
	stack := []int{root}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		if d.next[i] == len(d.edges[i]) {
			stack = stack[:len(stack)-1]
			d.leave(i, root)
			continue
		}
		j := d.edges[i][d.next[i]]
		d.next[i]++
		switch {
		case d.order[j] == 0:
			if i == root {
				children++
			}
			d.enter(j, i)
			stack = append(stack, j)
		case j != d.parent[i]:
			d.low[i] = min(d.low[i], d.order[j])
		}
	}
	d.cut[root] = children > 1
}

func (d *depthFirst) leave(i, root int) {
	p := d.parent[i]
	if p < 0 {
		return
	}
	d.low[p] = min(d.low[p], d.low[i])
	if p != root && d.low[i] >= d.order[p] {
		d.cut[p] = true
	}
}
