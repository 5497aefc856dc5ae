package acl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

func words() acl.Words {
	names := map[string]string{"10.0.0.1": "core.ams", "10.0.0.2": "core.waw", "10.1.0.1": "entry.shop", "cell.example.net": "cell.main", "7": "user.alice"}
	return acl.Words{Layout: layout(), Own: own(), Name: func(id string) string { return names[id] }}
}

func phrases(grants []acl.Grant) string {
	found := words().Phrases(grants)
	out := make([]string, 0, len(found))
	for _, p := range found {
		out = append(out, p.Text)
	}
	return strings.Join(out, "\n")
}

// TestWords reads the roles of nodes aloud.
func TestWords(t *testing.T) {
	t.Parallel()
	n := town(2, 1)
	bind(n, 0, 0)
	route(n, 0, 0)
	set := compiled(t, n)
	role := func(id string) []acl.Grant {
		r, ok := set.Role(acl.RoleName("t", id))
		if !ok {
			t.Fatalf("there is no role %s", id)
		}
		return r.Grants
	}
	same(t, phrases(role("core/10.0.0.1")),
		"read the whole network", "write all users, all device routes and the counter of user ids",
		"write the service_name, rotated_at, health and health_at of core.ams",
		"write the status, status_at, health and health_at of entry.shop",
		"write the service_name and rotated_at of the route of entry.shop to core.ams")
	same(t, phrases(role("entry/10.1.0.1")),
		"read all device routes", "read the domain, status, service_name and tls of core.ams",
		"read all routes of entry.shop", "read everything of entry.shop")
	same(t, phrases(role("drift")), "read the whole network", "read sigilform's head, records and list of networks")
}

// TestWordsOfOddRanges names what nobody understands as it is.
func TestWordsOfOddRanges(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]kv.Range{
		"read everything of user.alice":                           kv.Below("/sigilgate/users/7/"),
		"read the credential of user 9":                           {Key: "/sigilgate/users/9/credential"},
		"read everything of the route of entry.shop to node 10.9": kv.Below("/sigilgate/paths/10.1.0.1/10.9/"),
		"read the status of cell.main":                            {Key: "/sigilgate/cells/cell.example.net/status"},
		"read /sigilgate/settings/motd":                           {Key: "/sigilgate/settings/motd"},
		"read the configuration of node 10.9":                     kv.Below("/sigilgate/nodes/10.9/"),
		"read the binding of entry.shop":                          kv.Below("/sigilgate/topology/bindings/10.1.0.1/"),
		"read all bindings":                                       kv.Below("/sigilgate/topology/bindings/"),
		"read the links.10.0.0.2 of core.ams":                     {Key: "/sigilgate/topology/links/10.0.0.1/10.0.0.2"},
		"read the settings of core.ams":                           kv.Below("/sigilgate/nodes/10.0.0.1/settings/"),
		"read the tls.sni of core.ams":                            {Key: "/sigilgate/nodes/10.0.0.1/tls/sni"},
		"read the devices of user.alice":                          kv.Below("/sigilgate/users/7/devices/"),
		"read /sigilgate/nodes/10.0.0.1/unheard":                  {Key: "/sigilgate/nodes/10.0.0.1/unheard"},
		"read /sigilgate/nodes/10.0.0.1/tls/deep/*":               kv.Below("/sigilgate/nodes/10.0.0.1/tls/deep/"),
		"read /sigilgate/paths/":                                  {Key: "/sigilgate/paths/"},
		"read /other/*":                                           kv.Below("/other/"),
		`read ["/sigilgate/nodes", "/z")`:                         {Key: "/sigilgate/nodes", End: "/z"},
		"read /sigilgate/nodes*":                                  kv.Below("/sigilgate/nodes"),
		"read the route.core_ip of device 5132":                   {Key: "/sigilgate/routes/5132/core_ip"},
		"read all links":                                          kv.Below("/sigilgate/topology/links/"),
		`read ["/sigilgate/counters/user_id", "/z")`:              {Key: "/sigilgate/counters/user_id", End: "/z"},
		`read ["/sigilgate/nodes/10.0.0.1/status", "/z")`:         {Key: "/sigilgate/nodes/10.0.0.1/status", End: "/z"},
		"read cells/*":                                            kv.Below("cells/"),
		"read abc/*":                                              kv.Below("abc/"),
		"read /sigilgate/paths/10.1.0.1//*":                       kv.Below("/sigilgate/paths/10.1.0.1//"),
		"read /sigilgate/nodes/10.0.0.1/":                         {Key: "/sigilgate/nodes/10.0.0.1/"},
		"read /sigilgate/nodes/10.0.0.1/settings/":                {Key: "/sigilgate/nodes/10.0.0.1/settings/"},
		"read /sigilgate/users/7/devices/":                        {Key: "/sigilgate/users/7/devices/"},
		"read the core_nodes of user.alice":                       kv.Below("/sigilgate/users/7/core_nodes/"),
		"read the status of node 10.9":                            {Key: "/sigilgate/nodes/10.9/status"},
	} {
		if got := phrases([]acl.Grant{{Range: r, Access: kv.Read}}); got != want {
			t.Errorf("%v: got %q, want %q", r, got, want)
		}
	}
}

