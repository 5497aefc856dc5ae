package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
)

const (
	coreA, coreB, entryA = "192.0.2.1", "192.0.2.2", "198.51.100.1"
	deviceUUID           = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	amsNode              = "/sigilgate/nodes/" + coreA + "/"
	shopNode             = "/sigilgate/nodes/" + entryA + "/"
	alice                = "/sigilgate/users/1/"
)

// base is two Cores, an Entry with a route, and a user with a device.
func base() *network.Network {
	ams, waw := addr.New(addr.Core, "ams", addr.NoKey), addr.New(addr.Core, "waw", addr.NoKey)
	shop := addr.New(addr.Entry, "shop", addr.NoKey)
	user := addr.New(addr.User, "alice", addr.NoKey)
	return &network.Network{
		Catalogue: schema.Network(),
		Name:      "prod", Prefix: "/sigilgate/", MaxCoresPerEntry: 3,
		Cores: []network.Core{
			{Node: network.Node{Addr: ams, IP: named(coreA), Region: named("nl")}},
			{Node: network.Node{Addr: waw, IP: named(coreB)}},
		},
		Entries: []network.Entry{{Node: network.Node{Addr: shop, IP: named(entryA)}, BoundTo: to(ams)}},
		Routes:  []network.Route{{Addr: addr.New(addr.Route, "shop", addr.NoKey), Entry: to(shop), Core: to(ams)}},
		Users: []network.User{{
			Addr: user, Username: named("alice"), CoreNodes: network.Refs{Named: true, To: []addr.Addr{ams}},
			Credential: network.Text{Value: hash, Named: true, Sensitive: true},
			Devices: []network.Device{{
				Addr: user.DeviceOf("phone"), Name: "phone", UUID: named(deviceUUID), Core: to(ams),
			}},
		}},
	}
}

// scenario is a world in which base has been applied.
type scenario struct {
	*testing.T
	*world
	net *network.Network
}

func start(t *testing.T) *scenario {
	t.Helper()
	t.Parallel()
	s := &scenario{T: t, world: newWorld(), net: base()}
	s.apply()
	return s
}

func (s *scenario) make(options ...option) (*plan.Plan, diag.List) {
	s.Helper()
	in, err := s.input(s.net, options...)
	if err != nil {
		s.Fatal(err)
	}
	return plan.Make(in)
}

func (s *scenario) plan(options ...option) *plan.Plan {
	s.Helper()
	p, diags := s.make(options...)
	if diags.HasErrors() {
		s.Fatal(diags.Err())
	}
	return p
}

func (s *scenario) apply(options ...option) *plan.Plan {
	s.Helper()
	p := s.plan(options...)
	if len(p.Conflicts) > 0 {
		s.Fatalf("conflict: %+v", p.Conflicts)
	}
	in, err := s.input(s.net, options...)
	if err != nil {
		s.Fatal(err)
	}
	if moved, err := p.Confirm(in.Snapshot, in.State, in.Past); err != nil || len(moved) > 0 {
		s.Fatalf("not confirmed: %v %v", err, moved)
	}
	if broken := s.commit(p); len(broken) > 0 {
		s.Fatalf("refused: %+v", broken)
	}
	if again := s.plan(options...); again.HasChanges() {
		s.Fatalf("the second plan is not empty: %+v", again.Changes)
	}
	return p
}

// only returns the one change of a plan.
func (s *scenario) only(p *plan.Plan) plan.Change {
	s.Helper()
	if len(p.Changes) != 1 {
		s.Fatalf("want one change, got %d: %+v", len(p.Changes), p.Changes)
	}
	return p.Changes[0]
}

func (s *scenario) value(key string) string {
	s.Helper()
	e, ok := s.entries[key]
	if !ok {
		s.Fatalf("%s is gone", key)
	}
	return e.Value
}

func (s *scenario) absent(prefix string) {
	s.Helper()
	for key := range s.under(prefix) {
		s.Errorf("%s is still there", key)
	}
}

func fieldOf(c plan.Change, name string) *plan.FieldChange {
	i := slices.IndexFunc(c.Fields, func(f plan.FieldChange) bool { return f.Name == name })
	if i < 0 {
		return &plan.FieldChange{}
	}
	return &c.Fields[i]
}

