package plan_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestRightlessThatIsGoneIsSaid: a role that allows nothing, and a user without
// roles, are made again where somebody deleted them, and the plan says so, as drift
// does.
func TestRightlessThatIsGoneIsSaid(t *testing.T) {
	g := startGuarded(t)
	g.declare()
	g.net.Cores[0].Status = named(network.Archived)
	ofCore := network.ACLUser{Addr: addr.New(addr.ACLUser, "ams", addr.NoKey), Name: "ams", Roles: []string{"core"}, Core: to(g.net.Cores[0].Addr)}
	g.net.ACL.Users = append(g.net.ACL.Users, ofCore, network.ACLUser{Addr: addr.New(addr.ACLUser, "bare", addr.NoKey), Name: "bare"})
	g.carryOut(g.plan(g.withAuth, adopt))
	role := acl.RoleName(g.net.Name, "core/"+coreA)
	if permissions, ok := g.live.Roles[role]; !ok || len(permissions) > 0 {
		t.Fatalf("the role of an archived Core: %v", permissions)
	}
	delete(g.live.Roles, role)
	delete(g.live.Users, "bare")
	p := g.plan(g.withAuth)
	var made []string
	for _, op := range p.Access.Grants {
		if op.Kind == kv.AddRole || op.Kind == kv.AddUser {
			made = append(made, op.Role+op.User)
		}
	}
	if len(made) != 2 {
		t.Fatalf("%v are made", made)
	}
	g.saysGone(p)
	g.carryOut(p)
	if p := g.plan(g.withAuth); len(p.Changes) > 0 || p.HasChanges() {
		t.Errorf("the second plan is not empty: %+v", p.Changes)
	}
}

// saysGone checks that a plan says of two that they are gone, and drift the same.
func (g *guarded) saysGone(p *plan.Plan) {
	g.Helper()
	if len(p.Changes) != 2 || p.InSync != p.Objects-2 || p.Counts().Create != 2 {
		g.Fatalf("the plan says %+v", p.Changes)
	}
	found, _, _ := plan.CompareAccess(g.state(), g.live)
	for i := range p.Changes {
		c := p.Changes[i]
		if c.Action != plan.Create || c.Reason != plan.Drift {
			g.Errorf("%+v", c)
		}
		if found[i].Address != c.Address && found[1-i].Address != c.Address {
			g.Errorf("drift says %+v", found)
		}
	}
}