// TestWordsTogether reads several permissions aloud: what they make together, and
// in which order.
func TestWordsTogether(t *testing.T) {
	t.Parallel()
	grants := func(access kv.Access, ranges ...kv.Range) []acl.Grant {
		out := make([]acl.Grant, 0, len(ranges))
		for _, r := range ranges {
			out = append(out, acl.Grant{Range: r, Access: access})
		}
		return out
	}
	node := func(fields ...string) []kv.Range {
		out := make([]kv.Range, 0, len(fields))
		for _, f := range fields {
			out = append(out, kv.Range{Key: "/sigilgate/nodes/10.0.0.1/" + f})
		}
		return out
	}
	all := acl.NetworkRanges(layout())
	for want, g := range map[string][]acl.Grant{
		"read the whole network":                  grants(kv.Read, all...),
		"write the whole network":                 grants(kv.Write, all...),
		"read and write the whole network":        grants(kv.ReadWrite, all...),
		"read the whole network\nwrite all links": append(grants(kv.Read, all...), grants(kv.Write, kv.Below("/sigilgate/topology/links/"))...),
		"read the role, domain, region, cell, health and health_at of core.ams": grants(kv.Read,
			node("cell_domain", "health_at", "health", "region", "domain", "role")...),
		"read everything of device 5132":       grants(kv.Read, kv.Below("/sigilgate/routes/5132/"), kv.Below("/sigilgate/users/7/devices/5132/")),
		"read the device route of device 5132": grants(kv.Read, kv.Below("/sigilgate/routes/5132/")),
		"read all fields of device 5132":       grants(kv.Read, kv.Below("/sigilgate/users/7/devices/5132/")),
	} {
		if got := phrases(g); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, p := range words().Phrases(g) {
			if !slices.IsSortedFunc(p.Ranges, kv.Range.Compare) {
				t.Errorf("%s: %v", p.Text, p.Ranges)
			}
		}
	}
}

// TestWordsOfANodesKind names a key of a node by its kind: what a Core calls so may
// have another name with an Entry.
func TestWordsOfANodesKind(t *testing.T) {
	t.Parallel()
	field := func(name string) schema.Field {
		return schema.Field{Name: name, Key: "v", Stored: true, Class: schema.Operational}
	}
	w := words()
	w.Layout = keys.NewLayout(schema.Network().With(addr.Core, field("speed")).With(addr.Entry, field("rate")), "/sigilgate/")
	var got []string
	for _, p := range w.Phrases([]acl.Grant{{Range: kv.Range{Key: "/sigilgate/nodes/10.0.0.1/v"}, Access: kv.Read}, {Range: kv.Range{Key: "/sigilgate/nodes/10.1.0.1/v"}, Access: kv.Read}}) {
		got = append(got, p.Text)
	}
	if diff := cmp.Diff([]string{"read the speed of core.ams", "read the rate of entry.shop"}, got); diff != "" {
		t.Error(diff)
	}
}
