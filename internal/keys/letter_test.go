package keys_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

const (
	now        = "2026-04-19T12:00:00Z"
	coreIP     = "192.0.2.1"
	peerIP     = "2001:db8::2"
	entryIP    = "198.51.100.1"
	coreUUID   = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	peerUUID   = "8ba7b810-9dad-41d1-80b4-00c04fd430c8"
	deviceUUID = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
	digest     = "4554f05238fe3d05887344c47dbf64c59e87f3559a988e651fec51b1116e632d"
)

func text(s string) network.Text     { return network.Text{Value: s, Named: true} }
func number(n uint64) network.Number { return network.Number{Value: n, Named: true} }
func to(a addr.Addr) network.Ref     { return network.Ref{To: a, Named: true} }

// full is a network in which every field of the layout is given.
func full() *network.Network {
	cell := addr.New(addr.Cell, "eu", addr.NoKey)
	ams, waw := addr.New(addr.Core, "ams", addr.NoKey), addr.New(addr.Core, "waw", addr.NoKey)
	shop, alice := addr.New(addr.Entry, "shop", addr.NoKey), addr.New(addr.User, "alice", addr.NoKey)
	tls := network.TLS{
		SNI: text("cdn.example"), Fingerprint: text("chrome"), ALPN: network.Words{Values: []string{"h2", "http/1.1"}, Named: true},
		MinVersion: text("1.3"), Port: number(8443),
	}
	n := &network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"}
	n.Cells = []network.Cell{{Addr: cell, Domain: text("eu.example")}}
	n.Cores = []network.Core{
		{
			Node: network.Node{
				Addr: ams, IP: text(coreIP), Domain: text("1.core.eu.example"), Region: text("nl"), Status: text("inactive"),
				ServiceName: text("api.v2.rpc.0123456789abcdef"), Settings: map[string]network.Text{"mtu": text("1400")}, TLS: tls,
			},
			Cell: to(cell), Number: number(1), UUID: text(coreUUID),
		},
		{
			Node: network.Node{Addr: waw, IP: text(peerIP), ServiceName: network.Text{Value: "api.v2.rpc.generated"}},
			UUID: network.Text{Value: peerUUID},
		},
	}
	n.Entries = []network.Entry{{
		Node:    network.Node{Addr: shop, IP: text(entryIP), ServiceName: network.Text{Value: "client.v1"}},
		BoundTo: to(ams),
	}}
	n.Routes = []network.Route{{
		Addr: addr.New(addr.Route, "r", addr.NoKey), Entry: to(shop), Core: to(ams),
		ServiceName: text("api.v2.rpc.fedcba9876543210"), TLS: network.TLS{SNI: text("www.example")},
	}}
	n.Users = []network.User{{
		Addr: alice, ID: number(7), Username: text("alice"), Credential: network.Text{Value: "$argon2id$…", Named: true, Sensitive: true},
		HashTelegramID: text(digest), CoreNodes: network.Refs{To: []addr.Addr{ams}, Named: true}, Access: network.Words{Values: []string{"tcp"}, Named: true},
		Devices: []network.Device{{Addr: alice.DeviceOf("phone"), Name: "phone", UUID: text(deviceUUID), Core: to(ams), Status: text("archived")}},
	}}
	return n
}