func TestWhatCoresDoIsNoChange(t *testing.T) {
	s := start(t)
	s.put(amsNode+"core_service_name", "api.v2.rpc.ffffffffffffffff")
	s.put(amsNode+"rotated_at", "2026-04-19T13:00:00Z")
	s.put(shopNode+"health", "degraded")
	s.put(shopNode+"status", "inactive")
	s.put(alice+"status", "archived")
	s.put("/sigilgate/paths/"+entryA+"/"+coreA+"/service_name", "api.v2.rpc.eeeeeeeeeeeeeeee")
	if p := s.plan(); p.HasChanges() || len(p.Changes) > 0 {
		t.Fatalf("got %+v", p.Changes)
	}
}

func TestNamedStatusIsEnforced(t *testing.T) {
	s := start(t)
	s.net.Entries[0].Status = named(network.Active)
	p := s.apply()
	if c := s.only(p); c.Action != plan.Record && c.Action != plan.Adopt {
		t.Fatalf("naming the live status writes %+v", c)
	}
	if !slices.ContainsFunc(p.Warnings, func(d diag.Diagnostic) bool { return strings.Contains(d.Detail, "entry.shop") }) {
		t.Error("naming a status for the first time is not warned of")
	}
	s.put(shopNode+"status", "inactive")
	p = s.plan()
	if len(p.Warnings) > 0 {
		t.Error("the warning comes twice")
	}
	c := s.only(p)
	if f := fieldOf(c, "status"); c.Reason != plan.Drift || f.Row != plan.RowRestore || f.Old.Text != "inactive" {
		t.Fatalf("got %+v", c)
	}
	if stamp := fieldOf(c, "status_at"); !stamp.Stamp {
		t.Error("the stamp does not move with the status")
	}
	s.apply()
	s.net.Entries[0].Status = network.Text{}
	if c := s.only(s.apply()); c.Action != plan.Forget {
		t.Fatalf("a status that is no longer named: %+v", c)
	}
	if s.value(shopNode+"status") != "active" {
		t.Error("forgetting changed the value")
	}
}

func TestInitialFieldIsRestored(t *testing.T) {
	s := start(t)
	first := s.value(amsNode + "uuid")
	s.del(amsNode + "uuid")
	c := s.only(s.apply())
	if f := fieldOf(c, "uuid"); f.Reason != plan.Restored || s.value(amsNode+"uuid") != first {
		t.Fatalf("got %+v", c)
	}
}

func TestOptionalAttributeLeftOutIsDeleted(t *testing.T) {
	s := start(t)
	s.net.Cores[0].Region = network.Text{}
	if f := fieldOf(s.only(s.apply()), "region"); f.Row != plan.RowDelete {
		t.Fatalf("got %+v", f)
	}
	s.absent(amsNode + "region")
	s.put(amsNode+"region", "set by hand")
	if p := s.plan(); len(p.Changes) > 0 {
		t.Fatalf("an undeclared attribute is sigilform's business: %+v", p.Changes)
	}
	s.net.Cores[0].Region = named("nl")
	if f := fieldOf(s.only(s.apply()), "region"); f.Reason != plan.TakenOver || f.Old.Text != "set by hand" {
		t.Fatalf("got %+v", f)
	}
}

func TestSetMemberAddedByOthersIsDrift(t *testing.T) {
	s := start(t)
	s.put(alice+"core_nodes/"+coreB, "")
	c := s.only(s.apply())
	if f := fieldOf(c, "core_nodes."+coreB); f.Action != plan.Delete || f.Reason != plan.Drift || !f.Member {
		t.Fatalf("got %+v", c)
	}
	s.absent(alice + "core_nodes/" + coreB)
}

// TestRemovedNode deletes an Entry with everything below it and what Core
// nodes wrote, while a Core goes on writing.
func TestRemovedNode(t *testing.T) {
	s := start(t)
	s.put(shopNode+"health", "healthy")
	s.net.Entries, s.net.Routes = nil, nil
	p := s.plan()
	s.put(shopNode+"health", "degraded")
	for _, key := range []string{"health_at", "rotated_at", "status_at"} {
		s.put(shopNode+key, "2026-04-19T12:30:00Z")
	}
	s.put("/sigilgate/paths/"+entryA+"/"+coreA+"/service_name", "api.v2.rpc.2222222222222222")
	s.put("/sigilgate/paths/"+entryA+"/"+coreA+"/rotated_at", "2026-04-19T12:30:00Z")
	if broken := s.commit(p); len(broken) > 0 {
		t.Fatalf("what Cores write all day refuses the deletion: %+v", broken)
	}
	s.absent(shopNode)
	s.absent("/sigilgate/paths/")
	s.absent("/sigilgate/topology/bindings/")
	i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Kind == addr.Entry })
	if !slices.Contains(p.Changes[i].Falls, shopNode+"health") {
		t.Errorf("what falls is not listed: %+v", p.Changes[i])
	}
}

