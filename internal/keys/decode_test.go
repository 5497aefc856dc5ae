package keys_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// decode decodes keys, given as "key=value", below /p/, and prints the objects:
// kind, identity, parent, whether it exists, and its fields with set and class.
func decode(owner func(string) string, given ...string) []string {
	slices.Sort(given)
	entries := make([]kv.Entry, 0, len(given))
	for _, g := range given {
		key, value, _ := strings.Cut(g, "=")
		entries = append(entries, kv.Entry{Key: "/p/" + key, Value: value})
	}
	var out []string
	for _, o := range keys.Decode(keys.NewLayout(schema.Network(), "/p/"), entries, owner) {
		title := fmt.Sprintf("%s %s", o.Kind, o.ID)
		if o.Parent != "" {
			title += " of " + o.Parent
		}
		if !o.Exists {
			title += " (remains)"
		}
		line := []string{title}
		for _, f := range o.Fields {
			name := fmt.Sprintf("%s %s", f.Name, f.Class)
			if f.Set != "" {
				name += " in " + f.Set
			}
			line = append(line, name)
		}
		out = append(out, strings.Join(line, "; "))
	}
	return out
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		given, want []string
		owner       string
	}{
		{
			name:  "what a Core writes",
			given: []string{"nodes/10.0.0.1/role=core", "nodes/10.0.0.1/health=healthy", "nodes/10.0.0.1/health_at=x", "nodes/10.0.0.1/rotated_at=x", "paths/10.0.0.2/10.0.0.1/rotated_at=x"},
			want: []string{
				"core 10.0.0.1; health operational; health_at operational; role derived; rotated_at operational",
				"route 10.0.0.2/10.0.0.1 (remains); rotated_at operational",
			},
		},
		{
			name:  "a service name is its own kind's",
			given: []string{"nodes/1/role=core", "nodes/1/core_service_name=a", "nodes/1/client_service_name=b", "nodes/2/role=entry", "nodes/2/core_service_name=a", "nodes/2/client_service_name=b"},
			want: []string{
				"core 1; client_service_name operational; service_name rotated; role derived",
				"entry 2; service_name initial; core_service_name operational; role derived",
			},
		},
		{
			name:  "nodes of no role, or of a strange one",
			given: []string{"nodes/1/domain=a", "nodes/2/role=root", "nodes/2/uuid=u", "topology/links/3/4=", "topology/bindings/5/core=1"},
			want: []string{
				"node 1 (remains); domain declared",
				"node 2; role derived; uuid initial",
				"node 3 (remains); links.4 declared in links",
				"node 5 (remains); bound_to declared",
			},
		},
		{
			name:  "IPs that begin alike",
			given: []string{"nodes/10.0.0.1/role=core", "nodes/10.0.0.10/role=entry", "topology/links/10.0.0.1/10.0.0.10=", "topology/bindings/10.0.0.10/core=10.0.0.1"},
			want:  []string{"core 10.0.0.1; role derived; links.10.0.0.10 declared in links", "entry 10.0.0.10; role derived; bound_to declared"},
		},
		{
			name: "unknown keys stay others'",
			given: []string{
				"nodes/1/role=core", "nodes/1/tls=x", "nodes/1/tls/new=x", "nodes/1/settings/a/b=x", "nodes/1/settings/=x", "nodes/1/x/y=z", "nodes/1/bound_to=x",
				"topology/links/1/2/weight=9", "users/7/access/tcp/limit=9", "users/7/devices=x", "users/7/devices/u=x",
			},
			want: []string{
				"core 1; nodes/1/bound_to operational; role derived; nodes/1/settings/ operational; nodes/1/settings/a/b operational; nodes/1/tls operational;" +
					" tls.new declared; nodes/1/x/y operational; topology/links/1/2/weight operational",
				"user 7 (remains); users/7/access/tcp/limit operational; users/7/devices operational; users/7/devices/u operational",
			},
		},
		{
			name:  "a device and its route are one object, and not its user's",
			given: []string{"users/7/username=a", "users/7/devices/u/device=phone", "users/7/devices/u/core_node=1", "routes/u/core_ip=1", "routes/u/status=active", "routes/u/status_at=x"},
			want: []string{
				"user 7; username declared",
				"device u of 7; route.core_ip derived; route.status derived; route.status_at stamp; core declared; name declared",
			},
		},
		{
			name:  "a route that is left alone, with an owner and without",
			given: []string{"routes/u/status=active"}, owner: "7",
			want: []string{"device u of 7 (remains); route.status derived"},
		},
		{
			name:  "a route of nobody",
			given: []string{"routes/u/status=active"},
			want:  []string{"device u (remains); route.status derived"},
		},
		{
			name:  "two users with one UUID: the route is the owner's",
			given: []string{"users/1/devices/u/device=a", "users/2/devices/u/device=b", "routes/u/core_ip=1"}, owner: "2",
			want: []string{"device u of 1; name declared", "device u of 2; route.core_ip derived; name declared"},
		},
		{
			name: "what belongs to no object",
			given: []string{
				"counters/user_id=7", "api_tokens/x=y", "nodes/1=x", "nodes//role=core", "nodes/1/=x", "nodes", "topology/links/1=x", "topology/rings/1/2=",
				"paths/1/status=x", "paths//2/status=x", "paths/1//status=x", "users/=x", "=x",
			},
		},
	} {
		got := decode(func(string) string { return c.owner }, c.given...)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestAs: a node whose role someone changed keeps the names of its fields.
func TestAs(t *testing.T) {
	t.Parallel()
	l := keys.NewLayout(schema.Network(), "/p/")
	entries := []kv.Entry{
		{Key: "/p/nodes/1/core_service_name", Value: "a", ModRevision: 4, CreateRevision: 2},
		{Key: "/p/nodes/1/role", Value: "entry", ModRevision: 3, CreateRevision: 3},
	}
	entry := keys.Decode(l, entries, noOwner)[0]
	if entry.Kind != addr.Entry || entry.Fields[0].Name != "core_service_name" {
		t.Fatalf("%+v", entry)
	}
	asCore := l.As(&entry, addr.Core)
	want := keys.LiveField{Name: "service_name", Key: entries[0].Key, Value: "a", Class: schema.Rotated, ModRevision: 4, CreateRevision: 2}
	if asCore.Kind != addr.Core || asCore.Fields[0] != want || entry.Kind != addr.Entry {
		t.Errorf("%+v", asCore)
	}
	user := keys.Live{Kind: addr.User}
	if l.As(nil, addr.Core) != nil || l.As(&user, addr.Core) != &user || l.As(&entry, addr.Entry) != &entry {
		t.Error("only a node is read as another")
	}
}

func TestLiveRefs(t *testing.T) {
	t.Parallel()
	l := keys.NewLayout(schema.Network(), "/p/")
	given := []string{
		"nodes/1/role=core", "nodes/1/cell_domain=eu.net", "topology/links/1/2=", "topology/links/1/2/weight=3",
		"nodes/3/role=entry", "topology/bindings/3/core=1",
		"paths/3/1/status=active", "paths/3/2/rotated_at=x",
		"users/7/username=a", "users/7/core_nodes/1=", "users/7/access/1=",
		"users/7/devices/u/device=phone", "users/7/devices/u/core_node=1", "routes/u/core_ip=2", "routes/v/core_ip=1",
	}
	slices.Sort(given)
	entries := make([]kv.Entry, 0, len(given))
	for _, g := range given {
		key, value, _ := strings.Cut(g, "=")
		entries = append(entries, kv.Entry{Key: "/p/" + key, Value: value})
	}
	var got []string
	for _, o := range keys.Decode(l, entries, noOwner) {
		for _, r := range keys.LiveRefs(o, l) {
			got = append(got, strings.ReplaceAll(fmt.Sprintf("%s %s: %s at %s -> %s", o.Kind, o.ID, r.Field, r.Key, r.Marker), "/p/", ""))
		}
	}
	want := []string{
		"core 1: cell at nodes/1/cell_domain -> cells/eu.net/status",
		"core 1: links.2 at topology/links/1/2 -> nodes/2/role",
		"entry 3: bound_to at topology/bindings/3/core -> nodes/1/role",
		"route 3/1:  at paths/3/1/status -> nodes/3/role",
		"route 3/1:  at paths/3/1/status -> nodes/1/role",
		"route 3/2:  at paths/3/2/rotated_at -> nodes/3/role",
		"route 3/2:  at paths/3/2/rotated_at -> nodes/2/role",
		"user 7: core_nodes.1 at users/7/core_nodes/1 -> nodes/1/role",
		"device u:  at users/7/devices/u/device -> users/7/username",
		"device u: route.core_ip at routes/u/core_ip -> nodes/2/role",
		"device u: core at users/7/devices/u/core_node -> nodes/1/role",
		"device v: route.core_ip at routes/v/core_ip -> nodes/1/role",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	sources := func(given map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) { v, ok := given[name]; return v, ok }
	}
	for _, c := range []struct {
		kind     addr.Kind
		name     string
		given    map[string]string
		want, ok string
	}{
		{addr.Core, "role", nil, "core", "yes"},
		{addr.Entry, "role", nil, "entry", "yes"},
		{addr.Device, "route.core_ip", map[string]string{"core": "1"}, "1", "yes"},
		{addr.Device, "route.core_ip", nil, "", ""},
		{addr.Device, "route.status", map[string]string{"core": "1", "status": "active"}, "active", "yes"},
		{addr.Device, "route.status", map[string]string{"core": "1", "status": "inactive"}, "archived", "yes"},
		{addr.Device, "route.status", map[string]string{"core": "1", "status": "archived"}, "archived", "yes"},
		{addr.Device, "route.status", map[string]string{"status": "active"}, "", ""},
		{addr.User, "username", map[string]string{"username": "a"}, "", ""},
	} {
		got, ok := keys.NewLayout(schema.Network(), "/").Derive(c.kind, c.name, sources(c.given))
		if ok != (c.ok != "") || ok && got != c.want {
			t.Errorf("%s of a %s from %v: %q, %v", c.name, c.kind, c.given, got, ok)
		}
	}
	for _, kind := range addr.Kinds() {
		for _, name := range keys.NewLayout(schema.Network(), "/").DerivedFields(kind) {
			if _, ok := keys.NewLayout(schema.Network(), "/").Derive(kind, name, func(string) (string, bool) { return "x", true }); !ok {
				t.Errorf("%s of a %s does not derive", name, kind)
			}
		}
	}
}

func TestIgnored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ignore, field string
		want          bool
	}{
		{"all", "anything", true},
		{"status", "status", true},
		{"status", "status_at", false},
		{"tls", "tls.sni", true},
		{"tls.sni", "tls.sni", true},
		{"tls.sni", "tls.port", false},
		{"tls.sni", "tls", false},
		{"settings.a", "settings.a", true},
		{"links", "links.10.0.0.1", true},
		{"core", "core_nodes.10.0.0.1", false},
	} {
		if got := keys.Ignored([]string{"x", c.ignore}, c.field); got != c.want {
			t.Errorf("ignore_changes = [%s] covers %s: %v", c.ignore, c.field, got)
		}
	}
}

