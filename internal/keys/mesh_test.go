package keys

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// TestFlattenRefusesALargeMesh: links that could not be written are not made.
func TestFlattenRefusesALargeMesh(t *testing.T) {
	t.Parallel()
	n := &network.Network{Name: "n"}
	for i := range 1001 {
		n.Cores = append(n.Cores, network.Core{Node: network.Node{Addr: addr.New(addr.Core, fmt.Sprintf("c%d", i), addr.NoKey)}})
	}
	_, err := Flatten(n, NewLayout("/x/"), "")
	if err == nil || !strings.Contains(err.Error(), "at most 500000") {
		t.Errorf("error: %v", err)
	}
}