func TestDeletionIsGuarded(t *testing.T) {
	cases := map[string]func(*scenario){
		"a declared key": func(s *scenario) { s.put("/sigilgate/topology/bindings/"+entryA+"/core", coreB) },
		"the marker":     func(s *scenario) { s.put(shopNode+"role", "core") },
		"a device of a user": func(s *scenario) {
			s.put(alice+"devices/"+strings.Replace(deviceUUID, "6", "7", 1)+"/device", "tablet")
		},
		"the user's credential":    func(s *scenario) { s.put(alice+"credential", "other") },
		"a core node of that user": func(s *scenario) { s.del(alice + "core_nodes/" + coreA) },
	}
	for name, disturb := range cases {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.net.Entries, s.net.Routes, s.net.Users = nil, nil, nil
			p := s.plan()
			disturb(s)
			if broken := s.commit(p); len(broken) == 0 {
				t.Fatal("it was deleted all the same")
			}
		})
	}
}

func TestRemovedDeviceTakesItsRoute(t *testing.T) {
	s := start(t)
	if s.value("/sigilgate/routes/"+deviceUUID+"/core_ip") != coreA {
		t.Fatal("the route does not follow the device")
	}
	s.net.Users[0].Devices = nil
	s.apply()
	s.absent("/sigilgate/routes/")
	s.absent(alice + "devices/")
}

// TestChangedRoleIsRestoredAlone: the fields of a node whose role was changed
// keep their names, so that nothing else is "restored" over a rotated value.
func TestChangedRoleIsRestoredAlone(t *testing.T) {
	s := start(t)
	s.put(amsNode+"core_service_name", "api.v2.rpc.ffffffffffffffff")
	s.put(amsNode+"role", "entry")
	c := s.only(s.apply())
	if len(c.Fields) != 1 || fieldOf(c, "role").Row != plan.RowRestore {
		t.Fatalf("got %+v", c.Fields)
	}
}

func TestUserOfACoreStaysUntouched(t *testing.T) {
	s := start(t)
	s.put("/sigilgate/users/9/username", "bob")
	s.put("/sigilgate/users/9/core_nodes/"+coreB, "")
	p := s.plan()
	if p.HasChanges() || len(p.Unmanaged) != 1 || p.Unmanaged[0].Title != "bob" {
		t.Fatalf("got %+v", p)
	}
	s.net.Cores = s.net.Cores[:1]
	p = s.plan()
	if len(p.Conflicts) != 1 || !strings.Contains(p.Conflicts[0].Detail, "users/9/core_nodes/"+coreB) {
		t.Fatalf("the removal leaves a user dangling: %+v", p.Conflicts)
	}
	s.apply(cascade)
	s.absent("/sigilgate/users/9/core_nodes/")
	if s.value("/sigilgate/users/9/username") != "bob" {
		t.Error("cascade deleted the user")
	}
}

func TestUnmanagedDeviceFallsWithItsUser(t *testing.T) {
	s := start(t)
	const tablet = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
	s.put(alice+"devices/"+tablet+"/device", "tablet")
	s.put(alice+"devices/"+tablet+"/core_node", coreA)
	s.put("/sigilgate/routes/"+tablet+"/core_ip", coreA)
	s.net.Users = nil
	p := s.apply()
	s.absent(alice)
	s.absent("/sigilgate/routes/")
	i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Kind == addr.User })
	if !slices.Contains(p.Changes[i].Falls, "/sigilgate/routes/"+tablet+"/core_ip") {
		t.Errorf("what falls with the user is not listed: %+v", p.Changes[i].Falls)
	}
}

