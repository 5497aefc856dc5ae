package keys_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// drawIPs draws different IPs, of which many begin alike.
func drawIPs(t *rapid.T, n int) []string {
	last := rapid.SampledFrom([]string{"1", "10", "100", "11", "2", "20", "200", "21"})
	ip := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "IPv6") {
			return "2001:db8::" + last.Draw(t, "last")
		}
		return "10.0.0." + last.Draw(t, "last")
	})
	return rapid.SliceOfNDistinct(ip, n, n, rapid.ID).Draw(t, "ips")
}

func drawUUID(t *rapid.T) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", rapid.Uint32Range(0, 3).Draw(t, "head"), rapid.Uint32().Draw(t, "tail"))
}

func maybe(t *rapid.T, name string, gen *rapid.Generator[string]) network.Text {
	v := network.Text{Named: rapid.Bool().Draw(t, name), Sensitive: rapid.Bool().Draw(t, name+" is sensitive")}
	if v.Named {
		v.Value = gen.Draw(t, name)
	} else {
		v.Sensitive = false
	}
	return v
}

func drawTLS(t *rapid.T) network.TLS {
	out := network.TLS{
		SNI: maybe(t, "sni", rapid.StringMatching(`[a-z]{1,3}\.net`)), MinVersion: maybe(t, "min_version", rapid.SampledFrom([]string{"1.2", "1.3"})),
		Port: network.Number{Named: rapid.Bool().Draw(t, "port"), Value: 443},
	}
	if out.ALPN.Named = rapid.Bool().Draw(t, "alpn"); out.ALPN.Named {
		out.ALPN.Values = []string{"h2", "http/1.1"}
	}
	return out
}

func drawNode(t *rapid.T, kind addr.Kind, i int, ip string) network.Node {
	n := network.Node{
		Addr: addr.New(kind, fmt.Sprintf("n%d", i), addr.NoKey), IP: text(ip), TLS: drawTLS(t),
		Region: maybe(t, "region", rapid.String()), Status: maybe(t, "status", rapid.SampledFrom([]string{"active", "inactive", "archived"})),
		ServiceName: network.Text{Value: fmt.Sprintf("api.%d", i), Named: rapid.Bool().Draw(t, "service name")},
		Settings:    map[string]network.Text{},
	}
	for _, name := range rapid.SliceOfN(rapid.StringMatching(`[a-z._-]{1,4}`), 0, 3).Draw(t, "settings") {
		n.Settings[name] = text(rapid.String().Draw(t, name))
	}
	return n
}

// drawNetwork draws a network as Flatten takes it.
func drawNetwork(t *rapid.T) *network.Network {
	n := &network.Network{Catalogue: schema.Network(), Name: "n", Prefix: "/" + rapid.SampledFrom([]string{"a", "a/b", "nodes", "users/1"}).Draw(t, "prefix") + "/"}
	cell := addr.New(addr.Cell, "c", addr.NoKey)
	n.Cells = []network.Cell{{Addr: cell, Domain: text("c.net"), Status: maybe(t, "status", rapid.Just("archived"))}}
	ips := drawIPs(t, 6)
	for i, ip := range ips[:rapid.IntRange(1, 4).Draw(t, "cores")] {
		c := network.Core{Node: drawNode(t, addr.Core, i, ip), UUID: network.Text{Value: drawUUID(t), Named: rapid.Bool().Draw(t, "uuid")}}
		if rapid.Bool().Draw(t, "in a cell") {
			c.Cell, c.Number = to(cell), number(uint64(i))
		}
		n.Cores = append(n.Cores, c)
	}
	for i, ip := range ips[4:] {
		e := network.Entry{Node: drawNode(t, addr.Entry, i, ip)}
		if rapid.Bool().Draw(t, "bound") {
			e.BoundTo = to(n.Cores[0].Addr)
		}
		n.Entries = append(n.Entries, e)
		for j := range n.Cores {
			if rapid.Bool().Draw(t, "route") {
				n.Routes = append(n.Routes, network.Route{
					Addr: addr.New(addr.Route, fmt.Sprintf("r%d-%d", i, j), addr.NoKey), Entry: to(e.Addr), Core: to(n.Cores[j].Addr),
					ServiceName: maybe(t, "service name", rapid.Just("api.v2")), TLS: drawTLS(t),
				})
			}
		}
	}
	for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]uint64{1, 10, 11, 101}), 0, 3, rapid.ID).Draw(t, "users") {
		n.Users = append(n.Users, drawUser(t, n.Cores, id))
	}
	return n
}

