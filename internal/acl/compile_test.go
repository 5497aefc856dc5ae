package acl_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
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
		"read /sigilform/v1/networks/*", "read /sigilform/v1/t/digest_key", "read /sigilform/v1/t/head", "read /sigilform/v1/t/objects/*",
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

// TestNoKeys holds that what is no key, or not known yet, is said.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	n := town(1, 0)
	n.Users = []network.User{{Addr: at(addr.User, "u")}}
	for want, target := range map[string]network.Target{
		`"ip" of core.c0 is no key`:            {Object: n.Cores[0].Addr, Field: "ip"},
		"The keys of user.u are not known yet": {Object: n.Users[0].Addr},
	} {
		n.ACL.Roles = []network.ACLRole{{Addr: at(addr.ACLRole, "r"), Name: "r", Grants: []network.Grant{{Access: "read", On: []network.Target{target}}}}}
		_, found := acl.Compile(n, layout(), own())
		if len(found) != 1 || found[0].Summary != want {
			t.Errorf("got %+v, want %s", found, want)
		}
	}
}

// TestBoundaries holds over any topology what no role may: reach across to
// another node's, or to what is sigilform's own.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawn(t)
		set := compiled(t, n)
		a := set.Auth()
		checkRanges(t, set)
		may := func(user string, access kv.Access, key string) bool {
			return acl.Can(a, user, access, kv.Range{Key: key}).Allowed
		}
		all := allKeys(n)
		for e := range n.Entries {
			checkEntry(t, n, e, all, may)
		}
		for c := range n.Cores {
			checkCore(t, n, c, all, may)
		}
		checkObservers(t, all, may)
	})
}

// checkRanges: a range is a key, or all keys below a prefix with its slash.
func checkRanges(t *rapid.T, set *acl.Set) {
	for i := range set.Roles {
		for _, g := range set.Roles[i].Grants {
			prefix, below := g.Prefix()
			if slash := strings.HasSuffix(g.Key, "/"); slash != below || slash != (g.End != "") || below && prefix != g.Key {
				t.Fatalf("%s has the range %q to %q", set.Roles[i].Name, g.Key, g.End)
			}
		}
	}
}

// checkObservers: who plans or looks for drift writes nothing, and reads no
// history, journal or lock.
func checkObservers(t *rapid.T, all []string, may asks) {
	for _, user := range []string{"planner", "drift"} {
		for _, key := range all {
			private := strings.HasPrefix(key, "/sigilform/") && (strings.Contains(key, "history") || strings.Contains(key, "journal") || strings.Contains(key, "/lock"))
			if may(user, kv.Write, key) || private && may(user, kv.Read, key) {
				t.Fatalf("%s may too much of %s", user, key)
			}
		}
	}
}

type asks func(user string, access kv.Access, key string) bool

// checkEntry: it writes nothing, and of the nodes, bindings and routes it reads
// its own, and how to connect to a Core that it has a route to.
func checkEntry(t *rapid.T, n *network.Network, e int, all []string, may asks) {
	me, ip := n.Entries[e].Addr.Name, n.Entries[e].IP.Value
	for _, key := range all {
		if may(me, kv.Write, key) {
			t.Fatalf("%s may write %s", me, key)
		}
		rest, inside := strings.CutPrefix(key, "/sigilgate/")
		if !may(me, kv.Read, key) {
			continue
		}
		mine := strings.HasPrefix(rest, "nodes/"+ip+"/") || strings.HasPrefix(rest, "paths/"+ip+"/") || strings.HasPrefix(rest, "topology/bindings/"+ip+"/")
		connects := strings.HasPrefix(rest, "nodes/10.0.0.") && !strings.Contains(rest, "uuid") && !strings.Contains(rest, "settings")
		if !inside || !mine && !connects && !strings.HasPrefix(rest, "routes/") {
			t.Fatalf("%s may read %s", me, key)
		}
	}
}

// checkCore: it reads all of the network and nothing else, and writes of nodes
// and routes only its own and those of the Entries that are bound to it.
func checkCore(t *rapid.T, n *network.Network, c int, all []string, may asks) {
	me, ip := n.Cores[c].Addr.Name, n.Cores[c].IP.Value
	bound := map[string]bool{}
	for i := range n.Entries {
		bound[n.Entries[i].IP.Value] = n.Entries[i].BoundTo.To == n.Cores[c].Addr
	}
	for _, key := range all {
		if strings.HasPrefix(key, "/sigilform/") && (may(me, kv.Read, key) || may(me, kv.Write, key)) {
			t.Fatalf("%s reaches %s", me, key)
		}
		parts := strings.Split(strings.TrimPrefix(key, "/sigilgate/"), "/")
		if !may(me, kv.Write, key) || len(parts) < 2 {
			continue
		}
		switch parts[0] {
		case "nodes", "paths":
			if parts[1] != ip && !bound[parts[1]] {
				t.Fatalf("%s may write %s", me, key)
			}
		case "users", "routes", "counters":
		default:
			t.Fatalf("%s may write %s", me, key)
		}
	}
}

// TestAMovedBinding changes the roles of the two Cores, and no other.
func TestAMovedBinding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawn(t)
		if len(n.Entries) == 0 {
			return
		}
		before := compiled(t, n)
		e := rapid.IntRange(0, len(n.Entries)-1).Draw(t, "entry")
		from, core := n.Entries[e].BoundTo, rapid.IntRange(0, len(n.Cores)-1).Draw(t, "core")
		bind(n, e, core)
		after := compiled(t, n)
		for i := range after.Roles {
			old, _ := before.Role(after.Roles[i].Name)
			id := after.Roles[i].ID
			concerned := id == "core/"+n.Cores[core].IP.Value
			for j := range n.Cores {
				concerned = concerned || from.Named && n.Cores[j].Addr == from.To && id == "core/"+n.Cores[j].IP.Value
			}
			if !concerned && printed(before, old.ID) != printed(after, id) {
				t.Fatalf("%s changes", id)
			}
		}
	})
}
