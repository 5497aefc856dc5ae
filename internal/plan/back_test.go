package plan_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// startRemembered begins with base at serial 1, in a network without an
// authentication.
func startRemembered(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{scenario: start(t)}
	g.history = append(g.history, state.History{Serial: 1})
	return g
}

// TestRollbackAsksWhatMovedOn: what an undone apply wrote is taken back where it
// still is there; where the network has something else, that is asked for.
func TestRollbackAsksWhatMovedOn(t *testing.T) {
	answer := func(moved plan.Moved) option { return func(in *plan.Input) { in.Moved = moved } }
	fields := map[string]struct {
		set          func(n *network.Network, value network.Text)
		key          string
		wrote, moved string
	}{
		"status":       {func(n *network.Network, v network.Text) { n.Entries[0].Status = v }, shopNode + "status", "inactive", "archived"},
		"uuid":         {func(n *network.Network, v network.Text) { n.Cores[0].UUID = v }, amsNode + "uuid", "6ba7b810-0000-41d1-80b4-00c04fd430c8", "6ba7b810-1111-41d1-80b4-00c04fd430c8"},
		"service name": {func(n *network.Network, v network.Text) { n.Entries[0].ServiceName = v }, shopNode + "client_service_name", "ours", "rotated"},
	}
	for name, f := range fields {
		t.Run(name, func(t *testing.T) {
			g := startRemembered(t)
			before := g.value(f.key)
			f.set(g.net, named(f.wrote))
			g.carryOut(g.plan())
			g.requireAfter(g.backToFirst(), f.key, before)
			g.put(f.key, f.moved)
			if p := g.backToFirst(); len(p.Conflicts) != 1 {
				t.Errorf("it is not asked: %+v, conflicts %+v", p.Changes, p.Conflicts)
			}
			g.requireAfter(g.backToFirst(answer(plan.MovedKeep)), f.key, f.moved)
			g.requireAfter(g.backToFirst(answer(plan.MovedRestore)), f.key, before)
		})
	}
}

// requireAfter: a plan leaves a key with a value.
func (g *guarded) requireAfter(p *plan.Plan, key, want string) {
	g.Helper()
	if len(p.Conflicts) > 0 {
		g.Errorf("%+v", p.Conflicts)
	}
	got := g.value(key)
	for _, op := range p.Data {
		switch {
		case op.Key == key && op.Value != "":
			got = op.Value
		case op.Covers(key):
			got = ""
		}
	}
	if got != want {
		g.Errorf("%s becomes %q instead of %q", key, got, want)
	}
}

// TestRollbackLeavesWhatItAdopted: what was there, and was only taken over as it
// was, is forgotten: of an object, and of one field.
func TestRollbackLeavesWhatItAdopted(t *testing.T) {
	g := startRemembered(t)
	g.put(amsNode+"settings/mine", "theirs")
	const other = "/sigilgate/nodes/192.0.2.77/"
	for name, value := range map[string]string{"role": "core", "status": "active", "region": "de", "uuid": "6ba7b810-2222-41d1-80b4-00c04fd430c8", "core_service_name": "x"} {
		g.put(other+name, value)
	}
	theirs := g.under("/sigilgate/nodes/")
	g.net.Cores[0].Settings = map[string]network.Text{"mine": named("theirs")}
	added := g.net.Cores[1]
	added.Addr.Name, added.IP, added.Region = "added", named("192.0.2.77"), named("de")
	g.net.Cores = append(g.net.Cores, added)
	g.carryOut(g.plan(adopt))
	if got := len(g.state().Records); got < 7 {
		t.Fatalf("nothing was adopted: %d records", got)
	}
	p := g.backToFirst()
	for key, value := range theirs {
		if i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Action == plan.Delete }); i >= 0 {
			t.Fatalf("it deletes %s", p.Changes[i].Address)
		}
		g.requireAfter(p, key, value)
	}
}
