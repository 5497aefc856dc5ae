package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// guarded is a scenario with an authentication, and a history.
type guarded struct {
	*scenario
	live    *kv.Auth
	history []state.History
	// secrets are the former values that history leaves out, by serial.
	secrets map[int64]map[string]string
}

// startGuarded begins with base at serial 1, in a cluster where others have
// made a user with a role.
func startGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{scenario: start(t), live: &kv.Auth{
		Roles: map[string]map[kv.Range]kv.Access{"theirs": {{Key: "/x"}: kv.Read}},
		Users: map[string][]string{"dana": {"theirs"}, "root": {"root"}},
	}}
	g.history = append(g.history, state.History{Serial: 1})
	return g
}

func (g *guarded) withAuth(in *plan.Input) {
	in.Access = plan.AccessInput{Live: g.live, Self: "root", DisableAuth: in.Access.DisableAuth}
}

// declare adds an acl block with users.
func (g *guarded) declare() {
	user := func(name string, roles ...string) network.ACLUser {
		return network.ACLUser{Addr: addr.New(addr.ACLUser, name, addr.NoKey), Name: name, Roles: roles, Person: name + "@example.net"}
	}
	g.net.ACL = network.ACL{
		Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: "cert", Enforce: true, EnforceNamed: true,
		Users: []network.ACLUser{user("root", "root"), user("dana", "planner"), user("new", "drift")},
	}
}

// declareWith does so, with users that are known in that way.
func (g *guarded) declareWith(auth string) {
	g.declare()
	g.net.ACL.Auth = auth
	for i := range g.net.ACL.Users {
		if auth == network.ByPassword {
			g.net.ACL.Users[i].PasswordEnv = "NEW"
		}
	}
}

// carryOut applies a plan, its calls too, and remembers it.
func (g *guarded) carryOut(p *plan.Plan) {
	g.Helper()
	if len(p.Conflicts) > 0 {
		g.Fatalf("%+v", p.Conflicts)
	}
	g.history = append(g.history, historyOf(p))
	if g.secrets == nil {
		g.secrets = map[int64]map[string]string{}
	}
	g.secrets[p.Serial+1] = p.Secrets
	if p.Access != nil {
		for _, op := range slices.Concat(p.Access.Grants, p.Access.Revokes) {
			g.call(op)
		}
	}
	if broken := g.commit(p); len(broken) > 0 {
		g.Fatal(broken)
	}
}

// call does what etcd does.
func (g *guarded) call(op kv.AuthOp) {
	g.Helper()
	a := g.live
	switch op.Kind {
	case kv.AddRole:
		a.Roles[op.Role] = map[kv.Range]kv.Access{}
	case kv.GrantPermission:
		a.Roles[op.Role][op.Range()] = op.Access
	case kv.RevokePermission:
		delete(a.Roles[op.Role], op.Range())
	case kv.DeleteRole:
		delete(a.Roles, op.Role)
	case kv.AddUser:
		a.Users[op.User] = nil
	case kv.GrantRole:
		a.Users[op.User] = append(a.Users[op.User], op.Role)
		slices.Sort(a.Users[op.User])
	case kv.RevokeRole:
		a.Users[op.User] = slices.DeleteFunc(a.Users[op.User], func(r string) bool { return r == op.Role })
	case kv.DeleteUser:
		delete(a.Users, op.User)
	case kv.ClearPassword, kv.SetPassword: // who has one shows nowhere
	case kv.EnableAuth:
		a.Enabled = true
	case kv.DisableAuth:
		a.Enabled = false
	default:
		g.Fatalf("the call %s is not known", op.Kind)
	}
}

// backToFirst plans a rollback to the first serial.
func (g *guarded) backToFirst(options ...option) *plan.Plan {
	g.Helper()
	return g.backTo(1, options...)
}

// backTo plans a rollback to any serial.
func (g *guarded) backTo(serial int, options ...option) *plan.Plan {
	g.Helper()
	past := g.past(serial)
	return g.plan(append(options, g.withAuth, func(in *plan.Input) {
		in.Mode, in.Past, in.Serial = plan.ModeRollback, past, int64(serial)
	})...)
}

// past is what was applied at a serial.
func (g *guarded) past(serial int) *state.Past {
	g.Helper()
	past := g.state().Rewind()
	for n := len(g.history); n > serial; n-- {
		if err := past.Undo(&g.history[n-1], g.secrets[g.history[n-1].Serial]); err != nil {
			g.Fatal(err)
		}
	}
	return past
}

func disableAuth(in *plan.Input) { in.Access.DisableAuth = true }

// TestRollbackKeepsAuthentication: going back to where authentication was off
// leaves it on, with all roles and users, and says so.
func TestRollbackKeepsAuthentication(t *testing.T) {
	g := startGuarded(t)
	g.declare()
	g.carryOut(g.plan(g.withAuth, adopt))
	if !g.live.Enabled {
		t.Fatal("it is not on")
	}
	p := g.backToFirst()
	if p.HasChanges() || len(p.Conflicts) > 0 {
		t.Fatalf("%+v %+v", p.Changes, p.Conflicts)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Summary, "stays on") || !strings.Contains(p.Warnings[0].Hint, "--disable-auth") {
		t.Errorf("%+v", p.Warnings)
	}
}