func flatten(t *testing.T, n *network.Network) []keys.Object {
	t.Helper()
	objects, err := keys.Flatten(n, keys.NewLayout(schema.Network(), n.Prefix), now)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// TestToTheLetter spells every key of the layout, as the programs that read
// them do. A change here breaks them.
func TestToTheLetter(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"nodes/192.0.2.1/role":              "core",
		"nodes/192.0.2.1/status":            "inactive",
		"nodes/192.0.2.1/status_at":         now,
		"nodes/192.0.2.1/domain":            "1.core.eu.example",
		"nodes/192.0.2.1/cell_domain":       "eu.example",
		"nodes/192.0.2.1/node_number":       "1",
		"nodes/192.0.2.1/uuid":              coreUUID,
		"nodes/192.0.2.1/core_service_name": "api.v2.rpc.0123456789abcdef",
		"nodes/192.0.2.1/region":            "nl",
		"nodes/192.0.2.1/settings/mtu":      "1400",
		"nodes/192.0.2.1/tls/sni":           "cdn.example",
		"nodes/192.0.2.1/tls/fingerprint":   "chrome",
		"nodes/192.0.2.1/tls/alpn":          "h2,http/1.1",
		"nodes/192.0.2.1/tls/min_version":   "1.3",
		"nodes/192.0.2.1/tls/port":          "8443",

		"nodes/2001:db8::2/uuid":              peerUUID,
		"nodes/2001:db8::2/core_service_name": "api.v2.rpc.generated",
		"nodes/2001:db8::2/role":              "core",
		"nodes/2001:db8::2/status":            "active",
		"nodes/2001:db8::2/status_at":         now,

		"nodes/198.51.100.1/role":                "entry",
		"nodes/198.51.100.1/status":              "active",
		"nodes/198.51.100.1/status_at":           now,
		"nodes/198.51.100.1/client_service_name": "client.v1",

		"cells/eu.example/status":    "active",
		"cells/eu.example/status_at": now,

		"topology/links/192.0.2.1/2001:db8::2": "",
		"topology/links/2001:db8::2/192.0.2.1": "",
		"topology/bindings/198.51.100.1/core":  coreIP,

		"paths/198.51.100.1/192.0.2.1/status":       "active",
		"paths/198.51.100.1/192.0.2.1/status_at":    now,
		"paths/198.51.100.1/192.0.2.1/service_name": "api.v2.rpc.fedcba9876543210",
		"paths/198.51.100.1/192.0.2.1/tls/sni":      "www.example",

		"users/7/username":             "alice",
		"users/7/status":               "active",
		"users/7/status_at":            now,
		"users/7/created":              now,
		"users/7/hash_telegram_id":     digest,
		"users/7/core_nodes/192.0.2.1": "",
		"users/7/credential":           "$argon2id$…",
		"users/7/access/tcp":           "",

		"users/7/devices/" + deviceUUID + "/device":    "phone",
		"users/7/devices/" + deviceUUID + "/status":    "archived",
		"users/7/devices/" + deviceUUID + "/status_at": now,
		"users/7/devices/" + deviceUUID + "/created":   now,
		"users/7/devices/" + deviceUUID + "/core_node": coreIP,

		"routes/" + deviceUUID + "/core_ip":   coreIP,
		"routes/" + deviceUUID + "/status":    "archived",
		"routes/" + deviceUUID + "/status_at": now,
	}
	got := map[string]string{}
	for _, o := range flatten(t, full()) {
		for _, f := range o.Fields {
			key := strings.TrimPrefix(f.Key, "/sigilgate/")
			if _, twice := got[key]; twice {
				t.Errorf("%s belongs to two objects", key)
			}
			got[key] = f.Value
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if counter := keys.NewLayout(schema.Network(), "/sigilgate/").UserIDCounter(); counter != "/sigilgate/counters/user_id" {
		t.Errorf("the counter is %s", counter)
	}
}

// TestClasses holds the class of each kind of field.
func TestClasses(t *testing.T) {
	t.Parallel()
	want := map[string]schema.Class{
		"core role": schema.Derived, "core status": schema.Initial, "core status_at": schema.Stamp, "core domain": schema.Declared,
		"core cell": schema.Declared, "core number": schema.Declared, "core uuid": schema.Initial, "core service_name": schema.Rotated,
		"core settings.mtu": schema.Declared, "core tls.sni": schema.Declared, "core links." + peerIP: schema.Declared,
		"entry service_name": schema.Initial, "entry bound_to": schema.Declared, "cell status": schema.Initial,
		"route status": schema.Initial, "route service_name": schema.Rotated, "user username": schema.Declared,
		"user created": schema.Stamp, "user credential": schema.Declared, "user access.tcp": schema.Declared,
		"device name": schema.Declared, "device core": schema.Declared, "device status": schema.Initial,
		"device route.core_ip": schema.Derived, "device route.status": schema.Derived, "device route.status_at": schema.Stamp,
	}
	for _, o := range flatten(t, full()) {
		for _, f := range o.Fields {
			name := string(o.Kind) + " " + f.Name
			if class, ok := want[name]; ok && class != f.Class {
				t.Errorf("%s is %s, want %s", name, f.Class, class)
			}
			delete(want, name)
			if secret := f.Name == "credential"; f.Sensitive != secret {
				t.Errorf("%s: sensitive is %v", name, f.Sensitive)
			}
		}
	}
	for name := range want {
		t.Errorf("%s is in no object", name)
	}
}

// TestDecodeGivesBackEveryField: decode∘flatten keeps names, classes, values
// and keys, and every key is located where it belongs.
func TestDecodeGivesBackEveryField(t *testing.T) {
	t.Parallel()
	l := keys.NewLayout(schema.Network(), "/sigilgate/")
	objects := flatten(t, full())
	var entries []kv.Entry
	for _, o := range objects {
		for _, f := range o.Fields {
			entries = append(entries, kv.Entry{Key: f.Key, Value: f.Value, ModRevision: 3, CreateRevision: 2})
		}
	}
	live := map[string]keys.Live{}
	for _, o := range keys.Decode(l, entries, func(string) string { return "" }) {
		live[string(o.Kind)+" "+o.ID] = o
	}
	if len(live) != len(objects) {
		t.Fatalf("%d objects became %d", len(objects), len(live))
	}
	for _, o := range objects {
		back, ok := live[string(o.Kind)+" "+o.ID]
		if !ok || !back.Exists || back.Marker != o.Marker || back.Parent != o.Parent || len(back.Fields) != len(o.Fields) {
			t.Fatalf("%s came back as %+v", o.Addr, back)
		}
		for i, f := range o.Fields {
			compareField(t, l, o, f, back.Fields[i])
		}
	}
}

func compareField(t *testing.T, l keys.Layout, o keys.Object, f keys.Field, b keys.LiveField) {
	t.Helper()
	same := keys.LiveField{
		Name: f.Name, Set: f.Set, Key: f.Key, Value: f.Value, Class: f.Class, ModRevision: 3, CreateRevision: 2,
	}
	if diff := cmp.Diff(same, b); diff != "" {
		t.Errorf("%s %s came back otherwise:\n%s", o.Addr, f.Name, diff)
	}
	if key := l.FieldKey(o.Kind, o.ID, o.Parent, f.Name); key != f.Key {
		t.Errorf("the key of %s is %s, want %s", f.Name, key, f.Key)
	}
	if at, ok := l.Locate(f.Key); !ok || at.ID != o.ID || at.Space != keys.Space(o.Kind) {
		t.Errorf("%s is located at %+v", f.Key, at)
	}
}

// TestPrefixesKeepObjectsApart: no object lies below a prefix of another, but
// a device below its user.
func TestPrefixesKeepObjectsApart(t *testing.T) {
	t.Parallel()
	l := keys.NewLayout(schema.Network(), "/sigilgate/")
	type object struct {
		kind       addr.Kind
		id, parent string
	}
	all := []object{
		{addr.Core, "10.0.0.1", ""},
		{addr.Core, "10.0.0.10", ""},
		{addr.Entry, "10.0.0.100", ""},
		{addr.Route, "10.0.0.1/10.0.0.2", ""},
		{addr.Route, "10.0.0.1/10.0.0.20", ""},
		{addr.Cell, "a.example", ""},
		{addr.User, "1", ""},
		{addr.User, "11", ""},
		{addr.Device, deviceUUID, "11"},
	}
	for _, a := range all {
		for _, b := range all {
			if a == b || b.kind == addr.Device && b.parent == a.id {
				continue
			}
			for _, p := range l.Prefixes(a.kind, a.id, a.parent) {
				for _, q := range l.Prefixes(b.kind, b.id, b.parent) {
					if strings.HasPrefix(q, p) {
						t.Errorf("%s lies below %s", q, p)
					}
				}
			}
		}
	}
}
