package apply_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
)

// castle is a town whose network says who may do what in etcd.
type castle struct {
	*town
	gate *gate
	// start and end are the authentication before the change and after it.
	start, end *kv.Auth
	// never is what users may at neither end, by user.
	never map[string][]right
	// last is what was judged last.
	last *kv.Auth
}

// right is one kind of access to the keys of a range.
type right struct {
	access kv.Access
	keys   kv.Range
}

// newCastle applies the old network with its roles and users.
func newCastle(t *testing.T) *castle {
	t.Helper()
	return newCastleOf(t, newTown(t))
}

// newCastleOf makes a castle of a town.
func newCastleOf(t *testing.T, w *town) *castle {
	t.Helper()
	w.NeedsAuthRevision(t)
	w.client = w.connect(t, kv.DefaultLimits())
	w.faults.Store = w.client
	c := &castle{town: w, gate: &gate{real: w.client}, never: map[string][]right{}}
	if _, err := apply.Run(t.Context(), w.client, c.plan(t, oldCastle(t)), c.options("second")); err != nil {
		t.Fatal(err)
	}
	w.before = w.content(t)
	c.start = c.auth(t)
	c.end = set(t, newCastleNetwork(t)).Auth()
	c.gate.seen = func() { c.lawful(t, "between two calls") }
	return c
}

// set is what a network's ACL means, with the users' ids that it has here.
func set(t *testing.T, n *model.Network) *acl.Set {
	t.Helper()
	out, l := acl.Compile(n, keys.NewLayout(schema.Network(), n.Prefix), acl.Own{})
	if l.HasErrors() {
		t.Fatal(l.Err())
	}
	return out
}

func user(name string, of model.ACLUser, roles ...string) model.ACLUser {
	of.Addr, of.Name, of.Roles = addr.New(addr.ACLUser, name, addr.NoKey), name, roles
	return of
}

// oldCastle is a network with roles: of two Cores and their Entries, and of two
// people.
func oldCastle(t *testing.T) *model.Network {
	t.Helper()
	n := nettest.Network(nettest.Size{Cores: 5, Entries: 8, Routes: 10, Users: 9})
	n.ACL = model.ACL{Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: "cert"}
	for i := range 2 {
		core, entry := n.Cores[i].Addr, n.Entries[i].Addr
		n.ACL.Users = append(n.ACL.Users,
			user(core.Name, model.ACLUser{Core: model.Ref{To: core, Named: true}}, "core"),
			user(entry.Name, model.ACLUser{Entry: model.Ref{To: entry, Named: true}}, "entry"))
	}
	n.ACL.Roles = []model.ACLRole{
		role("support", "read", "users", "nodes"), role("night", "readwrite", "routes"),
	}
	n.ACL.Users = append(n.ACL.Users,
		user("root", model.ACLUser{}, "root"), user("dana", model.ACLUser{}, "support"), user("lee", model.ACLUser{}, "night"),
		user("gone", model.ACLUser{}, "support"))
	return normal(t, n)
}

func role(name, access string, on ...string) model.ACLRole {
	g := model.Grant{Access: access}
	for _, collection := range on {
		g.On = append(g.On, model.Target{Collection: collection})
	}
	return model.ACLRole{Addr: addr.New(addr.ACLRole, name, addr.NoKey), Name: name, Grants: []model.Grant{g}}
}

// newCastleNetwork moves a binding, turns a role round, gives another one to
// whom it was not for, and has new and gone users.
func newCastleNetwork(t *testing.T) *model.Network {
	t.Helper()
	n := oldCastle(t)
	n.Entries[0].BoundTo = n.Entries[1].BoundTo
	n.ACL.Roles = []model.ACLRole{
		role("support", "write", "users", "paths"), role("day", "read", "cells"),
	}
	n.ACL.Users = slices.DeleteFunc(n.ACL.Users, func(u model.ACLUser) bool { return u.Name == "gone" || u.Name == "lee" || u.Name == "dana" })
	n.ACL.Users = append(n.ACL.Users, user("dana", model.ACLUser{}, "day"), user("lee", model.ACLUser{}, "support"), user("new", model.ACLUser{}, "day", "support"))
	return normal(t, n)
}

func (c *castle) options(id string) apply.Options {
	o := c.town.options(id)
	o.Auth = c.gate
	return o
}

// plan plans a network with the roles and users that the server has now.
func (c *castle) plan(t *testing.T, n *model.Network) *plan.Plan {
	t.Helper()
	snapshot, st := c.view(t, c.client)
	c.ids += 1000
	p, l := plan.Make(plan.Input{
		Network: n, Snapshot: snapshot, State: st, Mode: plan.ModeApply, Adopt: true, IDs: &numbers{n: c.ids}, Now: options("").Now, Tool: "test",
		Access: plan.AccessInput{Live: c.auth(t)},
	})
	if l.HasErrors() || len(p.Conflicts) > 0 {
		t.Fatalf("%v %+v", l.Err(), p.Conflicts)
	}
	return p
}

