package acl_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestMatrixOfSmall shows the whole matrix of the small network.
func TestMatrixOfSmall(t *testing.T) {
	t.Parallel()
	n := small()
	kinds := kindsOf(n)
	var b strings.Builder
	for _, row := range acl.Matrix(compile(t, n).Auth(), kinds) {
		fmt.Fprintf(&b, "%s: %s\n", row.User, strings.Join(row.Roles, ", "))
		for i, c := range row.Cells {
			fmt.Fprintf(&b, "  %-20s read %s, write %s of %d\n", kinds[i].Name, count(c.Read, c.ReadsPart), count(c.Write, c.WritesPart), c.Of)
		}
	}
	golden(t, "testdata/matrix.txt", b.String())
}

func count(n int, part bool) string {
	if part {
		return fmt.Sprintf("%d and a part", n)
	}
	return strconv.Itoa(n)
}

// checkMatrix compares a matrix with what Can says of each range.
func checkMatrix(t *rapid.T, auth *kv.Auth, kinds []acl.Kind) {
	for _, row := range acl.Matrix(auth, kinds) {
		for i, k := range kinds {
			want := acl.Cell{Of: len(k.Ranges)}
			for _, r := range k.Ranges {
				for access, whole := range map[kv.Access]*int{kv.Read: &want.Read, kv.Write: &want.Write} {
					part := map[kv.Access]*bool{kv.Read: &want.ReadsPart, kv.Write: &want.WritesPart}[access]
					if acl.Can(auth, row.User, access, r).Allowed {
						*whole++
					} else if touched(auth, row.User, access, r) {
						*part = true
					}
				}
			}
			if row.Cells[i] != want {
				t.Fatalf("%s, %s: %+v, want %+v", row.User, k.Name, row.Cells[i], want)
			}
		}
	}
}

func touched(auth *kv.Auth, user string, access kv.Access, r kv.Range) bool {
	for _, role := range auth.Users[user] {
		for has, a := range auth.Roles[role] {
			if a.Allows(access) && !reversed(has) && overlap(has, r) {
				return true
			}
		}
	}
	return false
}

// reversed is a range without keys, which no server takes today.
func reversed(r kv.Range) bool { return r.End != "" && r.End != kv.Beyond && r.End <= r.Key }

// TestMatrixIsCan: each cell is what Can answers for each range.
func TestMatrixIsCan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		checkMatrix(t, mustCompile(t, n).Auth(), kindsOf(n))
	})
}

// TestMatrixOfForeignRanges has ranges that no compilation makes.
func TestMatrixOfForeignRanges(t *testing.T) {
	t.Parallel()
	kinds := []acl.Kind{
		{Name: "one", Ranges: []kv.Range{{Key: "/a"}, {Key: "/c/x"}, kv.Below("/c/z/"), {Key: "/d"}}},
		{Name: "two", Ranges: []kv.Range{kv.Below("/b/"), {Key: "/c/y"}, kv.Below("/f/")}},
	}
	rapid.Check(t, func(t *rapid.T) {
		auth := draw(t, "live")
		auth.Enabled = true
		for _, role := range slices.Sorted(maps.Keys(auth.Roles)) {
			for range rapid.IntRange(0, 2).Draw(t, "more") {
				from := rapid.SampledFrom([]string{"", "/a", "/b/m", "/c/x", "/c/z/q", "/d"}).Draw(t, "from")
				to := rapid.SampledFrom([]string{"/c/z/m", "/e", "/f/1", "/f0", kv.Beyond}).Draw(t, "to")
				auth.Roles[role][kv.Range{Key: from, End: to}] = kv.Access(rapid.IntRange(1, 3).Draw(t, "access"))
			}
		}
		checkMatrix(t, auth, kinds)
	})
}

