package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestWhatAChangeRefersToMustStay: the Core that a user gets is removed by
// others after the plan, or removed and made again.
func TestWhatAChangeRefersToMustStay(t *testing.T) {
	for name, disturb := range map[string]func(*scenario){
		"removed": func(s *scenario) { s.delUnder("/sigilgate/nodes/" + coreB + "/") },
		"made again": func(s *scenario) {
			s.del("/sigilgate/nodes/" + coreB + "/role")
			s.put("/sigilgate/nodes/"+coreB+"/role", "core")
		},
		"made an Entry": func(s *scenario) { s.put("/sigilgate/nodes/"+coreB+"/role", "entry") },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.net.Users[0].CoreNodes.To = append(s.net.Users[0].CoreNodes.To, s.net.Cores[1].Addr)
			p := s.plan()
			disturb(s)
			if broken := s.commit(p); len(broken) != 1 || broken[0].Key != "/sigilgate/nodes/"+coreB+"/role" {
				t.Fatalf("it was applied all the same, or refused for something else: %+v", broken)
			}
		})
	}
}

// TestStampIsGuarded: others write the time of a status that the plan writes too.
func TestStampIsGuarded(t *testing.T) {
	s := start(t)
	s.net.Entries[0].Status = named(network.Archived)
	p := s.plan()
	s.put(shopNode+"status_at", "2026-04-19T13:00:00Z")
	if broken := s.commit(p); len(broken) != 1 || broken[0].Key != shopNode+"status_at" {
		t.Fatalf("it was overwritten unseen, or refused for something else: %+v", broken)
	}
}

// TestNothingIsDeletedUnseen: whatever others write after the plan to an object
// that it deletes, or as a reference to one, refuses it.
func TestNothingIsDeletedUnseen(t *testing.T) {
	const tablet = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
	shop := "/sigilgate/paths/" + entryA + "/" + coreA + "/"
	cases := []struct{ key, value string }{
		{amsNode + "settings/new", "x"},
		{amsNode + "tls/sni", "x"},
		{amsNode + "agent/state", "x"},
		{amsNode + "region", "de"},
		{amsNode + "status", "archived"},
		{amsNode + "uuid", tablet},
		{amsNode + "healthy", "x"},
		{"/sigilgate/topology/links/" + coreA + "/203.0.113.9", ""},
		{"/sigilgate/topology/links/203.0.113.9/" + coreA, ""},
		{"/sigilgate/topology/bindings/" + coreA + "/core", coreB},
		{shopNode + "client_service_name", "api.v2.rpc.1111111111111111"},
		{shopNode + "status", "archived"},
		{shopNode + "settings/new", "x"},
		{"/sigilgate/topology/bindings/" + entryA + "/core", coreB},
		{"/sigilgate/topology/bindings/198.51.100.9/core", coreA},
		{"/sigilgate/paths/198.51.100.9/" + coreA + "/status", "active"},
		{"/sigilgate/paths/198.51.100.9/" + coreA + "/tls/sni", "x"},
		{"/sigilgate/paths/" + entryA + "/203.0.113.9/status", "active"},
		{shop + "tls/port", "443"},
		{shop + "status", "archived"},
		{alice + "access/admin", ""},
		{alice + "credential", "c"},
		{alice + "core_nodes/" + coreB, ""},
		{alice + "status", "archived"},
		{alice + "hash_telegram_id", "x"},
		{alice + "devices/" + tablet + "/device", "tablet"},
		{alice + "devices/" + tablet + "/core_node", coreA},
		{phone + "status", "archived"},
		{phone + "agent", "x"},
		{route + "agent", "x"},
		{route + "status", "archived"},
		{"/sigilgate/users/7/core_nodes/" + coreA, ""},
		{"/sigilgate/users/7/devices/" + tablet + "/core_node", coreA},
		{"/sigilgate/routes/" + tablet + "/core_ip", coreA},
		{"/sigilgate/cells/eu.example/owner", "x"},
		{"/sigilgate/cells/eu.example/status", "archived"},
		{"/sigilgate/nodes/203.0.113.9/cell_domain", "eu.example"},
	}
	for _, c := range cases {
		t.Run(strings.TrimPrefix(c.key, "/sigilgate/"), func(t *testing.T) {
			s := start(t)
			s.net.Cells = []network.Cell{{Addr: addr.New(addr.Cell, "eu", addr.NoKey), Domain: named("eu.example")}}
			s.apply()
			p := s.plan(destroy)
			s.put(c.key, c.value)
			if broken := s.commit(p); len(broken) == 0 {
				t.Fatal("it was deleted, or left dangling")
			}
			if p := s.plan(); s.commit(p) != nil { // an update on a busy network
				t.Fatal("a plan that deletes nothing is refused")
			}
		})
	}
}

