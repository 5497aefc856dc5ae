package keys_test

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

// TestWhatDerives: which fields follow which.
func TestWhatDerives(t *testing.T) {
	t.Parallel()
	l := layout()
	for kind, want := range map[addr.Kind][]string{addr.Core: {"role"}, addr.Device: {"route.core_ip", "route.status"}, addr.User: nil} {
		if got := l.DerivedFields(kind); !slices.Equal(got, want) {
			t.Errorf("of a %s %q are derived", kind, got)
		}
	}
	want := []keys.Pair{
		{Derived: "route.core_ip", Source: "core"}, {Derived: "route.status", Source: "status"}, {Derived: "route.status", Source: "core", Only: true},
	}
	if got := l.Pairs(addr.Device); !slices.Equal(got, want) {
		t.Errorf("they go with %+v", got)
	}
	if got := l.Pairs(addr.Core); len(got) > 0 {
		t.Errorf("the role goes with %+v", got)
	}
	if got := withCopy().Pairs(addr.Device); !slices.Contains(got, keys.Pair{Derived: "copy", Source: "core"}) || len(got) != 4 {
		t.Errorf("with a copy they go with %+v", got)
	}
	for _, name := range []string{"username", "none"} {
		if value, ok := l.Derive(addr.User, name, func(string) (string, bool) { return "x", true }); ok {
			t.Errorf("%s derives to %q", name, value)
		}
	}
}

// withCopy is a layout in which a device has one more field that follows its Core,
// and a Core a block with a secret.
func withCopy() keys.Layout {
	c := schema.Network().With(addr.Device, schema.Field{Name: "copy", Key: "copy", Stored: true, Class: schema.Derived, Follows: "core"})
	return keys.NewLayout(c.With(addr.Core, schema.Field{
		Name: "login", Key: "login/", Stored: true, Class: schema.Declared, Type: schema.Block,
		Members: []schema.Field{{Name: "name"}, {Name: "password", Sensitive: true}},
	}), "/p/")
}

// TestNothingFollowsFromNothing: without its source a derived field is not there, and
// a route not without a Core that is enforced.
func TestNothingFollowsFromNothing(t *testing.T) {
	t.Parallel()
	l := withCopy()
	for _, c := range []struct {
		declared, initial map[string]string
		want              string
	}{
		{map[string]string{"name": "a"}, nil, "created name status status_at"},
		{map[string]string{"name": "a"}, map[string]string{"core": "1.1"}, "copy core created name status status_at"},
		{map[string]string{"name": "a", "core": "1.1"}, nil, "copy core created name route.core_ip route.status route.status_at status status_at"},
	} {
		var got []string
		for _, f := range keys.Restore(l, keys.Memory{Kind: addr.Device, ID: "u", Parent: "7", Declared: c.declared, Initial: c.initial}, now).Fields {
			got = append(got, f.Name)
		}
		if slices.Sort(got); strings.Join(got, " ") != c.want {
			t.Errorf("of %v and %v there is %s", c.declared, c.initial, got)
		}
	}
	if value, ok := l.Derive(addr.Device, "copy", func(name string) (string, bool) { return "1.1", name == "core" }); !ok || value != "1.1" {
		t.Errorf("it derives to %q, %v", value, ok)
	}
	n := full()
	n.Users[0].Devices[0].Core = network.Ref{}
	objects, err := keys.Flatten(n, l, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		for _, f := range o.Fields {
			if o.Kind == addr.Device && (f.Name == "copy" || strings.HasPrefix(f.Name, "route.")) {
				t.Errorf("a device without a Core has %s", f.Name)
			}
		}
	}
}

// TestWhatIsFollowed: a field knows its source, the object itself is none.
func TestWhatIsFollowed(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"name": "", "status": "", "core": "", "created": "", "status_at": "status",
		"route.core_ip": "core", "route.status": "status", "route.status_at": "route.status",
	}
	for _, o := range flatten(t, full()) {
		for _, f := range o.Fields {
			if o.Kind == addr.Device && f.Source != want[f.Name] {
				t.Errorf("%s follows %q", f.Name, f.Source)
			}
		}
	}
}

