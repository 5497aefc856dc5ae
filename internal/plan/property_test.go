package plan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
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
	n := &network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"}
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
	moveDevice(t, n)
	swapIdentities(t, n)
	return n
}

// moveDevice moves a device to another user, its UUID with it.
func moveDevice(t *rapid.T, n *network.Network) {
	if len(n.Users) < 2 || len(n.Users[0].Devices) == 0 || !rapid.Bool().Draw(t, "device moves") {
		return
	}
	from, to := &n.Users[0], &n.Users[1]
	d := from.Devices[0]
	d.Name = "moved"
	d.Addr = to.Addr.DeviceOf(d.Name)
	if !slices.Contains(to.CoreNodes.To, d.Core.To) {
		to.CoreNodes.To = append(slices.Clone(to.CoreNodes.To), d.Core.To)
	}
	from.Devices, to.Devices = from.Devices[1:], append(to.Devices, d)
}

// swapIdentities gives the identities of some objects to others of their kind,
// or the IP of a Core to an Entry.
func swapIdentities(t *rapid.T, n *network.Network) {
	if rapid.IntRange(0, 3).Draw(t, "rotates") == 0 {
		rotateValues(t, n)
	}
	switch last := len(n.Cores) - 1; rapid.IntRange(0, 9).Draw(t, "swap") {
	case 0:
		n.Cores[0].IP, n.Cores[last].IP = n.Cores[last].IP, n.Cores[0].IP
	case 1:
		if len(n.Users) > 1 {
			n.Users[0].ID, n.Users[1].ID = n.Users[1].ID, n.Users[0].ID
		}
	case 2:
		if len(n.Users) > 1 {
			n.Users[0].Username, n.Users[1].Username = n.Users[1].Username, n.Users[0].Username
		}
	case 3:
		if len(n.Entries) > 0 {
			n.Entries[0].IP, n.Cores[0].IP = n.Cores[0].IP, n.Entries[0].IP
		}
	}
}

// rotateValues gives what must be unique of each object to the next of its kind.
func rotateValues(t *rapid.T, n *network.Network) {
	switch rapid.IntRange(0, 4).Draw(t, "what rotates") {
	case 0:
		for i := range n.Cores[1:] {
			n.Cores[i].Domain, n.Cores[i+1].Domain = n.Cores[i+1].Domain, n.Cores[i].Domain
		}
		if len(n.Entries) > 0 {
			n.Cores[0].Domain, n.Entries[0].Domain = n.Entries[0].Domain, n.Cores[0].Domain
		}
	case 1:
		for i := range n.Cores[1:] {
			n.Cores[i].Number, n.Cores[i+1].Number = n.Cores[i+1].Number, n.Cores[i].Number
		}
	case 2:
		for i := range n.Cores[1:] {
			n.Cores[i].UUID, n.Cores[i+1].UUID = n.Cores[i+1].UUID, n.Cores[i].UUID
		}
	case 3:
		for i := 1; i < len(n.Users); i++ {
			n.Users[i-1].Username, n.Users[i].Username = n.Users[i].Username, n.Users[i-1].Username
		}
	case 4:
		for i := range n.Users {
			d := n.Users[i].Devices
			for j := 1; j < len(d); j++ {
				d[j-1].UUID, d[j].UUID = d[j].UUID, d[j-1].UUID
			}
		}
	}
}

// drawLifecycle draws what is left alone.
func drawLifecycle(t *rapid.T, names ...string) network.Lifecycle {
	if rapid.IntRange(0, 3).Draw(t, "ignores") > 0 {
		return network.Lifecycle{}
	}
	return network.Lifecycle{IgnoreChanges: []string{rapid.SampledFrom(append(names, "all", "status")).Draw(t, "ignored")}}
}

// drawStatus draws a status, or none; of two draws some differ.
func drawStatus(t *rapid.T, values ...string) network.Text {
	s := maybe(t, "status", rapid.SampledFrom(values).Draw(t, "which status"))
	s.Sensitive = s.Named && rapid.IntRange(0, 9).Draw(t, "sensitive status") == 0
	return s
}

