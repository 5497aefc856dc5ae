package acl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// printed is a role as lines of access and range, the prefix left out.
func printed(set *acl.Set, id string) string {
	r, ok := set.Role(acl.RoleName("t", id))
	if !ok {
		return "no role " + id
	}
	lines := make([]string, 0, len(r.Grants))
	for _, g := range r.Grants {
		lines = append(lines, g.Access.String()+" "+strings.TrimPrefix(g.String(), "/sigilgate/"))
	}
	return strings.Join(lines, "\n")
}

func same(t *testing.T, got string, want ...string) {
	t.Helper()
	if w := strings.Join(want, "\n"); got != w {
		t.Errorf("got\n%s\nwant\n%s", got, w)
	}
}

// TestMissionsTable spells out what the built-in roles of nodes may do.
func TestMissionsTable(t *testing.T) {
	t.Parallel()
	n := town(2, 2)
	bind(n, 0, 0)
	bind(n, 1, 1)
	route(n, 0, 0)
	route(n, 0, 1)
	set := compiled(t, n)
	same(t, printed(set, "core/10.0.0.1"),
		"read cells/*", "readwrite counters/user_id", "read nodes/*",
		"write nodes/10.0.0.1/core_service_name", "write nodes/10.0.0.1/health", "write nodes/10.0.0.1/health_at", "write nodes/10.0.0.1/rotated_at",
		"write nodes/10.1.0.1/health", "write nodes/10.1.0.1/health_at", "write nodes/10.1.0.1/status", "write nodes/10.1.0.1/status_at",
		"read paths/*", "write paths/10.1.0.1/10.0.0.1/rotated_at", "write paths/10.1.0.1/10.0.0.1/service_name",
		"write paths/10.1.0.1/10.0.0.2/rotated_at", "write paths/10.1.0.1/10.0.0.2/service_name",
		"readwrite routes/*", "read topology/*", "readwrite users/*")
	same(t, printed(set, "entry/10.1.0.1"),
		"read nodes/10.0.0.1/core_service_name", "read nodes/10.0.0.1/domain", "read nodes/10.0.0.1/status", "read nodes/10.0.0.1/tls/*",
		"read nodes/10.0.0.2/core_service_name", "read nodes/10.0.0.2/domain", "read nodes/10.0.0.2/status", "read nodes/10.0.0.2/tls/*",
		"read nodes/10.1.0.1/*", "read paths/10.1.0.1/*", "read routes/*", "read topology/bindings/10.1.0.1/*")
	same(t, printed(set, "entry/10.1.0.2"), "read nodes/10.1.0.2/*", "read paths/10.1.0.2/*", "read routes/*", "read topology/bindings/10.1.0.2/*")
	same(t, printed(set, "planner"),
		"read /sigilform/v1/networks/*", "read /sigilform/v1/t/digest_key", "read /sigilform/v1/t/head", "read /sigilform/v1/t/objects/*", "read /sigilform/v1/t/plan_key",
		"read cells/*", "read counters/user_id", "read nodes/*", "read paths/*", "read routes/*", "read topology/*", "read users/*")
	same(t, printed(set, "drift"),
		"read /sigilform/v1/networks/*", "read /sigilform/v1/t/head", "read /sigilform/v1/t/objects/*",
		"read cells/*", "read counters/user_id", "read nodes/*", "read paths/*", "read routes/*", "read topology/*", "read users/*")
	same(t, printed(set, "root"), "no role root")
}

// TestArchived holds that what is archived has no rights, and gives none.
func TestArchived(t *testing.T) {
	t.Parallel()
	n := town(2, 2)
	bind(n, 0, 0)
	bind(n, 1, 0)
	route(n, 0, 0)
	route(n, 0, 1)
	n.Cores[1].Status, n.Entries[1].Status = text(network.Archived), text(network.Archived)
	set := compiled(t, n)
	same(t, printed(set, "core/10.0.0.2"), "")
	same(t, printed(set, "entry/10.1.0.2"), "")
	if strings.Contains(printed(set, "entry/10.1.0.1"), "10.0.0.2") || strings.Contains(printed(set, "core/10.0.0.1"), "10.1.0.2") {
		t.Errorf("an archived node is named in\n%s\n%s", printed(set, "entry/10.1.0.1"), printed(set, "core/10.0.0.1"))
	}
}

