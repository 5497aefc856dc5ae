package render

import (
	"io"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
)

// Status shows the live network: nodes with status and health, bindings and
// routes, and the members of the cluster with its quorum.
func Status(w io.Writer, s StatusDocument, o Options) error {
	s.Head, s.Journal, s.Restored = head("status"), NewJournal(o.Journal), o.Restored
	s.Nodes, s.Links, s.Foreign, s.Members = list(s.Nodes), list(s.Links), list(s.Foreign), list(s.Members)
	s.Warnings = list(s.Warnings)
	if o.Format == JSON {
		return writeJSON(w, s, o)
	}
	p := newPage(o)
	p.statusHeader(&s)
	p.cores(&s)
	p.entries(&s)
	p.otherNodes(&s)
	p.statusCounts(&s)
	p.cluster(&s)
	p.statusWarnings(s.Warnings)
	return p.flush(w)
}

func (p *page) statusHeader(s *StatusDocument) {
	if p.o.Quiet {
		return
	}
	p.line(p.color(bold, "Network "+p.address(s.Network)), " under ", p.word(s.Prefix), ", revision ", plainNumber(s.Revision))
	if s.Serial == 0 {
		p.line("Nothing was applied yet.")
	} else {
		at := ""
		if s.AppliedAt != nil {
			at = " at " + moment(*s.AppliedAt)
		}
		p.line("Last applied: serial ", plainNumber(s.Serial), by(p.word(s.AppliedBy)), at, p.commit(s.Commit))
	}
	p.space()
}

func (p *page) statusWarnings(found diag.List) {
	for i := range found {
		p.space()
		p.diagnostic(&found[i])
	}
}

// ofKind are the nodes of one kind.
func (s *StatusDocument) ofKind(kind string) []*StatusNode {
	var nodes []*StatusNode
	for i := range s.Nodes {
		if s.Nodes[i].Kind == kind {
			nodes = append(nodes, &s.Nodes[i])
		}
	}
	return nodes
}

func (p *page) cores(s *StatusDocument) {
	nodes := s.ofKind("core")
	if len(nodes) == 0 {
		return
	}
	links := map[string]int{}
	for _, l := range s.Links {
		links[l.A]++
		links[l.B]++
	}
	t := table{right: []bool{false, false, false, false, false, false, true}}
	t.row("core", "ip", "domain", "region", "status", "health", "links")
	for _, n := range nodes {
		t.row(p.nodeName(n), p.word(n.IP), p.word(n.Domain), p.word(n.Region), p.nodeStatus(n.Status), p.health(n, s.Time), number(links[n.IP]))
	}
	p.titled("Cores", len(nodes), &t)
}

// titled adds a table under a title with a count.
func (p *page) titled(title string, count int, t *table) {
	p.space()
	p.line(p.color(bold, title), " ", p.color(dim, number(count)))
	p.space()
	p.table("  ", t)
	p.space()
}

func (p *page) entries(s *StatusDocument) {
	nodes := s.ofKind("entry")
	if len(nodes) == 0 {
		return
	}
	name := nodeNames(p, s)
	t := table{}
	t.row("entry", "ip", "domain", "region", "status", "health", "bound to", "routes")
	for _, n := range nodes {
		t.row(p.nodeName(n), p.word(n.IP), p.word(n.Domain), p.word(n.Region), p.nodeStatus(n.Status), p.health(n, s.Time),
			name(n.BoundTo), p.routes(n.Routes, name))
	}
	p.titled("Entries", len(nodes), &t)
}

// nodeNames shows a node by its address, else by its IP.
func nodeNames(p *page, s *StatusDocument) func(ip string) string {
	known := make(map[string]string, len(s.Nodes))
	for i := range s.Nodes {
		if s.Nodes[i].Address != "" {
			known[s.Nodes[i].IP] = s.Nodes[i].Address
		}
	}
	return func(ip string) string {
		if a, ok := known[ip]; ok {
			return p.address(a)
		}
		return p.word(ip)
	}
}

func (p *page) otherNodes(s *StatusDocument) {
	nodes := s.ofKind("node")
	if len(nodes) == 0 {
		return
	}
	t := table{}
	t.row("ip", "domain", "status", "health")
	for _, n := range nodes {
		t.row(p.word(n.IP), p.word(n.Domain), p.nodeStatus(n.Status), p.health(n, s.Time))
	}
	p.titled("Nodes without a valid role", len(nodes), &t)
}

func (p *page) nodeName(n *StatusNode) string {
	if n.Address == "" {
		return p.color(dim, "(unmanaged)")
	}
	return p.address(n.Address)
}

func (p *page) nodeStatus(status string) string {
	switch status {
	case network.Active:
		return p.color(green, status)
	case network.Inactive:
		return p.color(yellow, status)
	case network.Archived:
		return p.color(dim, status)
	case "":
		return "-"
	}
	return p.value(status)
}

// health is what a node was last found to be, and how long ago.
func (p *page) health(n *StatusNode, now time.Time) string {
	if n.Health == "" {
		return p.color(dim, "unknown")
	}
	text, c := p.value(n.Health), red
	switch n.Health {
	case "healthy":
		c = green
	case "degraded":
		c = yellow
	}
	text = p.color(c, text)
	if n.HealthAt != nil {
		text += " " + p.color(dim, age(*n.HealthAt, now))
	}
	return text
}

func (p *page) routes(routes []StatusRoute, name func(string) string) string {
	parts := make([]string, len(routes))
	for i, r := range routes {
		parts[i] = name(r.Core)
		if r.Status != network.Active {
			parts[i] += " (" + p.nodeStatus(r.Status) + ")"
		}
	}
	return strings.Join(parts, ", ")
}

func (p *page) statusCounts(s *StatusDocument) {
	if p.o.Quiet {
		return
	}
	p.space()
	for _, x := range []struct {
		name  string
		count StatusCount
	}{{"Users", s.Users}, {"Devices", s.Devices}} {
		if x.count.Total() > 0 {
			p.line(p.color(bold, pad(x.name, len("Unmanaged"))), "  ", number(x.count.Total()), byStatus(x.count))
		}
	}
	if s.Unmanaged > 0 {
		p.line(p.color(bold, "Unmanaged"), "  ", counted(s.Unmanaged, "object", "objects"), " created by others")
	}
	for _, f := range s.Foreign {
		if f.Keys > 0 {
			p.line(p.color(bold, pad("Foreign", len("Unmanaged"))), "  ", counted(f.Keys, "key", "keys"), " under ", p.word(f.Prefix))
		}
	}
	p.space()
}

// byStatus says what is not active.
func byStatus(c StatusCount) string {
	var parts []string
	for _, x := range []struct {
		count int
		word  string
	}{{c.Inactive, "inactive"}, {c.Archived, "archived"}, {c.Other, "without a valid status"}} {
		if x.count > 0 {
			parts = append(parts, number(x.count)+" "+x.word)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ", of them " + strings.Join(parts, ", ")
}
