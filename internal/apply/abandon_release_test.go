package apply_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestAbandonedRollbackLeavesOthersTheirs abandons a rollback past the adoption of
// a role and of a user of others, at each of its calls. The files of that serial are
// applied then: what others had made is there, and nothing of it is ours any more
// once the rollback has said so.
func TestAbandonedRollbackLeavesOthersTheirs(t *testing.T) {
	t.Parallel()
	calls := adopted(t).rollback(t, 2).Access.Calls()
	if calls < 3 {
		t.Fatalf("a rollback of %d calls", calls)
	}
	for _, fault := range []gateFault{killedBefore, killedAfter} {
		for at := 1; at <= calls; at++ {
			t.Run(string(fault)+"/"+strconv.Itoa(at), func(t *testing.T) {
				t.Parallel()
				c := adopted(t)
				want := c.start.Clone()
				c.killedAt(t, c.rollback(t, 2), at, fault)
				if _, written := c.Get(t, state.NewLayout(nettest.Name).History(4)); !written {
					// Nothing is released before the data: the adoption stands.
					want = c.end
				}
				c.abandon(t)
				c.lawful(t, "after the abandoning")
				if want == c.end {
					c.applied(t, withTheirs(t), want)
					return
				}
				p := c.plan(t, oldCastle(t))
				for _, change := range p.Changes {
					if change.ID == "theirs" {
						t.Errorf("what others had made is ours: %+v", change)
					}
				}
				if _, err := apply.Run(t.Context(), c.client, p, c.options("next")); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, c.auth(t), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(kv.Auth{}, "Revision", "Enabled")); diff != "" {
					t.Errorf("roles and users are not those of the files:\n%s", diff)
				}
			})
		}
	}
}

// adopted is a castle whose third serial has taken over a role and a user that
// others had made, and has turned both round.
func adopted(t *testing.T) *castle {
	t.Helper()
	c := newCastle(t)
	name := acl.RoleName(nettest.Name, "role/theirs")
	c.do(t, kv.AuthOp{Kind: kv.AddRole, Role: name})
	c.do(t, kv.AuthOp{Kind: kv.GrantPermission, Role: name, Key: "/theirs", Access: kv.Read})
	c.do(t, kv.AuthOp{Kind: kv.AddRole, Role: "night watch"})
	c.do(t, kv.AuthOp{Kind: kv.AddUser, User: "theirs"})
	c.do(t, kv.AuthOp{Kind: kv.GrantRole, User: "theirs", Role: name})
	c.do(t, kv.AuthOp{Kind: kv.GrantRole, User: "theirs", Role: "night watch"})
	c.do(t, kv.AuthOp{Kind: kv.GrantRole, User: "theirs", Role: acl.RoleName(nettest.Name, "role/night")})
	c.start, c.gate = c.auth(t), &gate{real: c.client}
	if _, err := apply.Run(t.Context(), c.client, c.plan(t, withTheirs(t)), c.options("third")); err != nil {
		t.Fatal(err)
	}
	c.end = c.auth(t)
	c.never, c.last = map[string][]right{}, nil
	return c
}

// withTheirs is the old network with the role and the user of others. A role that
// those had may do more now, and theirs is somebody's of ours.
func withTheirs(t *testing.T) *model.Network {
	t.Helper()
	n := oldCastle(t)
	n.ACL.Roles = slices.DeleteFunc(n.ACL.Roles, func(r model.ACLRole) bool { return r.Name == "night" })
	n.ACL.Users = slices.DeleteFunc(n.ACL.Users, func(u model.ACLUser) bool { return u.Name == "lee" })
	n.ACL.Roles = append(n.ACL.Roles, role("night", "readwrite", "routes", "users"))
	n.ACL.Users = append(n.ACL.Users, user("lee", model.ACLUser{}, "night", "theirs"))
	n.ACL.Roles = append(n.ACL.Roles, role("theirs", "readwrite", "cells"))
	n.ACL.Users = append(n.ACL.Users, user("theirs", model.ACLUser{}, "support", "theirs"))
	return normal(t, n)
}

// rollback plans to go back to a serial.
func (c *castle) rollback(t *testing.T, serial int64) *plan.Plan {
	t.Helper()
	snapshot, st := c.view(t, c.client)
	past := st.Rewind()
	for n := st.Head.Serial; n > serial; n-- {
		h := c.history(t, n)
		if err := past.Undo(&h, nil); err != nil {
			t.Fatal(err)
		}
	}
	n := &model.Network{Catalogue: schema.Network(), Name: nettest.Name, Prefix: "/sigilgate/"}
	p, l := plan.Make(plan.Input{
		Network: n, Snapshot: snapshot, State: st, Mode: plan.ModeRollback, Past: past, Serial: serial, IDs: &numbers{n: 9000}, Now: options("").Now, Tool: "test",
		Access: plan.AccessInput{Live: c.auth(t)},
	})
	if l.HasErrors() || len(p.Conflicts) > 0 {
		t.Fatalf("%v %+v", l.Err(), p.Conflicts)
	}
	if !slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Kind == addr.ACLUser && c.Reason == plan.Released }) {
		t.Fatalf("it releases nobody: %+v", p.Changes)
	}
	return p
}
