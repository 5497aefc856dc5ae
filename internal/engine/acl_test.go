package engine

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestKnown gives users and devices the identities that an apply chose, and
// leaves those that a file names.
func TestKnown(t *testing.T) {
	t.Parallel()
	bob, eve, later := addr.New(addr.User, "bob", addr.NoKey), addr.New(addr.User, "eve", addr.NoKey), addr.New(addr.User, "new", addr.NoKey)
	n := &network.Network{Catalogue: schema.Network(), Users: []network.User{
		{Addr: bob, Devices: []network.Device{{Addr: bob.DeviceOf("phone")}, {Addr: bob.DeviceOf("tv"), UUID: network.Text{Value: "named", Named: true}}}},
		{Addr: eve, ID: network.Number{Value: 9, Named: true}},
		{Addr: later},
	}}
	records := map[state.ID]*state.Record{}
	for id, a := range map[state.ID]addr.Addr{
		{Kind: addr.User, ID: "7"}: bob, {Kind: addr.User, ID: "8"}: eve,
		{Kind: addr.Device, ID: "u-1"}: bob.DeviceOf("phone"), {Kind: addr.Device, ID: "u-2"}: bob.DeviceOf("tv"),
	} {
		records[id] = &state.Record{Kind: id.Kind, ID: id.ID, Address: a.String()}
	}
	got := known(n, &state.State{Records: records})
	if u := got.Users[0]; u.ID.Value != 7 || u.Devices[0].UUID.Value != "u-1" || u.Devices[1].UUID.Value != "named" {
		t.Errorf("bob is %+v", u)
	}
	if got.Users[1].ID.Value != 9 || got.Users[2].ID.Value != 0 {
		t.Errorf("eve and the later one are %+v", got.Users[1:])
	}
	if n.Users[0].ID.Value != 0 || n.Users[0].Devices[0].UUID.Value != "" {
		t.Errorf("the configuration changed: %+v", n.Users[0])
	}
}

// TestSpread tries few ranges of a large kind, of many objects and fields.
func TestSpread(t *testing.T) {
	t.Parallel()
	n := nettest.Network(nettest.Thousand())
	n.Normalize()
	own := state.NewLayout(n.Name)
	layout := keys.NewLayout(schema.Network(), n.Prefix)
	all := acl.Kinds(n, layout, plan.OwnKeys(own), acl.Private{History: own.HistoryPrefix(), Journal: own.JournalPrefix()})
	for _, k := range all {
		got := spread(k.Ranges)
		if len(got) != min(len(k.Ranges), triesPerKind) {
			t.Errorf("%s: %d of %d", k.Name, len(got), len(k.Ranges))
		}
		if len(k.Ranges) < 1000 || k.Name == "topology" {
			continue
		}
		objects, fields := map[string]bool{}, map[string]bool{}
		for _, r := range got {
			at, ok := layout.Locate(locatable(r))
			if !ok {
				t.Fatalf("%s has %s", k.Name, r)
			}
			objects[at.ID], fields[layout.Member(at)] = true, true
		}
		if len(objects) < triesPerKind/2 || len(fields) < 2 && k.Name != "node tls" {
			t.Errorf("%s: %d objects, %d fields", k.Name, len(objects), len(fields))
		}
	}
}

// locatable is a key of a range.
func locatable(r kv.Range) string {
	if r.End != "" {
		return r.Key + "x"
	}
	return r.Key
}
