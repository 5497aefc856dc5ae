package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

const (
	phone = alice + "devices/" + deviceUUID + "/"
	route = "/sigilgate/routes/" + deviceUUID + "/"
)

// drifted detects drift in the scenario's world.
func (s *scenario) drifted() *drift.Report {
	s.Helper()
	in, err := s.input(s.net)
	if err != nil {
		s.Fatal(err)
	}
	return drift.Detect(schema.Network(), in.Snapshot, in.State, nil)
}

func (s *scenario) conflict(part string, options ...option) {
	s.Helper()
	p := s.plan(options...)
	if len(p.Conflicts) == 0 || !strings.Contains(p.Conflicts[0].Summary, part) {
		s.Fatalf("want a conflict with %q, got %+v", part, p.Conflicts)
	}
}

// TestStrayKeysAreNoFields: a key of another program below an object, named
// as a field that is kept elsewhere, is not taken for that field.
func TestStrayKeysAreNoFields(t *testing.T) {
	s := start(t)
	s.net.Cores[0].Number = network.Number{Value: 7, Named: true}
	s.apply()
	for _, key := range []string{
		amsNode + "number", amsNode + "service_name", amsNode + "cell", amsNode + "bound_to", phone + "name", phone + "core",
		"/sigilgate/topology/bindings/" + entryA + "/domain", route + "name",
	} {
		s.put(key, "stray")
	}
	if p := s.plan(); len(p.Changes) > 0 {
		t.Fatalf("got %+v", p.Changes)
	}
	if r := s.drifted(); r.Drifted() {
		t.Fatalf("got %+v", r.Objects)
	}
	s.del(amsNode + "node_number")
	if f := fieldOf(s.only(s.apply()), "number"); f.Row != plan.RowRestoreGone {
		t.Fatalf("got %+v", f)
	}
	if s.value(amsNode+"number") != "stray" || s.value(amsNode+"node_number") != "7" {
		t.Error("the other program's key was written")
	}
}

// TestArchivedIsNotRestoredAsActive: a status that no file names is restored
// with the value that it had, not with the default.
func TestArchivedIsNotRestoredAsActive(t *testing.T) {
	s := start(t)
	s.net.Users[0].Status = named(network.Archived)
	s.net.Users[0].Devices[0].Status = named(network.Archived)
	s.apply()
	unnamed := func() { s.net.Users[0].Status, s.net.Users[0].Devices[0].Status = network.Text{}, network.Text{} }
	t.Run("with its name gone", func(t *testing.T) {
		unnamed()
		s.del(alice + "status")
		s.del(phone + "status")
		s.del(route + "status")
		s.apply()
		for _, key := range []string{alice, phone, route} {
			if s.value(key+"status") != network.Archived {
				t.Errorf("%sstatus is active", key)
			}
		}
	})
	t.Run("from the record", func(t *testing.T) {
		for key := range s.under(alice) {
			s.del(key)
		}
		s.apply()
		if s.value(alice+"status") != network.Archived || s.value(phone+"status") != network.Archived {
			t.Error("a user that was archived is active again")
		}
	})
}

// TestRouteFollowsTheLiveStatus: a Core archived a device, and the status of
// its route got lost: it is restored as archived, and drift says the same.
func TestRouteFollowsTheLiveStatus(t *testing.T) {
	s := start(t)
	s.put(phone+"status", network.Archived)
	s.del(route + "status")
	r := s.drifted()
	if !r.Drifted() || r.Objects[0].Fields[0].Name != "route.status" {
		t.Fatalf("drift does not see it: %+v", r.Objects)
	}
	s.apply()
	if s.value(route+"status") != network.Archived {
		t.Error("the route of an archived device is active")
	}
}

func TestCreatedIsWrittenOnce(t *testing.T) {
	s := start(t)
	s.put(alice+"created", "2020-01-01T00:00:00Z")
	s.del(alice + "username")
	s.apply()
	if got := s.value(alice + "created"); got != "2020-01-01T00:00:00Z" {
		t.Errorf("created is %s", got)
	}
}

func TestSensitiveStatusOfADevice(t *testing.T) {
	s := start(t)
	s.net.Users[0].Devices[0].Status = network.Text{Value: network.Archived, Named: true, Sensitive: true}
	p := s.apply()
	if f := fieldOf(s.only(p), "route.status"); !f.New.Sensitive {
		t.Errorf("the route tells the device's status: %+v", f)
	}
	if p := s.plan(); len(p.Changes) > 0 {
		t.Fatalf("got %+v", p.Changes)
	}
	if r := s.drifted(); r.Drifted() {
		t.Fatalf("got %+v", r.Objects)
	}
}