// TestRemovedMarkerRefuses: what others removed themselves is somebody's change, too.
func TestRemovedMarkerRefuses(t *testing.T) {
	for _, key := range []string{amsNode + "role", "/sigilgate/paths/" + entryA + "/" + coreA + "/status"} {
		s := &scenario{T: t, world: newWorld(), net: base()}
		s.apply()
		p := s.plan(destroy)
		s.del(key)
		if broken := s.commit(p); !slices.ContainsFunc(broken, func(g kv.Guard) bool { return g.Kind == kv.Exists && g.Key == key }) {
			t.Errorf("%s: %+v", key, broken)
		}
	}
}

// TestOnlyDeletionsPay: a plan that deletes nothing has no guard of what others
// may write.
func TestOnlyDeletionsPay(t *testing.T) {
	s := start(t)
	s.net.Cores[0].Region = named("de")
	s.net.Users[0].CoreNodes.To = append(s.net.Users[0].CoreNodes.To, s.net.Cores[1].Addr)
	p := s.plan()
	if slices.ContainsFunc(p.Guards, func(g kv.Guard) bool { return g.Kind == kv.Unnamed || g.Kind == kv.Unwritten }) {
		t.Fatalf("got %+v", p.Guards)
	}
	s.put("/sigilgate/users/7/username", "by a core")
	s.put("/sigilgate/users/7/core_nodes/"+coreA, "")
	s.put(phone+"status", "archived")
	if broken := s.commit(p); len(broken) > 0 {
		t.Fatalf("refused: %+v", broken)
	}
}

// TestCascadeIsGuarded: what a cascade deletes is watched like what is ours.
func TestCascadeIsGuarded(t *testing.T) {
	const tablet = "/sigilgate/users/7/devices/7ba7b810-9dad-41d1-80b4-00c04fd430c8/"
	s := start(t)
	s.put("/sigilgate/users/7/username", "by a core")
	s.put("/sigilgate/users/7/core_nodes/"+coreB, "")
	s.put(tablet+"device", "tablet")
	s.put(tablet+"core_node", coreB)
	s.put(tablet+"status_at", "2026-04-19T12:00:00Z")
	s.net.Cores = s.net.Cores[:1]
	for _, c := range []struct {
		key     string
		refused bool
	}{{tablet + "agent", true}, {tablet + "status", true}, {tablet + "status_at", false}} {
		p := s.plan(cascade)
		s.put(c.key, "x")
		if broken := s.commit(p); (len(broken) > 0) != c.refused {
			t.Errorf("%s: %+v", c.key, broken)
		}
	}
}

// TestWhatMayNameIsWhatIsRequired: the forms that may name an object are those
// of the keys that require it, each read from the one list.
func TestWhatMayNameIsWhatIsRequired(t *testing.T) {
	s := start(t)
	layout := keys.NewLayout(schema.Network(), "/sigilgate/")
	for key, e := range s.under("/sigilgate/") {
		for _, ip := range []string{coreA, coreB} {
			required := slices.Contains(layout.Names(key, e), "/sigilgate/nodes/"+ip+"/role")
			own := slices.ContainsFunc(layout.Prefixes(addr.Core, ip, ""), func(p string) bool { return strings.HasPrefix(key, p) })
			named := len(kv.ReferringOf(layout.Unnamed(addr.Core, ip), nil).Moved(&kv.Snapshot{Entries: []kv.Entry{{Key: key, Value: e}}})) > 0
			if required && !own && !named || named && !required {
				t.Errorf("%s = %q: required %v, found %v", key, e, required, named)
			}
		}
	}
}

// TestCreatedWhole: an object is created where nothing is: who writes anything
// below it after the plan refuses it, whether the plan writes that too or not, and
// one guard for each prefix says so.
func TestCreatedWhole(t *testing.T) {
	const node = "/sigilgate/nodes/192.0.2.9/"
	for _, key := range []string{node + "role", node + "settings/x", node + "agent", "/sigilgate/topology/links/192.0.2.9/203.0.113.9"} {
		t.Run(key, func(t *testing.T) {
			s := start(t)
			s.net.Cores = append(s.net.Cores, network.Core{Node: network.Node{Addr: addr.New(addr.Core, "par", addr.NoKey), IP: named("192.0.2.9")}})
			p := s.plan()
			for _, g := range p.Guards {
				if strings.HasPrefix(g.Key, node) && g != (kv.Guard{Kind: kv.Empty, Key: node}) {
					t.Errorf("guarded twice: %+v", g)
				}
			}
			s.put(key, "core")
			if broken := s.commit(p); len(broken) != 1 || broken[0].Kind != kv.Empty {
				t.Fatalf("it was created all the same, or refused for something else: %+v", broken)
			}
		})
	}
}