// TestGrants compiles every kind of target.
func TestGrants(t *testing.T) {
	t.Parallel()
	n := town(1, 1)
	bind(n, 0, 0)
	route(n, 0, 0)
	user := at(addr.User, "u")
	n.Users = []network.User{{Addr: user, ID: network.Number{Value: 7, Named: true}, Devices: []network.Device{{Addr: user.DeviceOf("d"), UUID: text("51329cc7")}}}}
	object := func(a addr.Addr, field string) network.Target { return network.Target{Object: a, Field: field} }
	for want, on := range map[string][]network.Target{
		"nodes/10.0.0.1/*, topology/links/10.0.0.1/*":                                {object(n.Cores[0].Addr, "")},
		"nodes/10.1.0.1/*, topology/bindings/10.1.0.1/*":                             {object(n.Entries[0].Addr, "")},
		"nodes/10.1.0.1/status, nodes/10.1.0.1/status_at":                            {object(n.Entries[0].Addr, "status")},
		"topology/bindings/10.1.0.1/core":                                            {object(n.Entries[0].Addr, "bound_to")},
		"nodes/10.0.0.1/settings/*, nodes/10.0.0.1/tls/sni":                          {object(n.Cores[0].Addr, "settings"), object(n.Cores[0].Addr, "tls.sni")},
		"paths/10.1.0.1/10.0.0.1/*":                                                  {object(n.Routes[0].Addr, "")},
		"users/7/*":                                                                  {object(user, "")},
		"routes/51329cc7/*, users/7/devices/51329cc7/*":                              {object(user.DeviceOf("d"), "")},
		"routes/51329cc7/core_ip, users/7/devices/51329cc7/core_node":                {object(user.DeviceOf("d"), "core")},
		"counters/user_id, users/*":                                                  {{Collection: "users"}},
		"cells/*, counters/user_id, nodes/*, paths/*, routes/*, topology/*, users/*": {{Collection: "network"}, {Collection: "nodes"}, object(n.Cores[0].Addr, "")},
		"api_tokens/*, settings/motd":                                                {{Key: "api_tokens/"}, {Key: "settings/motd"}},
	} {
		n.ACL.Roles = []network.ACLRole{{Addr: at(addr.ACLRole, "r"), Name: "r", Grants: []network.Grant{{Access: "read", On: on}}}}
		got := strings.ReplaceAll(strings.ReplaceAll(printed(compiled(t, n), "role/r"), "read ", ""), "\n", ", ")
		if got != want {
			t.Errorf("%+v:\ngot  %s\nwant %s", on, got, want)
		}
	}
}

// TestNoKeys holds that what is not a key, or not known yet, is said.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	n := town(1, 0)
	user := at(addr.User, "u")
	n.Users = []network.User{{Addr: user, Devices: []network.Device{{Addr: user.DeviceOf("d"), UUID: text("51329cc7")}}}}
	for want, target := range map[string]network.Target{
		`"ip" of core.c0 is not a key`:                     {Object: n.Cores[0].Addr, Field: "ip"},
		"The keys of user.u are not known yet":             {Object: user},
		`The keys of user.u.device["d"] are not known yet`: {Object: user.DeviceOf("d"), Field: "name"},
	} {
		n.ACL.Roles = []network.ACLRole{{Addr: at(addr.ACLRole, "r"), Name: "r", Grants: []network.Grant{{Access: "read", On: []network.Target{target}}}}}
		_, found := acl.Compile(n, layout(), own())
		if len(found) != 1 || found[0].Summary != want {
			t.Errorf("got %+v, want %s", found, want)
		}
		if found := acl.Check(n, layout()); (len(found) == 1) != (target.Field == "ip") {
			t.Errorf("checked: %+v", found)
		}
	}
}