func TestForeignObject(t *testing.T) {
	s := start(t)
	const ip = "192.0.2.3"
	s.put("/sigilgate/nodes/"+ip+"/role", "core")
	s.put("/sigilgate/nodes/"+ip+"/status", "inactive")
	s.put("/sigilgate/nodes/"+ip+"/region", "de")
	s.net.Cores = append(s.net.Cores, network.Core{Node: network.Node{
		Addr: addr.New(addr.Core, "fra", addr.NoKey), IP: named(ip), Region: named("at"),
	}})
	p := s.plan()
	if len(p.Conflicts) != 1 || p.Conflicts[0].Address != "core.fra" || p.Conflicts[0].Fields[0].Name != "region" {
		t.Fatalf("got %+v", p.Conflicts)
	}
	s.net.Cores[2].Region = named("de")
	if p := s.plan(); len(p.Conflicts) > 0 {
		t.Fatalf("an equal object is a conflict: %+v", p.Conflicts)
	}
	s.net.Cores[2].Region = named("at")
	p = s.apply(adopt)
	i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Address == "core.fra" })
	if p.Changes[i].Reason != plan.Adopted || s.value("/sigilgate/nodes/"+ip+"/status") != "inactive" {
		t.Errorf("got %+v", p.Changes[i])
	}
}

func TestUsernames(t *testing.T) {
	s := start(t)
	s.put("/sigilgate/users/9/username", "bob")
	s.net.Users = append(s.net.Users, network.User{Addr: addr.New(addr.User, "bob", addr.NoKey), Username: named("bob")})
	if p := s.plan(); len(p.Conflicts) != 1 || !strings.Contains(p.Conflicts[0].Summary, `"bob" belongs to user 9`) {
		t.Fatalf("got %+v", p.Conflicts)
	}
	s.apply(adopt)
	if s.value("/sigilgate/users/9/username") != "bob" {
		t.Error("the user was not found by its name")
	}
}

func TestUserIDs(t *testing.T) {
	s := start(t)
	if s.value("/sigilgate/counters/user_id") != "1" {
		t.Fatal("the first user is not 1")
	}
	s.put("/sigilgate/counters/user_id", "41")
	s.net.Users = append(s.net.Users, network.User{Addr: addr.New(addr.User, "bob", addr.NoKey), Username: named("bob")})
	p := s.plan()
	if s.only(p).ID != "42" {
		t.Fatalf("got %+v", p.Changes)
	}
	s.put("/sigilgate/counters/user_id", "42")
	if broken := s.commit(p); len(broken) != 1 || broken[0].Key != "/sigilgate/counters/user_id" {
		t.Fatalf("the counter is not guarded: %+v", broken)
	}
	s.apply()
	s.net.Users = s.net.Users[:1]
	s.apply()
	if s.value("/sigilgate/counters/user_id") != "43" {
		t.Error("a deletion moved the counter")
	}
}

func TestReplacements(t *testing.T) {
	cases := map[string]func(*network.Network){
		"a new IP": func(n *network.Network) { n.Cores[1].IP = named("192.0.2.77") },
		"an Entry in a Core's place": func(n *network.Network) {
			node := n.Cores[1].Node
			node.Addr = addr.New(addr.Entry, "new", addr.NoKey)
			n.Cores = n.Cores[:1]
			n.Entries = append(n.Entries, network.Entry{Node: node, BoundTo: to(n.Cores[0].Addr)})
		},
		"a device moves to another user": func(n *network.Network) {
			d := n.Users[0].Devices[0]
			bob := addr.New(addr.User, "bob", addr.NoKey)
			d.Addr = bob.DeviceOf("phone")
			n.Users[0].Devices = nil
			n.Users = append(n.Users, network.User{
				Addr: bob, Username: named("bob"), Devices: []network.Device{d}, CoreNodes: n.Users[0].CoreNodes,
			})
		},
		"another id for a user": func(n *network.Network) { n.Users[0].ID = network.Number{Value: 70, Named: true} },
		"all at once": func(n *network.Network) {
			n.Cores[0].IP, n.Cores[1].IP = n.Cores[1].IP, n.Cores[0].IP
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.put("/sigilgate/nodes/"+coreB+"/health", "healthy")
			change(s.net)
			p := s.apply()
			if len(p.Changes) < 2 {
				t.Fatalf("got %+v", p.Changes)
			}
			for _, l := range p.Txn().Ops {
				if l.Kind == kv.DeletePrefix && s.under(l.Key) != nil && len(s.under(l.Key)) > 0 {
					t.Errorf("%s is left", l.Key)
				}
			}
		})
	}
}

