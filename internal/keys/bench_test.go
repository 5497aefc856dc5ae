package keys_test

import (
	"fmt"
	"testing"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// BenchmarkLayout shows that flattening and decoding cost the same for each
// key, however many there are.
func BenchmarkLayout(b *testing.B) {
	for _, size := range []int{1000, 10_000, 100_000} {
		n := chosen(b, nettest.OfKeys(size))
		l := keys.NewLayout(schema.Network(), n.Prefix)
		objects, err := keys.Flatten(n, l, now)
		if err != nil {
			b.Fatal(err)
		}
		entries := entriesOf(objects)
		perKey := func(b *testing.B) {
			b.Helper()
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(entries)), "ns/key")
		}
		b.Run(fmt.Sprintf("flatten/keys=%d", size), func(b *testing.B) {
			for b.Loop() {
				if _, err := keys.Flatten(n, l, now); err != nil {
					b.Fatal(err)
				}
			}
			perKey(b)
		})
		b.Run(fmt.Sprintf("decode/keys=%d", size), func(b *testing.B) {
			for b.Loop() {
				keys.Decode(l, entries, noOwner)
			}
			perKey(b)
		})
	}
}

// chosen is a network of a size with everything chosen that a plan chooses.
func chosen(tb testing.TB, s nettest.Size) *network.Network {
	tb.Helper()
	n := nettest.Network(s)
	if found := n.Normalize(); len(found) > 0 {
		tb.Fatal(found)
	}
	for i := range n.Cores {
		n.Cores[i].UUID.Value, n.Cores[i].ServiceName.Value = fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), "api.v2.rpc"
	}
	for i := range n.Entries {
		n.Entries[i].ServiceName.Value = "client"
	}
	for i := range n.Users {
		n.Users[i].ID.Value = uint64(i) + 1
		for j := range n.Users[i].Devices {
			n.Users[i].Devices[j].UUID.Value = fmt.Sprintf("%08x-%04x-4000-8000-000000000001", i, j)
		}
	}
	return n
}