// TestSet holds what is not a range: what is declared at all, the names of roles and
// users and their order, and where passwords are.
func TestSet(t *testing.T) {
	t.Parallel()
	n := town(1, 0)
	n.ACL = network.ACL{EnforceNamed: true, Enforce: true, Users: []network.ACLUser{
		{Addr: at(addr.ACLUser, "z"), Name: "z", Roles: []string{"planner", "drift", "planner"}, PasswordFile: "/f", PasswordEnv: "E"},
		{Addr: at(addr.ACLUser, "a"), Name: "a", Roles: []string{"drift"}, PasswordEnv: "E"},
		{Addr: at(addr.ACLUser, "m"), Name: "m"},
	}}
	set, found := acl.Compile(n, layout(), own())
	if len(found) > 0 {
		t.Fatal(found)
	}
	drift, planner := acl.RoleName("t", "drift"), acl.RoleName("t", "planner")
	want := []acl.User{
		{Address: "acl_user.a", Name: "a", Roles: []string{drift}, Password: &kv.PasswordSource{Env: "E"}},
		{Address: "acl_user.m", Name: "m"},
		{Address: "acl_user.z", Name: "z", Roles: []string{drift, planner}, Password: &kv.PasswordSource{File: "/f"}},
	}
	if diff := cmp.Diff(want, set.Users); diff != "" {
		t.Error(diff)
	}
	for i, id := range []string{"drift", "planner"} {
		if r := set.Roles[i]; r.ID != id || r.Name != acl.RoleName("t", id) {
			t.Errorf("%+v", r)
		}
	}
	if !set.Declared || !set.EnforceNamed || !set.Enforce || len(set.Roles) != 2 {
		t.Errorf("%+v", set)
	}
	role := network.ACLRole{Addr: at(addr.ACLRole, "r"), Name: "r"}
	for name, x := range map[string]struct {
		acl  network.ACL
		want bool
	}{
		"nothing":     {network.ACL{}, false},
		"a block":     {network.ACL{Declared: true}, true},
		"a role":      {network.ACL{Roles: []network.ACLRole{role}}, true},
		"a user":      {network.ACL{Users: []network.ACLUser{{Addr: at(addr.ACLUser, "u"), Name: "u"}}}, true},
		"one of each": {network.ACL{Roles: []network.ACLRole{role}, Users: []network.ACLUser{{Addr: at(addr.ACLUser, "u"), Name: "u"}}}, true},
	} {
		n.ACL = x.acl
		if set, _ := acl.Compile(n, layout(), own()); set.Declared != x.want || set.EnforceNamed || set.Enforce {
			t.Errorf("%s: %+v", name, set)
		}
	}
}

// TestChosenIDs: an id that a plan has chosen is as good as one that is declared.
func TestChosenIDs(t *testing.T) {
	t.Parallel()
	n := town(1, 0)
	for want, id := range map[string]network.Number{"read users/7/*": {Value: 7}, "read users/0/*": {Named: true}} {
		n.Users = []network.User{{Addr: at(addr.User, "u"), ID: id}}
		n.ACL.Roles = []network.ACLRole{{Addr: at(addr.ACLRole, "r"), Name: "r", Grants: []network.Grant{{Access: "read", On: []network.Target{{Object: n.Users[0].Addr}}}}}}
		same(t, printed(compiled(t, n), "role/r"), want)
	}
}

// TestCheckOfACatalogue: what a catalogue of one's own has may be granted.
func TestCheckOfACatalogue(t *testing.T) {
	t.Parallel()
	n := town(1, 0)
	n.Catalogue = schema.Network().With(addr.Core, schema.Field{Name: "load", Key: "load", Stored: true, Class: schema.Operational})
	n.ACL.Roles = []network.ACLRole{{Addr: at(addr.ACLRole, "r"), Name: "r", Grants: []network.Grant{{Access: "read", On: []network.Target{{Object: n.Cores[0].Addr, Field: "load"}}}}}}
	if found := acl.Check(n, keys.NewLayout(n.Catalogue, n.Prefix)); len(found) > 0 {
		t.Error(found)
	}
	if found := acl.Check(n, layout()); len(found) != 1 {
		t.Errorf("without that catalogue: %v", found)
	}
}