func drawCore(t *rapid.T, cell addr.Addr, i int) network.Core {
	c := network.Core{
		Node: network.Node{
			Addr:        addr.New(addr.Core, fmt.Sprintf("c%d", i), addr.NoKey),
			IP:          named(fmt.Sprintf("192.0.2.%d", rapid.IntRange(0, 1).Draw(t, "ip")*10+i+1)),
			Region:      maybe(t, "region", rapid.SampledFrom([]string{"nl", "pl", "a longer text about a place"}).Draw(t, "where")),
			Status:      drawStatus(t, network.Active),
			Domain:      maybe(t, "domain", fmt.Sprintf("%d.core.eu.example", i)),
			TLS:         network.TLS{SNI: maybe(t, "sni", "cdn.example")},
			ServiceName: maybe(t, "service name", "api.v2.rpc.00000000000000aa"),
			Lifecycle:   drawLifecycle(t, "region", "settings", "links", "tls", "uuid"),
		},
		Number: network.Number{Value: uint64(i + 1), Named: true},
		UUID:   maybe(t, "uuid", fmt.Sprintf("6ba7b810-9dad-41d1-80b4-00c04fd430c%d", i)),
	}
	c.Region.Sensitive = c.Region.Named && rapid.Bool().Draw(t, "sensitive region")
	c.UUID.Sensitive = c.UUID.Named && rapid.Bool().Draw(t, "sensitive uuid")
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
			Addr:      addr.New(addr.Entry, "pool", addr.IntKey(i)),
			IP:        named(fmt.Sprintf("198.51.100.%d", i+1)),
			Status:    drawStatus(t, network.Inactive, network.Active),
			Domain:    maybe(t, "domain", fmt.Sprintf("e%d.example", i)),
			Lifecycle: drawLifecycle(t, "bound_to", "domain"),
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
			Status:      drawStatus(t, network.Inactive, network.Active),
			ServiceName: maybe(t, "service name", "api.v2.rpc.00000000000000bb"),
			Lifecycle:   drawLifecycle(t, "tls"),
			TLS:         network.TLS{Port: network.Number{Value: 8443, Named: rapid.Bool().Draw(t, "port")}},
		})
	}
	return routes
}

