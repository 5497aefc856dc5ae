package network_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// cores makes Cores 0 to n-1 with the links that one side of each declares.
func cores(n int, links [][2]int) *network.Network {
	out := &network.Network{Catalogue: schema.Network(), Name: "n"}
	for i := range n {
		out.Cores = append(out.Cores, network.Core{Node: network.Node{Addr: place(i), IP: text(fmt.Sprintf("10.0.%d.%d", i/250, i%250+1))}})
	}
	for _, l := range links {
		refs := &out.Cores[l[0]].Links
		refs.Named, refs.To = true, append(refs.To, place(l[1]))
	}
	return out
}

func place(i int) addr.Addr { return core(fmt.Sprintf("c%04d", i)) }

func TestGraph(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		n     *network.Network
		want  []string
		parts string
	}{
		{"no Core", cores(0, nil), nil, ""},
		{"one Core", cores(1, nil), nil, ""},
		{"no Core names links: a full mesh", cores(5, nil), nil, ""},
		{"two with a link", cores(2, [][2]int{{1, 0}}), nil, ""},
		{"a chain", cores(3, [][2]int{{0, 1}, {2, 1}}), []string{"warning core.c0001 links: Without core.c0001 the Cores would fall apart"}, ""},
		{"a ring", cores(4, [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 0}}), nil, ""},
		{"a star", cores(4, [][2]int{{0, 1}, {0, 2}, {0, 3}}), []string{"warning core.c0000 links: Without core.c0000 the Cores would fall apart"}, ""},
		{"a ring at the end of a chain", cores(4, [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 1}}), []string{"warning core.c0001 links: Without core.c0001 the Cores would fall apart"}, ""},
		{
			"two rings that share a Core", cores(5, [][2]int{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {4, 2}}),
			[]string{"warning core.c0002 links: Without core.c0002 the Cores would fall apart"},
			"",
		},
		{"both sides name it", cores(3, [][2]int{{0, 1}, {1, 0}, {1, 2}, {2, 1}, {0, 2}}), nil, ""},
		{
			"three parts", cores(5, [][2]int{{0, 3}, {1, 4}}),
			[]string{"error core.c0001 links: The links of the Cores form no connected graph"},
			"There are 3 parts that no link joins:\ncore.c0000, core.c0003\ncore.c0001, core.c0004\ncore.c0002",
		},
	} {
		found := check(c.n)
		got := lines(found)
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if c.parts != "" && found[0].Detail != c.parts {
			t.Errorf("%s: %s", c.name, found[0].Detail)
		}
	}
}

// TestAnEmptyListOfLinks: links = [] names none, and so ends the full mesh.
func TestAnEmptyListOfLinks(t *testing.T) {
	t.Parallel()
	n := cores(2, nil)
	n.Cores[0].Links = all()
	if got := lines(check(n)); len(got) != 1 {
		t.Errorf("findings: %v", got)
	}
	if l := n.Links(); len(l) != 2 || len(l[place(0)]) != 0 || len(l[place(1)]) != 0 {
		t.Errorf("links: %v", l)
	}
}

func TestArchivedCoresAreOutOfTheGraph(t *testing.T) {
	t.Parallel()
	// 0—1—2 with 1 archived: what is left falls apart.
	n := cores(3, [][2]int{{0, 1}, {1, 2}})
	n.Cores[1].Status = text(network.Archived)
	if got := lines(check(n)); len(got) != 1 || got[0] != "error core.c0002 links: The links of the Cores form no connected graph" {
		t.Errorf("findings: %v", got)
	}
	// A link with it may stay while others hold the rest together.
	n.Cores[0].Links.To = append(n.Cores[0].Links.To, place(2))
	if got := lines(check(n)); len(got) > 0 {
		t.Errorf("findings: %v", got)
	}
	// In the full mesh it has no link.
	mesh := cores(3, nil)
	mesh.Cores[1].Status = text(network.Archived)
	want := map[addr.Addr][]addr.Addr{place(0): {place(2)}, place(1): nil, place(2): {place(0)}}
	if diff := cmp.Diff(want, mesh.Links(), cmp.AllowUnexported(addr.Key{})); diff != "" {
		t.Error(diff)
	}
}

func TestALinkWithItself(t *testing.T) {
	t.Parallel()
	n := cores(2, [][2]int{{0, 0}, {0, 1}})
	if got := lines(check(n)); len(got) != 1 || got[0] != "error core.c0000 links: core.c0000 links itself" {
		t.Errorf("findings: %v", got)
	}
}