func drawUser(t *rapid.T, cores []network.Core, id uint64) network.User {
	u := network.User{
		Addr: addr.New(addr.User, fmt.Sprintf("u%d", id), addr.NoKey), ID: number(id), Username: text(fmt.Sprintf("user %d", id)),
		Credential: maybe(t, "credential", rapid.Just("$argon2id$…")), HashTelegramID: maybe(t, "telegram", rapid.Just("00ff")),
		CoreNodes: network.Refs{Named: rapid.Bool().Draw(t, "core_nodes")}, Access: network.Words{Named: rapid.Bool().Draw(t, "access")},
	}
	if u.CoreNodes.Named {
		u.CoreNodes.To = []addr.Addr{cores[0].Addr}
	}
	if u.Access.Named {
		u.Access.Values = rapid.SliceOfN(rapid.StringMatching(`[a-z]`), 0, 3).Draw(t, "rights")
	}
	for j := range rapid.IntRange(0, 2).Draw(t, "devices") {
		d := network.Device{Name: strconv.Itoa(j), Status: maybe(t, "status", rapid.SampledFrom([]string{"active", "archived"}))}
		d.Addr, d.UUID = u.Addr.DeviceOf(d.Name), network.Text{Value: fmt.Sprintf("%08x-%s", id*10+uint64(j), drawUUID(t)[9:])}
		if rapid.Bool().Draw(t, "at a Core") {
			d.Core = to(cores[0].Addr)
		}
		u.Devices = append(u.Devices, d)
	}
	return u
}

func entriesOf(objects []keys.Object) []kv.Entry {
	var entries []kv.Entry
	for _, o := range objects {
		for _, f := range o.Fields {
			entries = append(entries, kv.Entry{Key: f.Key, Value: f.Value, ModRevision: 3, CreateRevision: 2})
		}
	}
	slices.SortFunc(entries, func(a, b kv.Entry) int { return strings.Compare(a.Key, b.Key) })
	return entries
}

func noOwner(string) string { return "" }

// TestDecodeIsTheInverseOfFlatten: what is written is read back as what it was,
// in the same order, each key in one object.
func TestDecodeIsTheInverseOfFlatten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		l := keys.NewLayout(schema.Network(), n.Prefix)
		objects, err := keys.Flatten(n, l, now)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]keys.Live, 0, len(objects))
		for _, o := range objects {
			live := keys.Live{Kind: o.Kind, ID: o.ID, Parent: o.Parent, Exists: true, Marker: o.Marker}
			for _, f := range o.Fields {
				live.Fields = append(live.Fields, keys.LiveField{
					Name: f.Name, Set: f.Set, Key: f.Key, Value: f.Value, Class: f.Class, ModRevision: 3, CreateRevision: 2,
				})
			}
			want = append(want, live)
		}
		if diff := cmp.Diff(want, keys.Decode(l, entriesOf(objects), noOwner)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestObjectsAreApart: no two objects share a key, no object's key lies below a
// prefix of another but its user's, and each key is where its name says.
func TestObjectsAreApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		l := keys.NewLayout(schema.Network(), n.Prefix)
		objects, err := keys.Flatten(n, l, now)
		if err != nil {
			t.Fatal(err)
		}
		owner := map[string]addr.Addr{}
		for _, o := range objects {
			for _, f := range o.Fields {
				if other, taken := owner[f.Key]; taken {
					t.Fatalf("%s belongs to %s and %s", f.Key, other, o.Addr)
				}
				owner[f.Key] = o.Addr
				if key := l.FieldKey(o.Kind, o.ID, o.Parent, f.Name); key != f.Key {
					t.Fatalf("%s of %s is %s and %s", f.Name, o.Addr, f.Key, key)
				}
			}
		}
		for _, o := range objects {
			for _, p := range o.Prefixes {
				for key, other := range owner {
					if strings.HasPrefix(key, p) && other != o.Addr && other.Owner() != o.Addr {
						t.Fatalf("%s of %s lies below %s of %s", key, other, p, o.Addr)
					}
				}
			}
			if !slices.IsSortedFunc(o.Fields, func(a, b keys.Field) int { return strings.Compare(a.Key, b.Key) }) || !slices.IsSorted(o.Refs) || !slices.IsSorted(o.Sets) {
				t.Fatalf("%s is not in order", o.Addr)
			}
		}
	})
}

// TestFieldsOfFlatten: the rules that hold for every field.
func TestFieldsOfFlatten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		objects, err := keys.Flatten(n, keys.NewLayout(schema.Network(), n.Prefix), now)
		if err != nil {
			t.Fatal(err)
		}
		markers := map[string]bool{}
		for _, o := range objects {
			markers[o.Marker] = true
		}
		for _, o := range objects {
			named := map[string]bool{}
			for _, f := range o.Fields {
				named[f.Name] = f.Named
			}
			for _, f := range o.Fields {
				checkClass(t, &o, &f, named)
				checkField(t, &o, &f, named)
			}
			for _, ref := range o.Refs {
				if !markers[ref] {
					t.Fatalf("%s refers to %s, which is the marker of nothing", o.Addr, ref)
				}
			}
		}
	})
}

