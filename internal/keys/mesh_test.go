package keys

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestFlattenRefusesALargeMesh: links that could not be written are not made.
func TestFlattenRefusesALargeMesh(t *testing.T) {
	t.Parallel()
	n := &network.Network{Catalogue: schema.Network(), Name: "n"}
	for i := range 1001 {
		n.Cores = append(n.Cores, network.Core{Node: network.Node{Addr: addr.New(addr.Core, fmt.Sprintf("c%d", i), addr.NoKey)}})
	}
	_, err := Flatten(n, NewLayout(schema.Network(), "/x/"), "")
	if err == nil || !strings.Contains(err.Error(), "at most 500000") {
		t.Errorf("error: %v", err)
	}
}

// TestFlattenTakesAsManyAsThereMayBe: the limit itself is allowed. The links are
// the same one again and again, so that little is made.
func TestFlattenTakesAsManyAsThereMayBe(t *testing.T) {
	t.Parallel()
	n := &network.Network{Catalogue: schema.Network(), Name: "n"}
	for i := range 2 {
		node := network.Node{Addr: addr.New(addr.Core, fmt.Sprintf("c%d", i), addr.NoKey), IP: network.Text{Value: fmt.Sprintf("192.0.2.%d", i+1), Named: true}}
		node.ServiceName = network.Text{Value: fmt.Sprintf("api.v2.rpc.%016x", i), Named: true}
		n.Cores = append(n.Cores, network.Core{Node: node, UUID: network.Text{Value: "x", Named: true}})
	}
	n.Normalize()
	n.Cores[0].Links = network.Refs{Named: true, To: slices.Repeat([]addr.Addr{n.Cores[1].Addr}, network.MaxLinks)}
	if _, err := Flatten(n, NewLayout(schema.Network(), "/x/"), ""); err != nil {
		t.Errorf("%d links: %v", network.MaxLinks, err)
	}
	n.Cores[0].Links.To = append(n.Cores[0].Links.To, n.Cores[1].Addr)
	if _, err := Flatten(n, NewLayout(schema.Network(), "/x/"), ""); err == nil {
		t.Error("one more is taken")
	}
}
