package render_test

import (
	"bytes"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

func graphNetwork() *network.Network {
	cell := addr.New(addr.Cell, "main", addr.NoKey)
	ams, waw := addr.New(addr.Core, "ams", addr.NoKey), addr.New(addr.Core, "pool", addr.StringKey(`w"]-->x`))
	shop, old := addr.New(addr.Entry, "shop", addr.NoKey), addr.New(addr.Entry, "old", addr.IntKey(0))
	node := func(a addr.Addr, ip, status string) network.Node {
		return network.Node{
			Addr: a, IP: network.Text{Value: ip}, Status: network.Text{Value: status},
			Domain: network.Text{Value: a.Name + ".example.net", Sensitive: a == old},
		}
	}
	return &network.Network{
		Catalogue: schema.Network(),
		Name:      "example",
		Cells:     []network.Cell{{Addr: cell, Domain: network.Text{Value: "cell.example.net"}}},
		Cores: []network.Core{
			{Node: node(ams, "192.0.2.11", network.Active), Cell: network.Ref{To: cell, Named: true}},
			{Node: node(waw, "192.0.2.12", network.Active)},
		},
		Entries: []network.Entry{
			{Node: node(old, "203.0.113.9", network.Archived)},
			{Node: node(shop, "203.0.113.5", network.Active), BoundTo: network.Ref{To: ams, Named: true}},
		},
		Routes: []network.Route{{
			Addr: addr.New(addr.Route, "r", addr.NoKey), Entry: network.Ref{To: shop}, Core: network.Ref{To: waw},
			Status: network.Text{Value: network.Active},
		}},
	}
}

func TestGraph(t *testing.T) {
	g := openGolden(t, "testdata/graph.txtar")
	for _, format := range []render.GraphFormat{render.DOT, render.Mermaid, render.GraphJSON} {
		g.want(t, string(format), rendered(t, func(w *bytes.Buffer) error { return render.Graph(w, graphNetwork(), format, render.Options{}) }))
	}
	g.close(t)
	if err := render.Graph(&bytes.Buffer{}, graphNetwork(), "svg", render.Options{}); err == nil {
		t.Error("an unknown format is accepted")
	}
}
