package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

const hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$7vMnHs7oGbiNEZqBdlLyGiXpTLLhXXFyd0nRuNuH6ZI"

func maybe(t *rapid.T, label, value string) network.Text {
	if !rapid.Bool().Draw(t, label) {
		return network.Text{}
	}
	return network.Text{Value: value, Named: true}
}

func named(value string) network.Text { return network.Text{Value: value, Named: true} }

func to(a addr.Addr) network.Ref { return network.Ref{To: a, Named: true} }

// drawNetwork draws a valid network from few identities, so that two draws
// often share some.
func drawNetwork(t *rapid.T) *network.Network {
	n := &network.Network{Name: "prod", Prefix: "/sigilgate/"}
	cell := addr.New(addr.Cell, "eu", addr.NoKey)
	n.Cells = []network.Cell{{Addr: cell, Domain: named("eu.example")}}
	for i := range rapid.IntRange(1, 4).Draw(t, "cores") {
		n.Cores = append(n.Cores, drawCore(t, cell, i))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "entries") {
		n.Entries = append(n.Entries, drawEntry(t, n.Cores, i))
	}
	for i := range n.Entries {
		n.Routes = append(n.Routes, drawRoutes(t, n, i)...)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "users") {
		n.Users = append(n.Users, drawUser(t, n.Cores, i))
	}
	return n
}

func drawCore(t *rapid.T, cell addr.Addr, i int) network.Core {
	c := network.Core{
		Node: network.Node{
			Addr:        addr.New(addr.Core, fmt.Sprintf("c%d", i), addr.NoKey),
			IP:          named(fmt.Sprintf("192.0.2.%d", rapid.IntRange(0, 1).Draw(t, "ip")*10+i+1)),
			Region:      maybe(t, "region", rapid.SampledFrom([]string{"nl", "pl", "a longer text about a place"}).Draw(t, "where")),
			Status:      maybe(t, "status", network.Active),
			Domain:      maybe(t, "domain", fmt.Sprintf("%d.core.eu.example", i)),
			TLS:         network.TLS{SNI: maybe(t, "sni", "cdn.example")},
			ServiceName: maybe(t, "service name", "api.v2.rpc.00000000000000aa"),
		},
		Number: network.Number{Value: uint64(i + 1), Named: true},
		UUID:   maybe(t, "uuid", fmt.Sprintf("6ba7b810-9dad-41d1-80b4-00c04fd430c%d", i)),
	}
	if rapid.Bool().Draw(t, "in cell") {
		c.Cell = to(cell)
	}
	if rapid.Bool().Draw(t, "settings") {
		c.Settings = map[string]network.Text{"mtu": named(rapid.SampledFrom([]string{"1400", "1500"}).Draw(t, "mtu"))}
	}
	return c
}

func drawEntry(t *rapid.T, cores []network.Core, i int) network.Entry {
	return network.Entry{
		Node: network.Node{
			Addr:   addr.New(addr.Entry, "pool", addr.IntKey(i)),
			IP:     named(fmt.Sprintf("198.51.100.%d", i+1)),
			Status: maybe(t, "status", network.Inactive),
			Domain: maybe(t, "domain", fmt.Sprintf("e%d.example", i)),
		},
		BoundTo: to(cores[rapid.IntRange(0, len(cores)-1).Draw(t, "bound")].Addr),
	}
}

func drawRoutes(t *rapid.T, n *network.Network, entry int) []network.Route {
	var routes []network.Route
	for j := range n.Cores[:min(2, len(n.Cores))] {
		if !rapid.Bool().Draw(t, "route") {
			continue
		}
		routes = append(routes, network.Route{
			Addr:  addr.New(addr.Route, fmt.Sprintf("r%d-%d", entry, j), addr.NoKey),
			Entry: to(n.Entries[entry].Addr), Core: to(n.Cores[j].Addr),
			Status:      maybe(t, "status", network.Inactive),
			ServiceName: maybe(t, "service name", "api.v2.rpc.00000000000000bb"),
			TLS:         network.TLS{Port: network.Number{Value: 8443, Named: rapid.Bool().Draw(t, "port")}},
		})
	}
	return routes
}

