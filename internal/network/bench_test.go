package network_test

import (
	"fmt"
	"testing"

	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
)

// BenchmarkCheck shows that the cost of all checks grows with the network, and
// no faster: time per object stays about the same.
func BenchmarkCheck(b *testing.B) {
	for _, size := range []nettest.Size{
		{Cores: 40, Entries: 96, Routes: 120, Users: 1000},
		{Cores: 40, Entries: 960, Routes: 1200, Users: 10_000},
		{Cores: 40, Entries: 960, Routes: 1200, Users: 100_000},
	} {
		objects := size.Cores + size.Entries + size.Routes + 2*size.Users
		b.Run(fmt.Sprintf("objects=%d", objects), func(b *testing.B) {
			n := nettest.Network(size)
			for b.Loop() {
				if found := check(n); len(found) > 0 {
					b.Fatal(lines(found))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(objects), "ns/object")
		})
	}
}

// BenchmarkGraph is a ring of Cores, the longest walk for a search of cut
// vertices, and a full mesh, the most links.
func BenchmarkGraph(b *testing.B) {
	for _, size := range []int{1000, 10_000, 100_000} {
		ring := make([][2]int, size)
		for i := range ring {
			ring[i] = [2]int{i, (i + 1) % size}
		}
		n := cores(size, ring)
		n.Normalize()
		benchmarkValidate(b, fmt.Sprintf("ring=%d", size), n)
	}
	for _, size := range []int{40, 400} {
		n := cores(size, nil)
		n.Normalize()
		benchmarkValidate(b, fmt.Sprintf("mesh=%d", size), n)
	}
}

func benchmarkValidate(b *testing.B, name string, n *network.Network) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			n.Validate()
		}
	})
}
