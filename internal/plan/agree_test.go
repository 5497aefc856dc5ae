package plan_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestRollbackBringsBackBothHalves: records that say different things of one
// link, or of the Core of a device, as an abandoned apply and an undoing that
// left something leave them. A rollback parts nothing, and the records agree
// afterwards.
func TestRollbackBringsBackBothHalves(t *testing.T) {
	const (
		links = "/sigilgate/topology/links/"
		gone  = "203.0.113.9"
	)
	ams, waw := state.ID{Kind: addr.Core, ID: coreA}, state.ID{Kind: addr.Core, ID: coreB}
	user := state.ID{Kind: addr.User, ID: "1"}
	both := map[string]bool{links + coreA + "/" + coreB: true, links + coreB + "/" + coreA: true}
	for name, c := range map[string]struct {
		before func(g *guarded)
		want   map[string]bool
	}{
		"one record has the link, and the network": {func(g *guarded) { g.members(waw, "links") }, both},
		"one record has the link, and the network neither direction": {func(g *guarded) {
			g.members(ams, "links")
			g.delUnder(links)
		}, both},
		"neither record has the link": {func(g *guarded) {
			g.members(ams, "links")
			g.members(waw, "links")
		}, map[string]bool{links + coreA + "/" + coreB: false, links + coreB + "/" + coreA: false}},
		"a link to a Core that never came": {
			func(g *guarded) { g.members(ams, "links", coreB, gone) },
			map[string]bool{links + coreA + "/" + coreB: true, links + coreA + "/" + gone: false},
		},
		"a link to a Core that is others' by now": {func(g *guarded) {
			g.members(ams, "links", coreB, gone)
			g.put("/sigilgate/nodes/"+gone+"/role", "core")
			g.put(links+coreA+"/"+gone, "")
			g.put(links+gone+"/"+coreA, "")
		}, map[string]bool{links + coreA + "/" + gone: true, links + gone + "/" + coreA: true}},
		"a link to a Core that is an Entry by now": {
			func(g *guarded) { g.members(ams, "links", coreB, entryA) },
			map[string]bool{links + coreA + "/" + entryA: false},
		},
		"a device at a Core that its user's record has not": {
			func(g *guarded) { g.members(user, "core_nodes") },
			map[string]bool{alice + "core_nodes/" + coreA: true, alice + "devices/" + deviceUUID + "/core_node": true},
		},
		"a user of a Core that never came": {
			func(g *guarded) { g.members(user, "core_nodes", coreA, gone) },
			map[string]bool{alice + "core_nodes/" + coreA: true, alice + "core_nodes/" + gone: false},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := startRemembered(t)
			c.before(g)
			g.carryOut(g.backToFirst(func(in *plan.Input) { in.IDs = g.ids }))
			now := g.under("/sigilgate/")
			for _, broken := range laws.Check(now, "/sigilgate/") {
				t.Error(broken)
			}
			for key, want := range c.want {
				if _, there := now[key]; there != want {
					t.Errorf("%s is there: %v", key, there)
				}
			}
			g.history = g.history[:1]
			if p := g.backToFirst(); p.HasChanges() {
				t.Errorf("once more there is something to do: %+v", p.Changes)
			}
		})
	}
}

// members gives a record other members of a set.
func (g *guarded) members(id state.ID, set string, members ...string) {
	g.Helper()
	st := g.state()
	r := *st.Records[id]
	r.Sets = maps.Clone(r.Sets)
	r.Sets[set] = slices.Sorted(slices.Values(members))
	text, err := state.EncodeRecord(&r)
	if err != nil {
		g.Fatal(err)
	}
	g.put(st.Layout.Record(id.Kind, id.ID), text)
}

// TestRollbackTakesARouteWhole: the device of others falls, and ours with its
// UUID gets the route; when ours goes by a rollback, nothing of the route stays.
func TestRollbackTakesARouteWhole(t *testing.T) {
	g := startRemembered(t)
	device := g.net.Users[0].Devices[0]
	g.net.Users[0].Devices = nil
	g.apply()
	g.history = []state.History{{Serial: 1}, {Serial: 2}}
	const theirs = "/sigilgate/users/9/"
	for key, value := range map[string]string{
		theirs + "username": "bob", theirs + "core_nodes/" + coreB: "", theirs + "devices/" + deviceUUID + "/device": "his",
		theirs + "devices/" + deviceUUID + "/core_node": coreB,
		route + "core_ip": coreB, route + "status": "active", route + "status_at": "2026-04-19T12:00:00Z",
	} {
		g.put(key, value)
	}
	g.net.Cores = g.net.Cores[:1]
	g.net.Users[0].Devices = []network.Device{device}
	g.carryOut(g.plan(cascade))
	g.lawful()
	g.carryOut(g.backTo(2))
	g.lawful()
	g.absent(route)
}