func checkClass(t *rapid.T, o *keys.Object, f *keys.Field, named map[string]bool) {
	switch f.Class {
	case schema.Operational:
		t.Fatalf("%s of %s is put, and is not sigilform's", f.Name, o.Addr)
	case schema.Stamp:
		if f.Value != now || f.Named {
			t.Fatalf("stamp %s of %s: %+v", f.Name, o.Addr, f)
		}
	case schema.Derived:
		if f.Source != "" && f.Named != named[f.Source] {
			t.Fatalf("%s of %s is named, and %s is not, or the other way", f.Name, o.Addr, f.Source)
		}
	case schema.Declared:
		if !f.Named {
			t.Fatalf("%s of %s is declared by nobody", f.Name, o.Addr)
		}
	case schema.Initial, schema.Rotated:
	}
}

func checkField(t *rapid.T, o *keys.Object, f *keys.Field, named map[string]bool) {
	if f.Set != "" && (!slices.Contains(o.Sets, f.Set) || f.Value != "") {
		t.Fatalf("%s of %s is a member of a set that is not declared", f.Name, o.Addr)
	}
	if _, ok := named[f.Source]; f.Source != "" && !ok {
		t.Fatalf("%s of %s follows %s, which is not there", f.Name, o.Addr, f.Source)
	}
	if f.Name == "credential" && !f.Sensitive {
		t.Fatal("a credential is shown")
	}
}

// TestDecodeLosesNothing: every entry below the prefix that belongs to an
// object is in exactly one, whatever the keys are.
func TestDecodeLosesNothing(t *testing.T) {
	t.Parallel()
	l := keys.NewLayout(schema.Network(), "/p/")
	word := rapid.SampledFrom([]string{"nodes", "cells", "topology", "links", "bindings", "paths", "users", "devices", "routes", "1", "10.0.0.1", "role", "status", "core", "", "counters"})
	key := rapid.Custom(func(t *rapid.T) string {
		return "/p/" + strings.Join(rapid.SliceOfN(word, 1, 6).Draw(t, "parts"), "/")
	})
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]bool{}
		var entries []kv.Entry
		for _, k := range rapid.SliceOfNDistinct(key, 0, 20, rapid.ID).Draw(t, "keys") {
			entries = append(entries, kv.Entry{Key: k, Value: rapid.SampledFrom([]string{"core", "entry", "x", ""}).Draw(t, "value")})
			if _, ok := l.Locate(k); ok {
				want[k] = true
			}
		}
		for _, o := range keys.Decode(l, entries, noOwner) {
			if len(o.Fields) == 0 {
				t.Fatalf("%s %s has no key", o.Kind, o.ID)
			}
			for _, f := range o.Fields {
				if !want[f.Key] {
					t.Fatalf("%s is in two objects, or in one by mistake", f.Key)
				}
				delete(want, f.Key)
				if o.Exists != slices.ContainsFunc(o.Fields, func(f keys.LiveField) bool { return f.Key == o.Marker }) {
					t.Fatalf("%+v exists, or does not", o)
				}
			}
		}
		if len(want) > 0 {
			t.Fatalf("lost: %v", want)
		}
	})
}

// TestSensitiveValuesMakeSensitiveFields: of every field that can hold one.
func TestSensitiveValuesMakeSensitiveFields(t *testing.T) {
	t.Parallel()
	n := full()
	c := &n.Cores[0]
	for _, t := range []*network.Text{&c.Domain, &c.Region, &c.Status, &c.ServiceName, &c.UUID, &c.TLS.SNI, &c.TLS.Fingerprint, &c.TLS.MinVersion} {
		t.Sensitive = true
	}
	c.Number.Sensitive, c.TLS.Port.Sensitive, c.TLS.ALPN.Sensitive = true, true, true
	c.Settings["mtu"] = network.Text{Value: "1400", Named: true, Sensitive: true}
	u := &n.Users[0]
	u.Username.Sensitive, u.Status.Sensitive, u.HashTelegramID.Sensitive, u.Devices[0].Status.Sensitive = true, true, true, true
	shown := map[string]bool{"role": true, "status_at": true, "cell": true, "created": true, "core": true, "name": true, "route.core_ip": true, "route.status_at": true}
	for _, o := range flatten(t, n) {
		if o.Addr != c.Addr && o.Addr.Owner() != u.Addr {
			continue
		}
		for _, f := range o.Fields {
			if f.Sensitive == (shown[f.Name] || f.Set != "") {
				t.Errorf("%s of %s: sensitive is %v", f.Name, o.Addr, f.Sensitive)
			}
		}
	}
}
