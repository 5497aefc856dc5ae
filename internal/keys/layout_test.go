package keys_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestPrefixesToTheLetter: what a snapshot reads, and what it only counts.
func TestPrefixesToTheLetter(t *testing.T) {
	t.Parallel()
	l := keys.NewLayout(schema.Network(), "/sigilgate/")
	if l.Prefix() != "/sigilgate/" {
		t.Errorf("prefix %s", l.Prefix())
	}
	read := []string{"/sigilgate/cells/", "/sigilgate/nodes/", "/sigilgate/paths/", "/sigilgate/routes/", "/sigilgate/topology/", "/sigilgate/users/"}
	if diff := cmp.Diff(read, l.ReadPrefixes()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/sigilgate/api_tokens/", "/sigilgate/join_tokens/"}, l.ForeignPrefixes()); diff != "" {
		t.Error(diff)
	}
	if got := l.Devices("7"); got != "/sigilgate/users/7/devices/" {
		t.Errorf("devices of a user are at %s", got)
	}
	for _, c := range []struct {
		kind             addr.Kind
		id, parent, want string
	}{
		{addr.Cell, "eu.net", "", "/sigilgate/cells/eu.net/status"},
		{addr.Core, "::1", "", "/sigilgate/nodes/::1/role"},
		{addr.Entry, "1", "", "/sigilgate/nodes/1/role"},
		{keys.Node, "1", "", "/sigilgate/nodes/1/role"},
		{addr.Route, "1/2", "", "/sigilgate/paths/1/2/status"},
		{addr.User, "7", "", "/sigilgate/users/7/username"},
		{addr.Device, "u", "7", "/sigilgate/users/7/devices/u/device"},
		{addr.ACLRole, "r", "", ""},
	} {
		if got := l.Marker(c.kind, c.id, c.parent); got != c.want {
			t.Errorf("the marker of %s %s is %q, want %q", c.kind, c.id, got, c.want)
		}
	}
	if got := l.Prefixes(addr.Device, "u", ""); !slices.Equal(got, []string{"/sigilgate/routes/u/"}) {
		t.Errorf("a route of nobody lies below %v", got)
	}
	if got := l.FieldKey(addr.Core, "1", "", "color"); got != "/sigilgate/nodes/1/color" {
		t.Errorf("an unknown field is at %s", got)
	}
}

// TestLifecycleReachesTheObjects: protection and what is ignored, of a user
// and, as far as it says "device" or "all", of its devices.
func TestLifecycleReachesTheObjects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ignore, user, device []string
	}{
		{nil, nil, nil},
		{[]string{"status", "access"}, []string{"access", "status"}, nil},
		{[]string{"device"}, []string{"device"}, []string{"all"}},
		{[]string{"all"}, []string{"all"}, []string{"all"}},
	} {
		n := full()
		n.Users[0].Lifecycle = network.Lifecycle{PreventDestroy: true, IgnoreChanges: c.ignore}
		for _, o := range flatten(t, n) {
			var want []string
			switch o.Addr {
			case n.Users[0].Addr:
				want = c.user
			case n.Users[0].Devices[0].Addr:
				want = c.device
			}
			if !slices.Equal(o.Ignore, want) || o.Protected != (o.Kind == addr.User) {
				t.Errorf("ignore_changes = %v: %s ignores %v, protected %v", c.ignore, o.Addr, o.Ignore, o.Protected)
			}
		}
	}
}

// TestSetsAndReferences: which sets are declared whole, and the markers that
// an object refers to.
func TestSetsAndReferences(t *testing.T) {
	t.Parallel()
	const core, peer, entry = "/sigilgate/nodes/192.0.2.1/role", "/sigilgate/nodes/2001:db8::2/role", "/sigilgate/nodes/198.51.100.1/role"
	n := full()
	n.Users[0].Access.Values = nil
	type refs struct{ Sets, Refs []string }
	want := map[string]refs{
		"cell.eu":                    {},
		"core.ams":                   {[]string{"links"}, []string{"/sigilgate/cells/eu.example/status", peer}},
		"core.waw":                   {[]string{"links"}, []string{core}},
		"entry.shop":                 {nil, []string{core}},
		"route.r":                    {nil, []string{core, entry}},
		"user.alice":                 {[]string{"access", "core_nodes"}, []string{core}},
		`user.alice.device["phone"]`: {nil, []string{core, "/sigilgate/users/7/username"}},
	}
	got := map[string]refs{}
	for _, o := range flatten(t, n) {
		got[o.Addr.String()] = refs{o.Sets, o.Refs}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	n.Users[0].Access.Named, n.Users[0].CoreNodes = false, network.Refs{}
	for _, o := range flatten(t, n) {
		if o.Kind == addr.User && len(o.Sets) > 0 {
			t.Errorf("a user without sets declares %v", o.Sets)
		}
	}
}
