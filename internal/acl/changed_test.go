package acl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// permissions are those of one role of a network.
func permissions(tb testing.TB, n *network.Network, id string) map[kv.Range]kv.Access {
	tb.Helper()
	return compile(tb, n).Auth().Roles[acl.RoleName("small", id)]
}

func changed(n *network.Network, subject string, live, want map[kv.Range]kv.Access) []string {
	return wordsOf(n).Changed(subject, acl.Grants(live), acl.Grants(want))
}

// TestChangedBinding moves an Entry from one Core to another: who gains and who
// loses reads the same, and nobody else's role changes.
func TestChangedBinding(t *testing.T) {
	t.Parallel()
	before, after := small(), small()
	for i := range after.Entries {
		if after.Entries[i].Addr.Name == "shop" {
			after.Entries[i].BoundTo = ref(addr.Core, "waw")
		}
	}
	moved := []string{
		"write the status, status_at, health and health_at of entry.shop",
		"write the service_name and rotated_at of the route of entry.shop to core.ams",
		"write the service_name and rotated_at of the route of entry.shop to core.fra",
	}
	for id, want := range map[string][]string{
		"core/" + amsIP: prefixed("core.ams may no longer ", moved), "core/" + wawIP: prefixed("core.waw may now ", moved),
	} {
		subject, _, _ := strings.Cut(want[0], " ")
		got := changed(before, subject, permissions(t, before, id), permissions(t, after, id))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	was, is := compile(t, before).Auth(), compile(t, after).Auth()
	for role := range was.Roles {
		moves := role == acl.RoleName("small", "core/"+amsIP) || role == acl.RoleName("small", "core/"+wawIP)
		if same := cmp.Equal(was.Roles[role], is.Roles[role]); same == moves {
			t.Errorf("the role %s: same is %t", role, same)
		}
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	n := small()
	status := kv.Range{Key: "/net/nodes/" + shopIP + "/status"}
	one, all := kv.Below("/net/nodes/"+shopIP+"/"), kv.Below("/net/nodes/")
	type perms = map[kv.Range]kv.Access
	for name, x := range map[string]struct {
		live, want perms
		says       []string
	}{
		"nothing":            {live: perms{status: kv.Read}, want: perms{status: kv.Read}},
		"more of the access": {live: perms{status: kv.Read}, want: perms{status: kv.ReadWrite}, says: []string{"x may now write the status of entry.shop"}},
		"less of the access": {live: perms{status: kv.ReadWrite}, want: perms{status: kv.Write}, says: []string{"x may no longer read the status of entry.shop"}},
		"another access":     {live: perms{status: kv.Read}, want: perms{status: kv.Write}, says: []string{"x may now write the status of entry.shop", "x may no longer read the status of entry.shop"}},
		"narrowed":           {live: perms{all: kv.Read}, want: perms{one: kv.Read}, says: []string{"x may no longer read all nodes"}},
		"widened":            {live: perms{one: kv.Read, status: kv.Write}, want: perms{all: kv.ReadWrite}, says: []string{"x may now read and write all nodes"}},
		"a foreign one":      {live: perms{{Key: "/a", End: "/c"}: kv.ReadWrite}, says: []string{`x may no longer read and write ["/a", "/c")`}},
		"two that touch":     {live: perms{{Key: "/a", End: "/b"}: kv.Read, {Key: "/b", End: "/c"}: kv.Read}, want: perms{{Key: "/a", End: "/c"}: kv.Read}},
		"within no end":      {live: perms{{Key: "/a", End: kv.Beyond}: kv.Read, {Key: "/b", End: "/c"}: kv.Read}, want: perms{{Key: "/d"}: kv.Read}, says: []string{"x may no longer read /b*", `x may no longer read ["/a", …)`}},
		"from a key on":      {want: perms{{Key: "", End: kv.Beyond}: kv.Read}, says: []string{"x may now read *"}},
	} {
		if diff := cmp.Diff(x.says, changed(n, "x", x.live, x.want), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func prefixed(prefix string, lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, prefix+l)
	}
	return out
}
