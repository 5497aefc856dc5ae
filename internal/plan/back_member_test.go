package plan_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// TestRollbackGivesBackNoReferenceToWhatGoes: what the network itself had written
// into a field that the serial left alone comes back, but for what refers to an
// object that goes.
func TestRollbackGivesBackNoReferenceToWhatGoes(t *testing.T) {
	const third, bound = "203.0.113.9", "/sigilgate/topology/bindings/" + entryA + "/core"
	g := startRemembered(t)
	u, ams := &g.net.Users[0], g.net.Cores[0].Addr
	u.Devices, u.CoreNodes = nil, network.Refs{}
	g.net.Entries[0].BoundTo = network.Ref{}
	g.net.Routes = nil
	g.history = nil
	g.carryOut(g.plan())
	more := g.net.Cores[1]
	more.Addr, more.IP = addr.New(addr.Core, "third", addr.NoKey), named(third)
	g.net.Cores = append(g.net.Cores, more)
	g.carryOut(g.plan())
	g.put(alice+"core_nodes/"+coreB, "")
	g.put(alice+"core_nodes/"+third, "")
	g.put(bound, third)
	g.net.Entries[0].BoundTo = to(ams)
	u.CoreNodes = network.Refs{Named: true, To: []addr.Addr{ams}}
	g.carryOut(g.plan())
	g.absent(alice + "core_nodes/" + coreB)

	g.carryOut(g.backToFirst())
	g.lawful()
	g.value(alice + "core_nodes/" + coreB)
	g.absent(alice + "core_nodes/" + third)
	if got := g.value(bound); got != coreA {
		t.Errorf("the Entry is bound to %s", got)
	}
	if p := g.backToFirst(); p.HasChanges() || len(p.Conflicts) > 0 {
		t.Errorf("once more there is something to do: %+v %+v", p.Changes, p.Conflicts)
	}
}

// TestReleaseGivesBackNoReferenceToWhatGoes: the same of what others had made,
// before an apply adopted it.
func TestReleaseGivesBackNoReferenceToWhatGoes(t *testing.T) {
	const third, theirs = "203.0.113.9", "203.0.113.50"
	bound := "/sigilgate/topology/bindings/" + theirs + "/core"
	g := startRemembered(t)
	more := g.net.Cores[1]
	more.Addr, more.IP = addr.New(addr.Core, "third", addr.NoKey), named(third)
	g.net.Cores = append(g.net.Cores, more)
	g.carryOut(g.plan())
	for name, value := range map[string]string{"role": "entry", "status": "active", "client_service_name": "x"} {
		g.put("/sigilgate/nodes/"+theirs+"/"+name, value)
	}
	g.put(bound, third)
	entry := network.Entry{Node: network.Node{Addr: addr.New(addr.Entry, "theirs", addr.NoKey), IP: named(theirs)}, BoundTo: to(g.net.Cores[0].Addr)}
	g.net.Entries = append(g.net.Entries, entry)
	g.carryOut(g.plan(adopt))

	g.carryOut(g.backTo(2))
	if got := g.value(bound); got != third {
		t.Errorf("the Entry is bound to %s", got)
	}
	g.carryOut(g.plan(adopt))
	g.carryOut(g.backToFirst())
	g.lawful()
	if got := g.value(bound); got != coreA {
		t.Errorf("the Entry is bound to %s", got)
	}
}