// TestFlattenWantsEverythingChosen: what the plan should have chosen, or the
// checks refused, is an error that names the object.
func TestFlattenWantsEverythingChosen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want  string
		spoil func(n *network.Network)
	}{
		{"cell.eu has no domain", func(n *network.Network) { n.Cells[0].Domain = text("") }},
		{"core.ams has no ip", func(n *network.Network) { n.Cores[0].IP = text("") }},
		{"core.waw has no uuid", func(n *network.Network) { n.Cores[1].UUID = text("") }},
		{"core.waw has no service_name", func(n *network.Network) { n.Cores[1].ServiceName = text("") }},
		{"entry.shop has no service_name", func(n *network.Network) { n.Entries[0].ServiceName = text("") }},
		{"route.r has no core", func(n *network.Network) { n.Routes[0].Core = to(addr.New(addr.Core, "ghost", addr.NoKey)) }},
		{"user.alice has no id", func(n *network.Network) { n.Users[0].ID.Value = 0 }},
		{"user.alice has no username", func(n *network.Network) { n.Users[0].Username.Value = "" }},
		{`user.alice.device["phone"] has no uuid`, func(n *network.Network) { n.Users[0].Devices[0].UUID.Value = "" }},
		{`user.alice.device["phone"] has no core`, func(n *network.Network) { n.Users[0].Devices[0].Core = to(addr.New(addr.Core, "ghost", addr.NoKey)) }},
	} {
		n := full()
		c.spoil(n)
		if _, err := keys.Flatten(n, keys.NewLayout(schema.Network(), n.Prefix), now); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// FuzzLocate: no key breaks the layout, and one that has a name is spelled from
// its name again.
func FuzzLocate(f *testing.F) {
	for _, seed := range []string{
		"nodes/10.0.0.1/role", "nodes/::1/tls/sni", "topology/links/1/2", "paths/1/2/status", "users/7/devices/u/device", "routes/u/core_ip",
		"users/7/core_nodes/1", "cells/eu.net/status", "counters/user_id", "topology/links/1/2/3", "users//devices//", "\x00/\xff/",
	} {
		f.Add(seed, "core")
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		l := keys.NewLayout(schema.Network(), "/p/")
		at, ok := l.Locate("/p/" + key)
		live := keys.Decode(l, []kv.Entry{{Key: "/p/" + key, Value: value}}, noOwner)
		if ok != (len(live) == 1) {
			t.Fatalf("%q is located: %v, and decoded as %+v", key, ok, live)
		}
		if !ok {
			return
		}
		o, field := live[0], live[0].Fields[0]
		if at.ID != o.ID || at.Parent != o.Parent || at.Space != keys.Space(o.Kind) || o.ID == "" {
			t.Errorf("%q is located at %+v, and decoded as %+v", key, at, o)
		}
		if field.Name == key {
			return // unknown: named by its key
		}
		if again := l.FieldKey(o.Kind, o.ID, o.Parent, field.Name); again != "/p/"+key {
			t.Errorf("%q is %s of %s %s, which is spelled %q", key, field.Name, o.Kind, o.ID, again)
		}
		if !slices.ContainsFunc(l.Prefixes(o.Kind, o.ID, o.Parent), func(p string) bool { return strings.HasPrefix(field.Key, p) }) {
			t.Errorf("%q lies below no prefix of %s %s", key, o.Kind, o.ID)
		}
	})
}