func drawUser(t *rapid.T, cores []network.Core, i int) network.User {
	u := network.User{
		Addr:        addr.New(addr.User, fmt.Sprintf("u%d", i), addr.NoKey),
		Username:    named(fmt.Sprintf("user-%d", i)),
		Status:      maybe(t, "status", network.Active),
		ID:          network.Number{Value: uint64(100 + i), Named: rapid.Bool().Draw(t, "id")},
		Credential:  network.Text{Value: hash, Named: rapid.Bool().Draw(t, "credential"), Sensitive: true},
		AccessNamed: rapid.Bool().Draw(t, "access"),
		CoreNodes:   network.Refs{Named: true, To: []addr.Addr{cores[0].Addr}},
	}
	if !u.ID.Named {
		u.ID.Value = 0
	}
	if !u.Credential.Named {
		u.Credential = network.Text{}
	}
	if u.AccessNamed {
		u.Access = rapid.SampledFrom([][]string{nil, {"tcp"}, {"tcp", "udp"}}).Draw(t, "rights")
	}
	for j := range rapid.IntRange(0, 2).Draw(t, "devices") {
		label := fmt.Sprintf("device %d", j)
		u.Devices = append(u.Devices, network.Device{
			Addr: u.Addr.DeviceOf(label), Name: label, Core: to(cores[0].Addr),
			UUID:   maybe(t, "uuid", fmt.Sprintf("7ba7b810-9dad-41d1-80b4-00c04fd43%d%d0", i, j)),
			Status: maybe(t, "status", network.Archived),
		})
	}
	return u
}

// disturb does what others do to a network all day, and what they should not.
func (w *world) disturb(t *rapid.T) {
	all := slices.Sorted(maps.Keys(w.under("/sigilgate/")))
	if len(all) == 0 {
		return
	}
	key := rapid.SampledFrom(all).Draw(t, "key")
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0:
		w.put("/sigilgate/api_tokens/t1", "foreign")
	case 1:
		w.put(key, rapid.SampledFrom([]string{"other", "active", "archived", ""}).Draw(t, "value"))
	case 2:
		w.del(key)
	case 3:
		w.put("/sigilgate/nodes/192.0.2.1/health", "healthy")
	case 4:
		w.put("/sigilgate/users/55/username", "by-core")
		w.put("/sigilgate/users/55/core_nodes/192.0.2.1", "")
		w.put("/sigilgate/counters/user_id", "120")
	case 5:
		w.put("/sigilgate/topology/links/192.0.2.1/203.0.113.9", "")
	case 6:
		w.put("/sigilgate/users/100/devices/9ba7b810-9dad-41d1-80b4-00c04fd43000/device", "added by a core")
	case 7:
		w.put("/sigilgate/nodes/192.0.2.1/core_service_name", "api.v2.rpc.ffffffffffffffff")
	}
}

func (w *world) plan(t *rapid.T, n *network.Network, options ...option) *plan.Plan {
	in, err := w.input(n, options...)
	if err != nil {
		t.Fatal(err)
	}
	p, diags := plan.Make(in)
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	return p
}

func valid(t *rapid.T, n *network.Network) *network.Network {
	if l := n.Normalize(); l.HasErrors() {
		t.Fatal(l.Err())
	}
	if l := n.Validate(); l.HasErrors() {
		t.Skip(l.Err())
	}
	return n
}

// apply commits a plan; a plan with conflicts is passed over.
func (w *world) apply(t *rapid.T, n *network.Network, options ...option) {
	p := w.plan(t, n, options...)
	if len(p.Conflicts) > 0 {
		t.Skip(p.Conflicts[0].Summary)
	}
	checkOps(t, p)
	if broken := w.commit(p); len(broken) > 0 {
		t.Fatalf("guards of a fresh plan don't hold: %v", broken)
	}
}