// TestRollbackGivesBackRolesAndUsers: roles and users that others had made are
// theirs again, as they were; what was added goes.
func TestRollbackGivesBackRolesAndUsers(t *testing.T) {
	g := startGuarded(t)
	roles, users := maps.Clone(g.live.Roles), map[string][]string{"dana": {"theirs"}, "root": {"root"}}
	g.declare()
	g.carryOut(g.plan(g.withAuth, adopt))
	if cmp.Equal(g.live.Users["dana"], users["dana"]) {
		t.Fatal("nothing was taken over")
	}
	g.carryOut(g.backToFirst(disableAuth))
	if g.live.Enabled {
		t.Error("it is on")
	}
	if diff := cmp.Diff(users, g.live.Users); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(roles, g.live.Roles); diff != "" {
		t.Error(diff)
	}
	if len(g.state().ACL) > 0 {
		t.Errorf("%+v", g.state().ACL)
	}
}

// TestRollbackGivesBackGrants: a role that others had made, with a name of ours,
// has the permissions again that they gave it, and none of ours.
func TestRollbackGivesBackGrants(t *testing.T) {
	g := startGuarded(t)
	name := acl.RoleName(g.net.Name, "role/support")
	theirs := map[kv.Range]kv.Access{{Key: "/theirs"}: kv.Read, {Key: g.net.Prefix + "both"}: kv.Read, kv.Below("/dir/"): kv.Write}
	g.live.Roles[name] = maps.Clone(theirs)
	g.declare()
	g.net.ACL.Roles = []network.ACLRole{{Addr: addr.New(addr.ACLRole, "support", addr.NoKey), Name: "support", Grants: []network.Grant{
		{Access: "read", On: []network.Target{{Key: "ours"}}}, {Access: "readwrite", On: []network.Target{{Key: "both"}}},
	}}}
	g.carryOut(g.plan(g.withAuth, adopt))
	if cmp.Equal(theirs, g.live.Roles[name]) {
		t.Fatal("nothing was taken over")
	}
	g.carryOut(g.backToFirst(disableAuth))
	if diff := cmp.Diff(theirs, g.live.Roles[name]); diff != "" {
		t.Error(diff)
	}
}

// TestRollbackLeavesOthersAuthentication: what was on before anybody declared it
// is not turned off.
func TestRollbackLeavesOthersAuthentication(t *testing.T) {
	g := startGuarded(t)
	g.live.Enabled = true
	g.declare()
	g.carryOut(g.plan(g.withAuth, adopt))
	g.carryOut(g.backToFirst(disableAuth))
	if !g.live.Enabled || len(g.live.Users) != 2 {
		t.Errorf("%+v", g.live)
	}
}

// TestRollbackLeavesOthersTheirPassword: users that others had made keep the
// password that nobody cleared, once they are theirs again.
func TestRollbackLeavesOthersTheirPassword(t *testing.T) {
	g := startGuarded(t)
	g.declareWith(network.ByPassword)
	g.carryOut(g.plan(g.withAuth, adopt))
	p := g.backToFirst(disableAuth)
	if slices.ContainsFunc(p.Access.Revokes, func(op kv.AuthOp) bool { return op.Kind == kv.ClearPassword }) {
		t.Errorf("a password of others is cleared: %+v", p.Access.Revokes)
	}
	if len(p.Warnings) > 0 {
		t.Errorf("%+v", p.Warnings)
	}
	for i := range p.Changes {
		if strings.Contains(strings.Join(p.Changes[i].Notes, "\n"), "password") {
			t.Errorf("%+v", p.Changes[i])
		}
	}
}

// TestRollbackTellsOfPasswords: what was cleared can't come back, neither past an
// adoption nor past a switch to certificates, and that is a warning, which every
// form of a plan shows.
func TestRollbackTellsOfPasswords(t *testing.T) {
	g := startGuarded(t)
	g.declareWith(network.ByPassword)
	g.carryOut(g.plan(g.withAuth, adopt))
	g.declareWith(network.ByCertificate)
	g.carryOut(g.plan(g.withAuth))
	p := g.backToFirst(disableAuth)
	g.toldOfPasswords(p, "dana stays without a password", "root stays without a password")
	p = g.backTo(2)
	g.toldOfPasswords(p, "the password that dana had then can't come back", "the password that new had then can't come back")
}

// toldOfPasswords fails unless a plan has each text as a note and in its warning.
func (g *guarded) toldOfPasswords(p *plan.Plan, texts ...string) {
	g.Helper()
	for _, text := range texts {
		if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Detail, text) {
			g.Errorf("%q: %+v", text, p.Warnings)
		}
		if !slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return strings.Contains(strings.Join(c.Notes, "\n"), text) }) {
			g.Errorf("%q is no note: %+v", text, p.Changes)
		}
	}
}