func (c *castle) auth(t *testing.T) *kv.Auth {
	t.Helper()
	a, err := c.client.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// lawful checks that nobody has a right now that it has at neither end.
func (c *castle) lawful(t *testing.T, when string) {
	t.Helper()
	now := c.auth(t)
	now.Enabled, c.start.Enabled, c.end.Enabled = true, true, true
	for user := range now.Users {
		if c.last != nil && sameRights(now, c.last, user) {
			continue
		}
		for _, r := range c.forbidden(user) {
			if acl.Can(now, user, r.access, r.keys).Allowed {
				t.Errorf("%s, %s may %v %v, which it may at neither end", when, user, r.access, r.keys)
			}
		}
	}
	c.last = now
}

// sameRights reports whether a user has the same roles with the same permissions.
func sameRights(a, b *kv.Auth, user string) bool {
	other, ok := b.Users[user]
	return ok && slices.Equal(a.Users[user], other) &&
		!slices.ContainsFunc(other, func(role string) bool { return !maps.Equal(a.Roles[role], b.Roles[role]) })
}

// forbidden are the rights that a user has at neither end. It is asked after
// every call, and the ends stay.
func (c *castle) forbidden(user string) []right {
	if known, ok := c.never[user]; ok {
		return known
	}
	var out []right
	for _, keys := range c.probes() {
		for _, access := range []kv.Access{kv.Read, kv.Write} {
			if !acl.Can(c.start, user, access, keys).Allowed && !acl.Can(c.end, user, access, keys).Allowed {
				out = append(out, right{access, keys})
			}
		}
	}
	c.never[user] = out
	return out
}

// probes are a key and all keys of each range that any role has at either end.
func (c *castle) probes() []kv.Range {
	var out []kv.Range
	for _, a := range []*kv.Auth{c.start, c.end} {
		for _, permissions := range a.Roles {
			for r := range permissions {
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out, kv.Range.Compare)
	return slices.Compact(out)
}

// ends checks that roles and users, the data and the state are all of one kind.
func (c *castle) ends(t *testing.T, isNew bool) {
	t.Helper()
	want := c.start
	if isNew {
		want = c.end
		c.sound(t, 3)
		if p := c.plan(t, newCastleNetwork(t)); p.HasChanges() {
			t.Errorf("there is still something to do: %+v", p.Changes)
		}
	} else {
		c.sound(t, 2)
		if diff := cmp.Diff(c.before, c.content(t)); diff != "" {
			t.Errorf("the network is not as it was:\n%s", diff)
		}
	}
	got := c.auth(t)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(kv.Auth{}, "Revision", "Enabled")); diff != "" {
		t.Errorf("roles and users are not as they should be:\n%s", diff)
	}
	snapshot, st := c.view(t, c.client)
	if r := drift.Detect(schema.Network(), snapshot, st, got); r.Drifted() {
		t.Errorf("they left what was applied: %+v", r.Objects)
	}
}

// gate stands around a real cluster's authentication, and lets something happen
// at one call, counted from 1.
type gate struct {
	real  apply.Auth
	at    int
	fault gateFault
	// before is called before the call at which something happens.
	before func()
	// kill is called where the process dies, seen after each call.
	kill, seen func()

	mu    sync.Mutex
	calls int
	dead  bool
}

type gateFault string

const (
	refusedCall  gateFault = "refused"
	lostReply    gateFault = "the reply is lost"
	killedBefore gateFault = "killed before the call"
	killedAfter  gateFault = "killed after the call"
	strangerCame gateFault = "someone else changes a role"
)

// stride is how far apart the calls are at which a fault is tried: a process
// dies at every one.
func (f gateFault) stride() int {
	if f == killedBefore || f == killedAfter {
		return stride()
	}
	return max(stride(), 4)
}

func (g *gate) DoAuth(ctx context.Context, op kv.AuthOp, password string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dead {
		return etcdtest.ErrLost
	}
	g.calls++
	if g.calls != g.at {
		return g.make(ctx, op, password)
	}
	if g.before != nil {
		g.before()
	}
	switch g.fault {
	case refusedCall:
		return etcdtest.ErrLost
	case killedBefore:
		g.die()
		return etcdtest.ErrLost
	case strangerCame:
		if err := g.real.DoAuth(ctx, kv.AuthOp{Kind: kv.AddRole, Role: "stranger"}, ""); err != nil {
			return err
		}
	default:
	}
	err := g.make(ctx, op, password)
	switch g.fault {
	case killedAfter:
		g.die()
		return etcdtest.ErrLost
	case lostReply:
		return etcdtest.ErrLost
	default:
		return err
	}
}

// make makes the call for real.
func (g *gate) make(ctx context.Context, op kv.AuthOp, password string) error {
	err := g.real.DoAuth(ctx, op, password)
	if err == nil && g.seen != nil {
		g.seen()
	}
	return err
}

func (g *gate) die() {
	g.dead = true
	g.kill()
}

func (g *gate) AuthStatus(ctx context.Context) (bool, uint64, error) {
	if g.isDead() {
		return false, 0, etcdtest.ErrLost
	}
	return g.real.AuthStatus(ctx)
}

func (g *gate) Auth(ctx context.Context) (*kv.Auth, error) {
	if g.isDead() {
		return nil, etcdtest.ErrLost
	}
	return g.real.Auth(ctx)
}

func (g *gate) Enforce(ctx context.Context, probe string) error { return g.real.Enforce(ctx, probe) }

func (g *gate) TidyRescue(ctx context.Context, probe string) (bool, error) {
	return g.real.TidyRescue(ctx, probe)
}

func (g *gate) isDead() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dead
}