// TestAlwaysSensitive: what the catalogue hides is hidden, whatever is remembered.
func TestAlwaysSensitive(t *testing.T) {
	t.Parallel()
	l := withCopy()
	for name, want := range map[string]bool{"login.password": true, "login.name": false, "domain": false} {
		o := keys.Restore(l, keys.Memory{Kind: addr.Core, ID: "1.1", Declared: map[string]string{name: "x"}}, now)
		i := slices.IndexFunc(o.Fields, func(f keys.Field) bool { return f.Name == name })
		if o.Fields[i].Sensitive != want || l.Sensitive(addr.Core, name) != want {
			t.Errorf("%s is sensitive: %v, and by the layout %v", name, !want, l.Sensitive(addr.Core, name))
		}
	}
	o := keys.Restore(l, keys.Memory{Kind: addr.User, ID: "7", Declared: map[string]string{"credential": "x"}}, now)
	if i := slices.IndexFunc(o.Fields, func(f keys.Field) bool { return f.Name == "credential" }); !o.Fields[i].Sensitive {
		t.Error("a credential is shown")
	}
}

// TestWhoseRoute: of the user that the state knows, but where the device is gone
// there and another user has one; without the state, of the first.
func TestWhoseRoute(t *testing.T) {
	t.Parallel()
	seven := func(string) string { return "7" }
	for name, c := range map[string]struct {
		owner func(string) string
		given string
		want  string
	}{
		"two have it, one is known":   {seven, "users/7/devices/u/device users/8/devices/u/device routes/u/status", "7:2 8:1"},
		"the known one's is gone":     {seven, "users/8/devices/u/device routes/u/status", "8:2"},
		"the other has only remains":  {seven, "users/8/devices/u/status routes/u/status", "7:1 8:1"},
		"no route, and only remains":  {seven, "users/8/devices/u/status", "8:1"},
		"two have it, none is known":  {noOwner, "users/7/devices/u/device users/8/devices/u/device routes/u/status", "7:2 8:1"},
		"remains of two, none known":  {noOwner, "users/7/devices/u/status users/8/devices/u/status routes/u/status", "7:2 8:1"},
		"nobody has it":               {noOwner, "routes/u/status", ":1"},
		"nobody has it, one is known": {seven, "routes/u/status", "7:1"},
	} {
		var entries []kv.Entry
		for _, key := range strings.Fields(c.given) {
			entries = append(entries, kv.Entry{Key: "/p/" + key})
		}
		var got []string
		for _, o := range keys.Decode(layout(), entries, c.owner) {
			got = append(got, o.Parent+":"+string(rune('0'+len(o.Fields))))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestRoleIsTheMarkersOnly: no other key and no other place makes a node a Core.
func TestRoleIsTheMarkersOnly(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]addr.Kind{
		"nodes/1/role": addr.Core, "nodes/1/domain": keys.Node, "topology/links/1/role": keys.Node, "topology/bindings/1/role": keys.Node,
	} {
		if got := keys.Decode(layout(), []kv.Entry{{Key: "/p/" + key, Value: "core"}}, noOwner); len(got) != 1 || got[0].Kind != want {
			t.Errorf("%s makes %+v", key, got)
		}
	}
	node, entry, route := keys.Live{Kind: keys.Node, ID: "5"}, keys.Live{Kind: addr.Entry, ID: "6"}, keys.Live{Kind: addr.Route, ID: "1"}
	if keys.CompareLive(node, entry) >= 0 || keys.CompareLive(entry, route) >= 0 || keys.CompareLive(node, route) >= 0 {
		t.Error("a node of no role is not among the Entries")
	}
	core := keys.Live{Kind: addr.Core, ID: "1"}
	if got := layout().As(&core, addr.User); got != &core {
		t.Errorf("a Core as a user is %+v", got)
	}
}

// TestWhatTextsBecome: named or not, empty or not.
func TestWhatTextsBecome(t *testing.T) {
	t.Parallel()
	n := full()
	c := &n.Cores[0]
	c.Status, c.Region, c.Domain = network.Text{Named: true}, network.Text{Named: true}, network.Text{}
	c.Settings["chosen"] = network.Text{Value: "x"}
	n.Users[0].Username = network.Text{Value: "label"}
	type said struct {
		Value string
		Named bool
	}
	got := map[string]said{}
	for _, o := range flatten(t, n) {
		for _, f := range o.Fields {
			got[o.Addr.String()+" "+f.Name] = said{f.Value, f.Named}
		}
	}
	for name, want := range map[string]said{
		"core.ams status": {"", true}, "core.ams region": {"", true}, "core.ams uuid": {coreUUID, true}, "core.waw uuid": {peerUUID, false},
		"core.waw status": {"active", false}, "user.alice username": {"label", true},
	} {
		if f, ok := got[name]; !ok || f != want {
			t.Errorf("%s is %+v", name, f)
		}
	}
	for _, name := range []string{"core.ams domain", "core.ams settings.chosen"} {
		if f, ok := got[name]; ok {
			t.Errorf("%s is %+v", name, f)
		}
	}
}

// TestNamesAtTheEdges: what looks like the name of a member, and is none.
func TestNamesAtTheEdges(t *testing.T) {
	t.Parallel()
	l := layout()
	for name, want := range map[string]string{
		"links.2.2": "/p/topology/links/1.1/2.2", "abcde.m": "/p/nodes/1.1/abcde.m", "links-m": "/p/nodes/1.1/links-m", "links": "/p/nodes/1.1/links",
	} {
		if got := l.FieldKey(addr.Core, "1.1", "", name); got != want {
			t.Errorf("%s is at %s", name, got)
		}
	}
	for name, want := range map[string]kv.Range{"settings.mtu": {Key: "/p/nodes/1.1/settings/mtu"}, "settings.a/b": {}, "settings.": {}, "none": {}} {
		if got, ok := l.Range(addr.Core, "1.1", "", name); got != want || ok != (want != kv.Range{}) {
			t.Errorf("%s is in %v, %v", name, got, ok)
		}
	}
	if got := l.FieldKey(addr.ACLRole, "r", "", "name"); got != "" {
		t.Errorf("what has no keys is at %s", got)
	}
}

// TestPlacesAtTheEdges: keys that look like those of an object, and are elsewhere.
func TestPlacesAtTheEdges(t *testing.T) {
	t.Parallel()
	l := layout()
	for _, key := range []string{"nodes/1/role", "/q/nodes/1/role", "/p/counters/user_id", "/p/nodes", "/p/topology/links", "/p//1/role"} {
		if at, ok := l.Locate(key); ok || at != (keys.Location{}) || l.Daily(addr.Core, key) || l.Requires(key, "x") != nil {
			t.Errorf("%s is at %+v, %v", key, at, ok)
		}
	}
	if at, ok := l.Locate("/p/nodes/1/devices/u/x"); !ok || at.Space != keys.Node || at.ID != "1" {
		t.Errorf("below a node there is %+v, %v", at, ok)
	}
	if got := l.Requires("/p/topology/links/1/2/weight", "3"); got != nil {
		t.Errorf("a stray key needs %+v", got)
	}
	for key, want := range map[string]bool{"/p/routes/u/status_at": true, "/p/routes/u/status": false, "/p/users/7/devices/u/created": true, "/p/users/7/username": false} {
		if l.Daily(addr.User, key) != want {
			t.Errorf("%s is written all day: %v", key, !want)
		}
	}
	if got, want := keys.LiveRefs(keys.Live{Kind: addr.Route, ID: "2.2/1.1", Marker: "m"}, l), []keys.LiveRef{
		{Key: "m", Marker: "/p/nodes/2.2/role"}, {Key: "m", Marker: "/p/nodes/1.1/role"},
	}; !slices.Equal(got, want) {
		t.Errorf("a route without keys refers to %+v", got)
	}
}

// TestClaimsAtTheEdges: what is spelled in several ways, and within what.
func TestClaimsAtTheEdges(t *testing.T) {
	t.Parallel()
	l := layout()
	domain, number := &schema.Field{Check: schema.Domain}, &schema.Field{Type: schema.Number}
	cell := &schema.Field{Refers: addr.Cell}
	for _, c := range []struct {
		holder      schema.Holder
		value, want string
		within      string
	}{
		{schema.Holder{Field: domain}, "A.", "a", "B."},
		{schema.Holder{Field: number, Within: cell}, "07", "7", "b"},
		{schema.Holder{Field: number, Within: domain}, "A.", "A.", "b"},
		{schema.Holder{Field: domain, Within: number}, "A.", "a", "B."},
	} {
		given := keys.Claim{Noun: "x", Value: c.value, Within: "B."}
		want := keys.Claim{Noun: "x", Value: c.want, Within: c.within}
		if got := l.Canonical(keys.Held{Claim: given, Holder: &c.holder}); got != want {
			t.Errorf("%+v becomes %+v, want %+v", given, got, want)
		}
	}
}