func TestSensitivityChanges(t *testing.T) {
	s := start(t)
	for _, sensitive := range []bool{true, false} {
		s.net.Cores[0].Region.Sensitive = sensitive
		if c := s.only(s.apply()); c.Action != plan.Record {
			t.Fatalf("the value is the same: %+v", c)
		}
		s.put(amsNode+"region", "de")
		f := fieldOf(s.only(s.apply()), "region")
		if f.Row != plan.RowRestore || f.Old.Sensitive != sensitive {
			t.Fatalf("got %+v", f)
		}
	}
}

// TestSameUUIDUnderTwoUsers: what others do below another user does not take
// the route of our device, and does not make the plan endless.
func TestSameUUIDUnderTwoUsers(t *testing.T) {
	s := start(t)
	const other = "/sigilgate/users/0/"
	s.put(other+"username", "by-core")
	s.put(other+"devices/"+deviceUUID+"/device", "copy")
	s.put(other+"devices/"+deviceUUID+"/core_node", coreA)
	if p := s.plan(); len(p.Changes) > 0 {
		t.Fatalf("got %+v", p.Changes)
	}
	bob := network.User{Addr: addr.New(addr.User, "bob", addr.NoKey), Username: named("by-core"), ID: network.Number{Value: 9, Named: true}}
	s.del(other + "username")
	s.put("/sigilgate/users/9/username", "by-core")
	s.put("/sigilgate/users/9/devices/"+deviceUUID+"/device", "copy")
	s.net.Users = append(s.net.Users, bob)
	s.apply()
	s.net.Users = s.net.Users[:1]
	s.apply()
	s.absent("/sigilgate/users/9/")
	if s.value(route+"core_ip") != coreA {
		t.Error("the route of our device fell with another user's")
	}
}

// TestUUIDThatOthersTookOver: others removed our device and made one of its UUID
// below another user. Its route is theirs: what we forget does not take it along.
func TestUUIDThatOthersTookOver(t *testing.T) {
	s := start(t)
	const theirs = "/sigilgate/users/9/"
	for key := range s.under(alice + "devices/" + deviceUUID + "/") {
		s.del(key)
	}
	s.put(theirs+"username", "bob")
	s.put(theirs+"devices/"+deviceUUID+"/device", "his")
	s.put(theirs+"devices/"+deviceUUID+"/core_node", coreB)
	s.put(theirs+"core_nodes/"+coreB, "")
	s.put(route+"core_ip", coreB)
	s.conflict("belongs to a device of user 9")
	s.net.Users[0].Devices = nil
	s.apply()
	if s.value(route+"core_ip") != coreB {
		t.Error("the route of their device fell with our record")
	}
}

func TestUUIDOfAnotherUsersDevice(t *testing.T) {
	s := start(t)
	const taken = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
	s.put("/sigilgate/users/9/username", "bob")
	s.put("/sigilgate/users/9/devices/"+taken+"/device", "his")
	s.put("/sigilgate/routes/"+taken+"/core_ip", coreB)
	alice := s.net.Users[0].Addr
	s.net.Users[0].Devices = append(s.net.Users[0].Devices, network.Device{
		Addr: alice.DeviceOf("new"), Name: "new", UUID: named(taken), Core: s.net.Users[0].Devices[0].Core,
	})
	s.conflict("belongs to a device of user 9")
	s.conflict("belongs to a device of user 9", adopt)
}

// TestDeviceGoneButItsRoute: the keys below the user are gone; the route is
// still ours, and goes with the device.
func TestDeviceGoneButItsRoute(t *testing.T) {
	s := start(t)
	for key := range s.under(alice) {
		s.del(key)
	}
	if p := s.plan(); len(p.Unmanaged) > 0 {
		t.Errorf("the route of our device is unmanaged: %+v", p.Unmanaged)
	}
	s.net.Users = nil
	s.apply()
	s.absent(route)
}

// TestDeviceMovedOutsideToo: others moved the device to the user to whom the
// file moves it; what they wrote is compared, not overwritten unseen.
func TestDeviceMovedOutsideToo(t *testing.T) {
	s := start(t)
	s.put("/sigilgate/users/9/username", "bob")
	s.put("/sigilgate/users/9/devices/"+deviceUUID+"/device", "phone")
	s.put("/sigilgate/users/9/devices/"+deviceUUID+"/core_node", coreB)
	d := s.net.Users[0].Devices[0]
	bob := addr.New(addr.User, "bob", addr.NoKey)
	d.Addr = bob.DeviceOf("phone")
	s.net.Users[0].Devices = nil
	s.net.Users = append(s.net.Users, network.User{
		Addr: bob, Username: named("bob"), ID: network.Number{Value: 9, Named: true}, CoreNodes: s.net.Users[0].CoreNodes, Devices: []network.Device{d},
	})
	s.conflict("Someone else created device")
	s.apply(adopt)
	s.absent(phone)
	if s.value(route+"core_ip") != coreA {
		t.Error("the route does not follow the device")
	}
}