func drawUser(t *rapid.T, cores []network.Core, i int) network.User {
	u := network.User{
		Addr:       addr.New(addr.User, fmt.Sprintf("u%d", i), addr.NoKey),
		Username:   named(fmt.Sprintf("user-%d", i)),
		Status:     drawStatus(t, network.Active, network.Archived),
		Lifecycle:  drawLifecycle(t, "core_nodes", "core_nodes.192.0.2.1", "access", "credential", "device"),
		ID:         network.Number{Value: uint64(100 + i), Named: rapid.Bool().Draw(t, "id")},
		Credential: network.Text{Value: hash, Named: rapid.Bool().Draw(t, "credential"), Sensitive: true},
		Access:     network.Words{Named: rapid.Bool().Draw(t, "access")},
		CoreNodes:  network.Refs{Named: true, To: []addr.Addr{cores[0].Addr}},
	}
	at := cores[rapid.IntRange(0, len(cores)-1).Draw(t, "core")].Addr
	if at != cores[0].Addr {
		u.CoreNodes.To = rapid.SampledFrom([][]addr.Addr{{at}, {cores[0].Addr, at}}).Draw(t, "core nodes")
	}
	if !u.ID.Named {
		u.ID.Value = 0
	}
	if !u.Credential.Named {
		u.Credential = network.Text{}
	}
	if u.Access.Named {
		u.Access.Values = rapid.SampledFrom([][]string{nil, {"tcp"}, {"tcp", "udp"}}).Draw(t, "rights")
	}
	for j := range rapid.IntRange(0, 2).Draw(t, "devices") {
		label := fmt.Sprintf("device %d", j)
		u.Devices = append(u.Devices, network.Device{
			Addr: u.Addr.DeviceOf(label), Name: label, Core: to(at),
			UUID:   maybe(t, "uuid", fmt.Sprintf("7ba7b810-9dad-41d1-80b4-00c04fd43%d%d0", i, j)),
			Status: drawStatus(t, network.Archived),
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
	const uuid = "9ba7b810-9dad-41d1-80b4-00c04fd43000"
	switch rapid.IntRange(0, 13).Draw(t, "what") {
	case 0:
		w.put("/sigilgate/api_tokens/t1", "foreign")
	case 1:
		w.put(key, rapid.SampledFrom([]string{"other", "active", "archived", "", "\xff\x00"}).Draw(t, "value"))
	case 2:
		w.del(key)
	case 3:
		w.put("/sigilgate/nodes/192.0.2.1/health", "healthy")
	case 4:
		w.put("/sigilgate/users/55/username", rapid.SampledFrom([]string{"by-core", "user-9"}).Draw(t, "username"))
		w.put("/sigilgate/users/55/core_nodes/192.0.2.1", "")
		w.put("/sigilgate/counters/user_id", "120")
	case 5:
		w.put("/sigilgate/topology/links/192.0.2.1/203.0.113.9", "")
	case 6:
		w.put("/sigilgate/users/100/devices/"+uuid+"/device", "added by a core")
		w.put("/sigilgate/users/100/devices/"+uuid+"/core_node", "192.0.2.1")
		w.put("/sigilgate/routes/"+uuid+"/core_ip", "192.0.2.1")
	case 7:
		w.put("/sigilgate/nodes/192.0.2.1/core_service_name", "api.v2.rpc.ffffffffffffffff")
	default:
		w.damage(t, all, key)
	}
}

// damage does what takes more than one key away, or is hard to read.
func (w *world) damage(t *rapid.T, all []string, key string) {
	folder := key[:strings.LastIndex(key, "/")+1]
	switch rapid.IntRange(0, 5).Draw(t, "damage") {
	case 0: // a whole object goes
		w.delUnder(folder)
	case 1: // a user with everything, or all nodes
		w.delUnder("/sigilgate/" + rapid.SampledFrom([]string{"users/100/", "users/1", "nodes/", "routes/", "topology/"}).Draw(t, "below"))
	case 2: // a stray key beside the key, named like a field
		w.put(folder+rapid.SampledFrom([]string{"number", "name", "core", "service_name", "bound_to", "domain"}).Draw(t, "stray"), "stray")
	case 3: // the markers go
		for _, k := range all {
			if strings.HasSuffix(k, "/role") || strings.HasSuffix(k, "/username") || strings.HasSuffix(k, "/device") {
				w.del(k)
			}
		}
	case 4:
		w.put("/sigilgate/nodes/192.0.2.2/role", rapid.SampledFrom([]string{"core", "entry", "gateway"}).Draw(t, "role"))
	case 5: // the same UUID below another user
		w.put("/sigilgate/users/0/username", "by-core-0")
		w.put("/sigilgate/users/0/devices/7ba7b810-9dad-41d1-80b4-00c04fd43000/device", "copy")
	}
}

func (w *world) plan(t rapid.TB, n *network.Network, options ...option) *plan.Plan {
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
	if p.HasChanges() != (len(p.Changes) > 0) {
		t.Fatalf("what is shown is not what is written: %+v\n%+v\n%+v", p.Changes, p.Data, p.State)
	}
	checkOps(t, p)
	checkShown(t, w, p)
	w.confirms(t, n, p)
	if broken := w.commit(p); len(broken) > 0 {
		t.Fatalf("guards of a fresh plan don't hold: %v", broken)
	}
}

// confirms checks that whoever reads the plan back believes it.
func (w *world) confirms(t *rapid.T, n *network.Network, p *plan.Plan, options ...option) {
	in, err := w.input(n, options...)
	if err != nil {
		t.Fatal(err)
	}
	if moved, err := p.Confirm(in.Snapshot, in.State, in.Past); len(moved) > 0 || err != nil {
		t.Fatalf("a fresh plan is not believed: %v %v", moved, err)
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

// checkShown: every key that is written or lost is in a change, and nothing
// that is shown holds a sensitive value.
func checkShown(t *rapid.T, w *world, p *plan.Plan) {
	shown := map[string]bool{"/sigilgate/counters/user_id": true}
	stamps := func(key string) bool { return strings.HasSuffix(key, "_at") || strings.HasSuffix(key, "/created") }
	for i := range p.Changes {
		for _, f := range p.Changes[i].Fields {
			shown[f.Key] = true
		}
		for _, key := range p.Changes[i].Falls {
			shown[key] = true
		}
	}
	for _, op := range p.Data {
		keys := []string{op.Key}
		if op.Kind == kv.DeletePrefix {
			keys = slices.Collect(maps.Keys(w.under(op.Key)))
		}
		for _, key := range keys {
			if !shown[key] && !stamps(key) {
				t.Fatalf("%s is written by %s, and no change shows it", key, op.Kind)
			}
		}
	}
	text, err := json.Marshal([]any{p.Changes, p.State, p.Unmanaged, p.Conflicts})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), hash) {
		t.Fatal("a credential is shown")
	}
}

func requireEmpty(t *rapid.T, p *plan.Plan) {
	if p.HasChanges() || len(p.Conflicts)+len(p.Changes) > 0 {
		t.Fatalf("the second plan is not empty: %+v\n%+v\n%+v\n%+v", p.Changes, p.Data, p.State, p.Conflicts)
	}
}

// requireInSync: right after an apply nothing has drifted.
func (w *world) requireInSync(t *rapid.T, n *network.Network) {
	in, err := w.input(n)
	if err != nil {
		t.Fatal(err)
	}
	if in.State.Head == nil {
		return
	}
	if r := drift.Detect(schema.Network(), in.Snapshot, in.State, nil); r.Drifted() {
		t.Fatalf("drift right after an apply: %+v", r.Objects)
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
		for range rapid.IntRange(1, 3).Draw(t, "rounds") {
			for range rapid.IntRange(0, 6).Draw(t, "disturbances") {
				w.disturb(t)
			}
			tokens := w.under("/sigilgate/api_tokens/")
			next := valid(t, drawNetwork(t))
			w.apply(t, next, adopt, cascade)
			requireEmpty(t, w.plan(t, next))
			w.requireInSync(t, next)
			if diff := cmp.Diff(tokens, w.under("/sigilgate/api_tokens/")); diff != "" {
				t.Fatal(diff)
			}
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