func TestRenamed(t *testing.T) {
	s := start(t)
	s.net.Cores[1].Addr = addr.New(addr.Core, "warsaw", addr.NoKey)
	c := s.only(s.apply())
	if c.Reason != plan.Renamed || c.Was != "core.waw" || !c.Action.StateOnly() {
		t.Fatalf("got %+v", c)
	}
}

func TestProtection(t *testing.T) {
	s := start(t)
	s.net.Cores[1].Lifecycle.PreventDestroy = true
	s.apply()
	s.net.Cores = s.net.Cores[:1]
	if p, _ := s.make(); !protects(p) {
		t.Fatal("a protected Core is deleted unmarked once its block is gone")
	}
	if p, _ := s.make(destroy); !protects(p) {
		t.Fatal("a protected Core is destroyed unmarked")
	}
}

// protects reports whether a plan marks the one protected object that it deletes.
func protects(p *plan.Plan) bool {
	marked := 0
	for i := range p.Changes {
		if p.Changes[i].Protected {
			marked++
		}
	}
	return marked == 1
}

// TestProtectionCountsAtOnce: an object that is protected in the same plan that
// would give it another identity counts as protected.
func TestProtectionCountsAtOnce(t *testing.T) {
	s := start(t)
	s.net.Cores[1].Lifecycle.PreventDestroy = true
	s.net.Cores[1].IP = named("192.0.2.77")
	if p, _ := s.make(); !protects(p) {
		t.Fatal("a protected Core is replaced unmarked")
	}
}

func TestIgnoredChanges(t *testing.T) {
	s := start(t)
	s.net.Cores[0].Lifecycle.IgnoreChanges = []string{"region", "settings"}
	s.apply()
	s.put(amsNode+"region", "by hand")
	s.net.Cores[0].Settings = map[string]network.Text{"mtu": named("1400")}
	if p := s.plan(); len(p.Changes) > 0 {
		t.Fatalf("got %+v", p.Changes)
	}
	s.net.Cores[0].Lifecycle.IgnoreChanges = nil
	if c := s.only(s.apply()); fieldOf(c, "region").Row != plan.RowRestore || fieldOf(c, "settings.mtu").Row != plan.RowCreate {
		t.Fatalf("got %+v", c)
	}
}

func TestNetworksDoNotShareKeys(t *testing.T) {
	s := start(t)
	s.net.Name = "lab"
	if p := s.plan(); len(p.Conflicts) == 0 || !strings.Contains(p.Conflicts[0].Summary, `"prod"`) {
		t.Fatalf("got %+v", p.Conflicts)
	}
	s.net.Name, s.net.Prefix = "prod", "/elsewhere/"
	if p := s.plan(); len(p.Conflicts) == 0 {
		t.Fatal("the prefix of a network changed unnoticed")
	}
}

// TestNoSecretInWhatIsShown: changes, conflicts and records hold fingerprints.
func TestNoSecretInWhatIsShown(t *testing.T) {
	s := start(t)
	const other = "$argon2id$v=19$m=19456,t=3,p=1$b3RoZXI$b3RoZXI"
	s.put(alice+"credential", "tampered-secret")
	s.net.Users[0].Credential.Value = other
	p := s.plan()
	f := fieldOf(s.only(p), "credential")
	if f.Reason != plan.Both || f.Old.Fingerprint == f.New.Fingerprint || f.Last.Fingerprint == f.New.Fingerprint {
		t.Fatalf("got %+v", f)
	}
	shown, err := json.Marshal([]any{p.Changes, p.State, p.Guards, p.Warnings})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{hash, other, "tampered-secret"} {
		if strings.Contains(string(shown), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if p.Secrets[alice+"credential"] != "tampered-secret" {
		t.Error("the old value is not kept for a rollback")
	}
	s.apply()
	for key, value := range s.under("/sigilform/") {
		if strings.Contains(value, other) {
			t.Errorf("%s holds the credential", key)
		}
	}
}

func TestNothingToDoWritesNothing(t *testing.T) {
	s := start(t)
	in, err := s.input(s.net)
	if err != nil {
		t.Fatal(err)
	}
	in.Commit, in.ConfigDigest = "another commit", "another digest"
	p, _ := plan.Make(in)
	if p.HasChanges() || len(p.State) > 0 {
		t.Fatalf("got %+v", p.State)
	}
}