// checkOps holds what the store demands: no key twice, no put below a deleted
// prefix.
func checkOps(t *rapid.T, p *plan.Plan) {
	seen := map[string]bool{}
	ops := p.Txn().Ops
	for _, op := range ops {
		if seen[op.Key] {
			t.Fatalf("%s is written twice", op.Key)
		}
		seen[op.Key] = true
	}
	for _, d := range ops {
		for _, op := range ops {
			if d.Kind == kv.DeletePrefix && op.Kind == kv.Put && strings.HasPrefix(op.Key, d.Key) {
				t.Fatalf("%s is put below the deleted %s", op.Key, d.Key)
			}
		}
	}
}

func requireEmpty(t *rapid.T, p *plan.Plan) {
	if p.HasChanges() || len(p.Conflicts) > 0 {
		t.Fatalf("the second plan is not empty: %+v\n%+v\n%+v", p.Changes, p.Data, p.State)
	}
}

// TestSecondPlanIsEmpty: whatever was there and whatever others did, after an
// apply there is nothing left to do, and others' keys are as they were.
func TestSecondPlanIsEmpty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		n := valid(t, drawNetwork(t))
		w.apply(t, n)
		requireEmpty(t, w.plan(t, n))
		for range rapid.IntRange(0, 6).Draw(t, "disturbances") {
			w.disturb(t)
		}
		tokens := w.under("/sigilgate/api_tokens/")
		next := valid(t, drawNetwork(t))
		w.apply(t, next, adopt, cascade)
		requireEmpty(t, w.plan(t, next))
		if diff := cmp.Diff(tokens, w.under("/sigilgate/api_tokens/")); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestForeignChangeIsNeverOverwritten: a key that the plan writes moves after
// the plan was made, and the commit is refused.
func TestForeignChangeIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.apply(t, valid(t, drawNetwork(t)))
		for range rapid.IntRange(0, 3).Draw(t, "disturbances") {
			w.disturb(t)
		}
		p := w.plan(t, valid(t, drawNetwork(t)), adopt, cascade)
		if len(p.Conflicts) > 0 || len(p.Data) == 0 {
			t.Skip("nothing to write")
		}
		op := rapid.SampledFrom(p.Data).Draw(t, "op")
		if op.Kind != kv.Put {
			t.Skip("deletions leave operational keys unguarded")
		}
		w.put(op.Key, "by others in between")
		before := maps.Clone(w.entries)
		if broken := w.commit(p); len(broken) == 0 {
			t.Fatalf("%s was overwritten", op.Key)
		}
		if diff := cmp.Diff(before, w.entries); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestDestroyLeavesOthersAlone: what is left after a destroy is what others made.
func TestDestroyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		n := valid(t, drawNetwork(t))
		w.put("/sigilgate/users/7/username", "made by a core")
		w.put("/sigilgate/users/7/status", "active")
		w.put("/sigilgate/counters/user_id", "7")
		w.apply(t, n)
		w.apply(t, n, destroy)
		for key := range w.under("/sigilgate/") {
			if key != "/sigilgate/counters/user_id" && !strings.HasPrefix(key, "/sigilgate/users/7/") {
				t.Errorf("%s is left", key)
			}
		}
		if w.entries["/sigilgate/users/7/username"].Value != "made by a core" {
			t.Error("a user of others was touched")
		}
		requireEmpty(t, w.plan(t, n, destroy))
	})
}

// TestIntentIsStable: two plans of one change have one intent, whatever they
// generate and whenever they are made.
func TestIntentIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := valid(t, drawNetwork(t))
		one, two := newWorld(), newWorld()
		two.ids.n = 500
		two.revision = 77
		a, b := one.plan(t, n), two.plan(t, n)
		if a.Intent != b.Intent {
			t.Fatal("the intents differ")
		}
		next := valid(t, drawNetwork(t))
		if c := one.plan(t, next); c.Intent == a.Intent && len(next.Cores) != len(n.Cores) {
			t.Fatal("two changes have one intent")
		}
	})
}