// TestMatrixOfParts counts by hand, where permissions begin and end within ranges.
func TestMatrixOfParts(t *testing.T) {
	t.Parallel()
	type perms = map[kv.Range]kv.Access
	kinds := []acl.Kind{
		{Name: "wide", Ranges: []kv.Range{kv.Below("/b/"), kv.Below("/d/")}},
		{Name: "keys", Ranges: []kv.Range{{Key: "/a"}, {Key: "/c"}, {Key: "/e"}}},
	}
	for name, x := range map[string]struct {
		has  perms
		want []acl.Cell
	}{
		"all":                           {perms{{Key: "\x00", End: kv.Beyond}: kv.Read}, []acl.Cell{{Read: 2, Of: 2}, {Read: 3, Of: 3}}},
		"from a part on":                {perms{{Key: "/b/m", End: kv.Beyond}: kv.Read}, []acl.Cell{{Read: 1, Of: 2, ReadsPart: true}, {Read: 2, Of: 3}}},
		"up to a part":                  {perms{{Key: "/a", End: "/d/m"}: kv.Write}, []acl.Cell{{Write: 1, Of: 2, WritesPart: true}, {Write: 2, Of: 3}}},
		"from a part to a part":         {perms{{Key: "/b/m", End: "/d/m"}: kv.Read}, []acl.Cell{{Of: 2, ReadsPart: true}, {Read: 1, Of: 3}}},
		"within one":                    {perms{{Key: "/b/m", End: "/b/n"}: kv.ReadWrite}, []acl.Cell{{Of: 2, ReadsPart: true, WritesPart: true}, {Of: 3}}},
		"exactly one":                   {perms{kv.Below("/b/"): kv.Read}, []acl.Cell{{Read: 1, Of: 2}, {Of: 3}}},
		"up to the first key of one":    {perms{{Key: "/c", End: "/d/"}: kv.Read}, []acl.Cell{{Of: 2}, {Read: 1, Of: 3}}},
		"a key, and what follows it":    {perms{{Key: "/c\x00", End: "/d/"}: kv.Read}, []acl.Cell{{Of: 2}, {Of: 3}}},
		"between":                       {perms{{Key: "/c1"}: kv.Read}, []acl.Cell{{Of: 2}, {Of: 3}}},
		"one that ends before it began": {perms{{Key: "/d/z", End: "/d/a"}: kv.Read}, []acl.Cell{{Of: 2}, {Of: 3}}},
		"one that ends where it began":  {perms{{Key: "/d/m", End: "/d/m"}: kv.Read}, []acl.Cell{{Of: 2}, {Of: 3}}},
		"nothing":                       {perms{}, []acl.Cell{{Of: 2}, {Of: 3}}},
	} {
		auth := &kv.Auth{Enabled: true, Roles: map[string]perms{"r": x.has}, Users: map[string][]string{"u": {"r"}}}
		want := []acl.Row{{User: "u", Roles: []string{"r"}, Cells: x.want}}
		if diff := cmp.Diff(want, acl.Matrix(auth, kinds)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestKindsOfNothing: a kind without objects is stood for by one that nothing can
// be, and so is an identity that is not chosen yet.
func TestKindsOfNothing(t *testing.T) {
	t.Parallel()
	at := func(kinds []acl.Kind) map[string]bool {
		out := map[string]bool{}
		for _, k := range kinds {
			for _, r := range k.Ranges {
				out[r.Key] = true
			}
		}
		return out
	}
	empty := &network.Network{Catalogue: schema.Network(), Name: "small", Prefix: "/net/"}
	bare := &network.Network{Catalogue: schema.Network(), Name: "small", Prefix: "/net/", Users: []network.User{{Addr: addr.New(addr.User, "u", addr.NoKey)}}}
	owner := addr.New(addr.User, "u", addr.NoKey)
	numbered := func(id network.Number) *network.Network {
		return &network.Network{Catalogue: schema.Network(), Name: "small", Prefix: "/net/", Users: []network.User{{
			Addr: owner, ID: id, Devices: []network.Device{{Addr: owner.DeviceOf("d"), Name: "d"}},
		}}}
	}
	device := `?user.u.device["d"]`
	for name, x := range map[string]struct {
		n    *network.Network
		want []string
		not  []string
	}{
		"nothing":                        {empty, []string{"/net/cells/?/status", "/net/paths/?/?/status", "/net/users/?/username", "/net/users/?/devices/?/device", "/net/routes/?/core_ip"}, nil},
		"a user without an id or device": {bare, []string{"/net/users/?user.u/username", "/net/users/?/devices/?/device", "/net/routes/?/core_ip"}, []string{"/net/users/?/username", "/net/users/0/username"}},
		"a device without a UUID":        {numbered(network.Number{}), []string{"/net/users/?user.u/devices/" + device + "/device"}, []string{"/net/users/?/devices/?/device"}},
		"a chosen id":                    {numbered(network.Number{Value: 7}), []string{"/net/users/7/username"}, nil},
		"a declared id":                  {numbered(network.Number{Named: true}), []string{"/net/users/0/username"}, nil},
		"all":                            {small(), nil, []string{"/net/cells/?/status", "/net/paths/?/?/status", "/net/users/?/username", "/net/routes/?/core_ip"}},
	} {
		got := at(kindsOf(x.n))
		for _, key := range x.want {
			if !got[key] {
				t.Errorf("%s: %s is missing: %v", name, key, slices.Sorted(maps.Keys(got)))
			}
		}
		for _, key := range x.not {
			if got[key] {
				t.Errorf("%s: %s is there", name, key)
			}
		}
	}
}

// TestMatrixOpen: without authentication the roles mean nothing.
func TestMatrixOpen(t *testing.T) {
	t.Parallel()
	n := small()
	auth := compile(t, n).Auth()
	auth.Enabled = false
	for _, row := range acl.Matrix(auth, kindsOf(n)) {
		for i, c := range row.Cells {
			if c.Of == 0 || c.Read != c.Of || c.Write != c.Of {
				t.Errorf("%s, kind %d: %+v", row.User, i, c)
			}
		}
	}
}

// thousand is a network of 1,000 nodes, each a user, and 1,000 users.
func thousand() *network.Network {
	size := nettest.Thousand()
	size.Users = 1000
	n := nettest.Network(size)
	for i := range n.Cores {
		u := newUser(n.Cores[i].Addr.Name, "core")
		u.Core = network.Ref{To: n.Cores[i].Addr, Named: true}
		n.ACL.Users = append(n.ACL.Users, u)
	}
	for i := range n.Entries {
		u := newUser(n.Entries[i].Addr.Name, "entry")
		u.Entry = network.Ref{To: n.Entries[i].Addr, Named: true}
		n.ACL.Users = append(n.ACL.Users, u)
	}
	for i := range n.Users {
		n.Users[i].ID = network.Number{Value: uint64(i) + 1, Named: true}
	}
	n.ACL.Users = append(n.ACL.Users, network.ACLUser{Addr: at(addr.ACLUser, "ci"), Name: "ci", Roles: []string{"planner"}})
	n.Normalize()
	return n
}

func BenchmarkCompile(b *testing.B) {
	n := thousand()
	layout, own := keys.NewLayout(schema.Network(), n.Prefix), ownKeys()
	for b.Loop() {
		if set, found := acl.Compile(n, layout, own); len(found) > 0 || len(set.Roles) != 1001 {
			b.Fatalf("%d roles, %v", len(set.Roles), found)
		}
	}
}

func BenchmarkMatrix(b *testing.B) {
	n := thousand()
	auth, kinds := compile(b, n).Auth(), kindsOf(n)
	for b.Loop() {
		acl.Matrix(auth, kinds)
	}
}