// TestEntryInACoresPlace: the names of what was there are not given away.
func TestEntryInACoresPlace(t *testing.T) {
	s := start(t)
	old := s.value("/sigilgate/nodes/" + coreB + "/core_service_name")
	node := s.net.Cores[1].Node
	node.Addr = addr.New(addr.Entry, "new", addr.NoKey)
	s.net.Cores = s.net.Cores[:1]
	s.net.Entries = append(s.net.Entries, network.Entry{Node: node, BoundTo: to(s.net.Cores[0].Addr)})
	s.apply()
	if s.value("/sigilgate/nodes/"+coreB+"/client_service_name") == old {
		t.Error("clients are shown the name that Entries used")
	}
	s.absent("/sigilgate/nodes/" + coreB + "/core_service_name")
}

func TestCascadeListsEachKeyOnce(t *testing.T) {
	s := start(t)
	const tablet = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
	s.put(alice+"devices/"+tablet+"/device", "tablet")
	s.put(alice+"devices/"+tablet+"/core_node", coreB)
	s.put("/sigilgate/routes/"+tablet+"/core_ip", coreB)
	s.net.Cores = s.net.Cores[:1]
	s.conflict("dangling")
	p := s.apply(cascade)
	i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Address == "core.waw" })
	falls := slices.Sorted(slices.Values(p.Changes[i].Falls))
	if len(slices.Compact(slices.Clone(falls))) != len(falls) {
		t.Errorf("keys are listed twice: %q", falls)
	}
}

func TestCellOfOthersDangles(t *testing.T) {
	s := start(t)
	s.net.Cells = []network.Cell{{Addr: addr.New(addr.Cell, "eu", addr.NoKey), Domain: named("eu.example")}}
	s.apply()
	s.put("/sigilgate/nodes/203.0.113.9/role", "core")
	s.put("/sigilgate/nodes/203.0.113.9/cell_domain", "eu.example")
	s.net.Cells = nil
	s.conflict("dangling")
	s.apply(cascade)
	s.absent("/sigilgate/nodes/203.0.113.9/cell_domain")
}

// TestDeletionGuardsWhatIsGone: a declared key or a marker that was deleted
// outside comes back before the apply, and refuses the deletion.
func TestDeletionGuardsWhatIsGone(t *testing.T) {
	for _, key := range []string{amsNode + "region", amsNode + "role", "/sigilgate/topology/links/" + coreA + "/" + coreB} {
		t.Run(key, func(t *testing.T) {
			s := start(t)
			value := s.value(key)
			s.del(key)
			p := s.plan(destroy)
			s.put(key, value)
			if broken := s.commit(p); len(broken) == 0 {
				t.Fatal("it was deleted all the same")
			}
		})
	}
}

// TestIgnoredSetsStayRecorded: what was applied to a set that is left alone
// stays in the record, whatever the file says meanwhile.
func TestIgnoredSetsStayRecorded(t *testing.T) {
	s := start(t)
	u := &s.net.Users[0]
	u.CoreNodes.To = append(u.CoreNodes.To, s.net.Cores[1].Addr)
	s.apply()
	u.Lifecycle.IgnoreChanges = []string{"core_nodes." + coreB, "access"}
	u.CoreNodes.To = u.CoreNodes.To[:1]
	s.apply()
	in, err := s.input(s.net)
	if err != nil {
		t.Fatal(err)
	}
	r := in.State.Records[state.ID{Kind: addr.User, ID: "1"}]
	if !slices.Equal(r.Sets["core_nodes"], []string{coreA, coreB}) {
		t.Errorf("got %q", r.Sets)
	}
	u.Lifecycle.IgnoreChanges = nil
	if f := fieldOf(s.only(s.apply()), "core_nodes."+coreB); f.Row != plan.RowDelete {
		t.Errorf("got %+v", f)
	}
}