// drawGraph draws few Cores with any links, some of them archived. Two graphs
// of three grow from a tree and are connected: only there is a cut vertex to find.
func drawGraph(t *rapid.T) *network.Network {
	size := rapid.IntRange(1, 9).Draw(t, "cores")
	end := rapid.IntRange(0, size-1)
	var links [][2]int
	connected := rapid.IntRange(0, 2).Draw(t, "connected") > 0
	if connected {
		for i := 1; i < size; i++ {
			links = append(links, [2]int{i, rapid.IntRange(0, i-1).Draw(t, "joins")})
		}
	}
	for range rapid.IntRange(0, size).Draw(t, "links") {
		if a, b := end.Draw(t, "a"), end.Draw(t, "b"); a != b {
			links = append(links, [2]int{a, b})
		}
	}
	n := cores(size, links)
	for i := range n.Cores {
		if !connected && rapid.IntRange(0, 5).Draw(t, "archived") == 0 {
			n.Cores[i].Status = text(network.Archived)
		}
	}
	return n
}

// TestLinksAreSymmetric: each Core has its links, in order, once, and so has
// the other side.
func TestLinksAreSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawGraph(t)
		links := n.Links()
		if len(links) != len(n.Cores) {
			t.Fatalf("%d Cores have entries of %d", len(links), len(n.Cores))
		}
		for a, peers := range links {
			if !slices.IsSortedFunc(peers, addr.Compare) || len(slices.Compact(slices.Clone(peers))) != len(peers) {
				t.Fatalf("%s: %v", a, peers)
			}
			for _, b := range peers {
				if !slices.Contains(links[b], a) {
					t.Fatalf("%s has a link to %s, which has none back", a, b)
				}
			}
		}
		for i := range n.Cores {
			for _, b := range n.Cores[i].Links.To {
				if !slices.Contains(links[n.Cores[i].Addr], b) {
					t.Fatalf("%s lost its link to %s", n.Cores[i].Addr, b)
				}
			}
		}
	})
}

// TestGraphFindsWhatRemovalFinds compares the findings with what taking each
// Core away by itself shows.
func TestGraphFindsWhatRemovalFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawGraph(t)
		var want []string
		switch live := inUse(n); {
		case partsWithout(n, live, -1) > 1:
			want = []string{"links"}
		default:
			for _, i := range live {
				if partsWithout(n, live, i) > 1 {
					want = append(want, place(i).String())
				}
			}
		}
		var got []string
		for _, d := range check(n) {
			if d.Severity == diag.Error {
				got = append(got, d.Attribute)
			} else {
				got = append(got, d.Address)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func inUse(n *network.Network) []int {
	var live []int
	for i := range n.Cores {
		if n.Cores[i].Status.Value != network.Archived {
			live = append(live, i)
		}
	}
	return live
}

// partsWithout counts the parts of the Cores in use but one, by joining.
func partsWithout(n *network.Network, live []int, gone int) int {
	part := map[addr.Addr]addr.Addr{}
	for _, i := range live {
		if i != gone {
			part[place(i)] = place(i)
		}
	}
	for range part {
		for a, peers := range n.Links() {
			for _, b := range peers {
				_, hasA := part[a]
				_, hasB := part[b]
				if hasA && hasB && addr.Compare(part[a], part[b]) > 0 {
					part[a] = part[b]
				}
			}
		}
	}
	roots := map[addr.Addr]bool{}
	for _, r := range part {
		roots[r] = true
	}
	return len(roots)
}

// TestAFullMeshIsOneFact: a mesh is checked without making its links, and
// refused where they could not be written.
func TestAFullMeshIsOneFact(t *testing.T) { // not parallel: it measures what the process allocates
	most := cores(1000, nil)
	if got := lines(check(most)); len(got) > 0 {
		t.Errorf("a mesh of 1,000 Cores: %v", got)
	}
	large := cores(3000, nil)
	large.Normalize()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found := large.Validate()
	runtime.ReadMemStats(&after)
	if got := lines(found); len(got) != 1 || got[0] != "error core.c0000 links: Too many links between Cores" {
		t.Fatalf("a mesh of 3,000 Cores: %v", got)
	}
	if want := "No Core names links, so all 3000 Cores are linked with each other by 4498500 links, and a network has at most 500000 " +
		"(a full mesh of 1,000 Cores). Each link is two keys of the store."; found[0].Detail != want {
		t.Errorf("detail: %s", found[0].Detail)
	}
	// Its links would be hundreds of MiB.
	if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 30 {
		t.Errorf("%d MiB were allocated", made)
	}
}

// TestNamedLinksAreCounted: what files name is bounded like the mesh.
func TestNamedLinksAreCounted(t *testing.T) {
	t.Parallel()
	n := cores(2, [][2]int{{1, 0}})
	n.Cores[1].Links.To = slices.Repeat(n.Cores[1].Links.To, network.MaxLinks)
	if got := n.CountLinks(); got != network.MaxLinks {
		t.Errorf("%d links", got)
	}
	n.Cores[1].Links.To = append(n.Cores[1].Links.To, place(0))
	if got := lines(n.Validate()); !slices.Contains(got, "error core.c0001 links: Too many links between Cores") {
		t.Errorf("findings: %v", got)
	}
}
