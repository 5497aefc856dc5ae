package network

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

// MaxLinks bounds the links of a network: each is two keys of the store, and a
// million keys are what a network may have. A full mesh has as many with 1,000
// Cores.
const MaxLinks = 500_000

// LinksDeclared reports whether any Core names its links. Where none does, the
// Cores that are not archived form a full mesh.
func (n *Network) LinksDeclared() bool {
	for i := range n.Cores {
		if n.Cores[i].Links.Named {
			return true
		}
	}
	return false
}

// CountLinks counts the links, without making them: those of a full mesh are
// one fact until they are written. A link that both sides name counts twice.
func (n *Network) CountLinks() int {
	named, live := 0, 0
	for i := range n.Cores {
		named += len(n.Cores[i].Links.To)
		if n.Cores[i].Status.Value != Archived {
			live++
		}
	}
	if n.LinksDeclared() {
		return named
	}
	return live * (live - 1) / 2
}

// Links are the effective links of each Core: symmetric, sorted, without
// repetition. Every Core has an entry, also one without links. What calls it
// holds all links at once, so the network must be within [MaxLinks].
func (n *Network) Links() map[addr.Addr][]addr.Addr {
	declared := n.LinksDeclared()
	out := make(map[addr.Addr][]addr.Addr, len(n.Cores))
	for i := range n.Cores {
		c := &n.Cores[i]
		if _, ok := out[c.Addr]; !ok {
			out[c.Addr] = nil
		}
		peers := c.Links.To
		if !declared {
			peers = n.mesh(i)
		}
		for _, peer := range peers {
			out[c.Addr] = append(out[c.Addr], peer)
			out[peer] = append(out[peer], c.Addr)
		}
	}
	for core, peers := range out {
		slices.SortFunc(peers, addr.Compare)
		out[core] = slices.Compact(peers)
	}
	return out
}

// mesh are the Cores after the i-th with which it forms the full mesh.
func (n *Network) mesh(i int) []addr.Addr {
	if n.Cores[i].Status.Value == Archived {
		return nil
	}
	var peers []addr.Addr
	for j := i + 1; j < len(n.Cores); j++ {
		if n.Cores[j].Status.Value != Archived {
			peers = append(peers, n.Cores[j].Addr)
		}
	}
	return peers
}