// TestNodeDeclaredAgain: a Core writes the health of a node after it was
// deleted, and then the node is declared again.
func TestNodeDeclaredAgain(t *testing.T) {
	s := start(t)
	entries, routes := s.net.Entries, s.net.Routes
	s.net.Entries, s.net.Routes = nil, nil
	s.apply()
	s.put(shopNode+"health", "unreachable")
	p := s.plan()
	if p.HasChanges() || len(p.Unmanaged) != 1 || !p.Unmanaged[0].Remains {
		t.Fatalf("got %+v", p.Unmanaged)
	}
	s.net.Entries, s.net.Routes = entries, routes
	p = s.plan()
	s.put(shopNode+"health", "degraded")
	if broken := s.commit(p); len(broken) > 0 {
		t.Fatalf("refused: %+v", broken)
	}
	if s.value(shopNode+"health") != "degraded" || s.value(shopNode+"role") != "entry" {
		t.Error("the node is not whole")
	}
}

// TestDestroyedNetworkGivesItsPrefixUp: another network may have it, or the
// same one may move.
func TestDestroyedNetworkGivesItsPrefixUp(t *testing.T) {
	s := start(t)
	s.apply(destroy)
	s.net.Name = "lab"
	s.apply()
	s.net.Name = "prod"
	s.conflict(`"lab"`)
	s.net.Prefix = "/elsewhere/"
	s.apply()
	if s.value("/sigilform/v1/networks/prod") != "/elsewhere/" {
		t.Error("the new prefix is not registered")
	}
}

// TestTwoNetworksForOnePrefix: of two destroyed networks that come back at
// once below one prefix, one wins.
func TestTwoNetworksForOnePrefix(t *testing.T) {
	s := start(t)
	s.apply(destroy)
	s.net.Name = "lab"
	s.apply()
	s.apply(destroy)
	one := s.plan()
	s.net.Name = "prod"
	two := s.plan()
	if len(s.commit(one)) > 0 {
		t.Fatal("the first is refused")
	}
	if len(s.commit(two)) == 0 {
		t.Fatal("two networks share keys")
	}
}

// TestTwoFirstApplies: only one of two first applies wins.
func TestTwoFirstApplies(t *testing.T) {
	t.Parallel()
	s := &scenario{T: t, world: newWorld(), net: base()}
	one, two := s.plan(), s.plan()
	s.ids.n += 100
	three := s.plan()
	if len(s.commit(one)) > 0 {
		t.Fatal("the first is refused")
	}
	for _, late := range []*plan.Plan{two, three} {
		if len(s.commit(late)) == 0 {
			t.Fatal("a second first apply was carried out")
		}
	}
}

func TestRenamesOfUsersAndDevices(t *testing.T) {
	s := start(t)
	s.net.Users[0].Username = named("alicia")
	d := &s.net.Users[0].Devices[0]
	d.Name, d.Addr = "mobile", s.net.Users[0].Addr.DeviceOf("mobile")
	p := s.apply()
	if len(p.Changes) != 2 || s.value(alice+"username") != "alicia" || s.value(phone+"device") != "mobile" {
		t.Fatalf("got %+v", p.Changes)
	}
	if i := slices.IndexFunc(p.Data, func(o kv.Op) bool { return o.Kind != kv.Put }); i >= 0 {
		t.Errorf("a rename deletes %+v", p.Data[i])
	}
}

// TestUsernameTakenMeanwhile: a Core creates a user of the name that ours is
// given, after the plan was made.
func TestUsernameTakenMeanwhile(t *testing.T) {
	s := start(t)
	s.net.Users[0].Username = named("bob")
	p := s.plan()
	s.put("/sigilgate/users/2/username", "bob")
	s.put("/sigilgate/counters/user_id", "2")
	if broken := s.commit(p); len(broken) == 0 {
		t.Fatal("two users bear one name")
	}
}

// TestCascadeSparesWhatIsLeftAlone: a device that ignore_changes keeps on a Core
// that is deleted is declared, and no cascade deletes it.
func TestCascadeSparesWhatIsLeftAlone(t *testing.T) {
	s := start(t)
	s.net.Users[0].Lifecycle.IgnoreChanges = []string{"device"}
	s.apply()
	s.net.Cores[0].IP = named("192.0.2.77")
	s.conflict("dangling", cascade)
	if s.value(phone+"device") != "phone" {
		t.Error("the device is gone")
	}
}

// TestEmptyNetwork: nothing is wanted and nothing is there; nothing is written.
func TestEmptyNetwork(t *testing.T) {
	t.Parallel()
	s := &scenario{T: t, world: newWorld(), net: &network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"}}
	if p := s.plan(); p.HasChanges() || len(p.Guards) > 0 {
		t.Fatalf("got %+v", p)
	}
}
