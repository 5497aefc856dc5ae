package apply_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// TestGrantsThenDataThenRevocations holds the order and that only what changed
// is sent, and a second plan has nothing to do.
func TestGrantsThenDataThenRevocations(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	p := c.plan(t, newCastleNetwork(t))
	r, err := apply.Run(t.Context(), c.faults, p, c.options("third"))
	if err != nil {
		t.Fatal(err)
	}
	if calls := p.Access.Calls(); r.Calls != calls || c.auth(t).Revision != c.start.Revision+uint64(calls) {
		t.Errorf("%d calls were planned, %d made, and the revision moved by %d", calls, r.Calls, c.auth(t).Revision-c.start.Revision)
	}
	if len(p.Access.Grants) == 0 || len(p.Access.Revokes) == 0 {
		t.Errorf("the plan has %d grants and %d revocations", len(p.Access.Grants), len(p.Access.Revokes))
	}
	c.ends(t, true)
}

// TestEveryInstantOfAnACLChange lets every fault happen at every call of an
// apply. Between two calls nobody has a right that it has at neither end, and
// after a recovery everything is old or everything is new.
func TestEveryInstantOfAnACLChange(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	calls := c.plan(t, newCastleNetwork(t)).Access.Calls()
	for _, fault := range []gateFault{refusedCall, lostReply, killedBefore, killedAfter, strangerCame} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			for at := 1; at <= calls; at += fault.stride() {
				t.Run(strconv.Itoa(at), func(t *testing.T) {
					c := newCastle(t)
					c.gate.at, c.gate.fault, c.gate.calls = at, fault, 0
					i := &instant{w: c.town}
					c.gate.kill = i.dies
					_, err := apply.Run(t.Context(), c.faults, c.plan(t, newCastleNetwork(t)), c.options("third"))
					c.settled(t, err, fault)
				})
			}
		})
	}
}

// TestEveryCommitOfAnACLChange kills the run before and after every commit.
func TestEveryCommitOfAnACLChange(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	if _, err := apply.Run(t.Context(), c.faults, c.plan(t, newCastleNetwork(t)), c.options("third")); err != nil {
		t.Fatal(err)
	}
	commits := c.faults.Commits()
	for _, name := range []string{"killed before the commit", "killed after the commit", "the reply is lost", "refused"} {
		fault := faults()[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := 1; at <= commits; at += stride() {
				t.Run(strconv.Itoa(at), func(t *testing.T) {
					c := newCastle(t)
					fault.set(t, &instant{w: c.town, at: at})
					_, err := apply.Run(t.Context(), c.faults, c.plan(t, newCastleNetwork(t)), c.options("third"))
					c.settled(t, err, "")
				})
			}
		})
	}
}

// TestCtrlCDuringACLCalls: an interrupt while rights are granted takes them back,
// one while they are revoked lets the apply come to its end.
func TestCtrlCDuringACLCalls(t *testing.T) {
	t.Parallel()
	first := newCastle(t)
	grants := len(first.plan(t, newCastleNetwork(t)).Access.Grants)
	for at, finished := range map[int]bool{1: false, grants - 1: false, grants + 1: true} {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			t.Parallel()
			c := newCastle(t)
			stop := make(chan struct{})
			c.gate.at, c.gate.calls, c.gate.before = at, 0, func() { close(stop) }
			o := c.options("third")
			o.Stop = stop
			_, err := apply.Run(t.Context(), c.faults, c.plan(t, newCastleNetwork(t)), o)
			if finished != (err == nil) {
				t.Errorf("it ended with %v", err)
			}
			if back := (*apply.RolledBack)(nil); !finished && (!errors.As(err, &back) || !errors.Is(err, apply.ErrStopped) || back.Calls == 0) {
				t.Errorf("it ended with %v", err)
			}
			c.ends(t, finished)
		})
	}
}

// settled recovers as the next command does, and checks that all is of one kind.
func (c *castle) settled(t *testing.T, cause error, fault gateFault) {
	t.Helper()
	c.lawful(t, "when the run ended")
	c.unlock(t)
	c.gate = &gate{real: c.client, seen: c.gate.seen}
	r, err := apply.Recover(t.Context(), c.client, nettest.Name, "/sigilgate/", c.options("recovery"))
	if err != nil {
		t.Fatalf("recover after %v: %v", cause, err)
	}
	t.Logf("%v; then %+v", cause, r)
	if fault == strangerCame {
		if err := c.client.DoAuth(t.Context(), kv.AuthOp{Kind: kv.DeleteRole, Role: "stranger"}, ""); err != nil {
			t.Fatal(err)
		}
	}
	_, committed := c.Get(t, state.NewLayout(nettest.Name).History(3))
	if cause == nil && !committed {
		t.Error("the run succeeded, and there is no history")
	}
	c.ends(t, committed)
}

// TestForeignACLChange holds that a plan whose roles someone changed since is
// refused, and that a change of others' roles does not matter.
func TestForeignACLChange(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	p := c.plan(t, newCastleNetwork(t))
	do := func(op kv.AuthOp) {
		t.Helper()
		if err := c.client.DoAuth(t.Context(), op, ""); err != nil {
			t.Fatal(err)
		}
	}
	ours := kv.AuthOp{Kind: kv.GrantPermission, Role: "sigilform/sized/role/support", Key: "/other/1", Access: kv.Read}
	do(ours)
	_, err := apply.Run(t.Context(), c.faults, p, c.options("third"))
	if refused := as[*apply.Refused](t, err); refused.Reason != failure.AuthMoved {
		t.Errorf("got %+v", refused)
	}
	do(kv.AuthOp{Kind: kv.RevokePermission, Role: ours.Role, Key: ours.Key})
	do(kv.AuthOp{Kind: kv.AddRole, Role: "others"})
	do(kv.AuthOp{Kind: kv.AddUser, User: "other"})
	c.end.Roles["others"], c.end.Users["other"] = nil, nil
	if _, err := apply.Run(t.Context(), c.faults, p, c.options("third")); err != nil {
		t.Fatal(err)
	}
	after := c.plan(t, newCastleNetwork(t))
	if after.HasChanges() || len(after.Access.OtherRoles) != 1 || len(after.Access.OtherUsers) != 1 {
		t.Errorf("got %+v", after.Access)
	}
	c.ends(t, true)
}

// TestPlanWithoutRoot holds that a plan made from what was last applied is
// refused where the roles have drifted since.
func TestPlanWithoutRoot(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	blind := func() *plan.Plan {
		snapshot, st := c.view(t, c.client)
		c.ids += 1000
		p, l := plan.Make(plan.Input{
			Network: newCastleNetwork(t), Snapshot: snapshot, State: st, Mode: plan.ModeApply, IDs: &numbers{n: c.ids}, Now: options("").Now,
		})
		if l.HasErrors() {
			t.Fatal(l.Err())
		}
		return p
	}
	drifted := kv.AuthOp{Kind: kv.RevokeRole, User: "dana", Role: "sigilform/sized/role/support"}
	if err := c.client.DoAuth(t.Context(), drifted, ""); err != nil {
		t.Fatal(err)
	}
	_, err := apply.Run(t.Context(), c.faults, blind(), c.options("third"))
	if refused := as[*apply.Refused](t, err); refused.Reason != failure.AuthMoved {
		t.Errorf("got %+v", refused)
	}
	if err := c.client.DoAuth(t.Context(), drifted.Inverse(), ""); err != nil {
		t.Fatal(err)
	}
	p := blind()
	if p.Access.Live || p.Access.Calls() == 0 {
		t.Fatalf("got %+v", p.Access)
	}
	if _, err := apply.Run(t.Context(), c.faults, p, c.options("third")); err != nil {
		t.Fatal(err)
	}
	c.ends(t, true)
}

// TestMissingPassword holds that nothing happens where a new user's password is
// not there.
func TestMissingPassword(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	n := newCastleNetwork(t)
	n.ACL.Auth = "password"
	for i := range n.ACL.Users {
		n.ACL.Users[i].PasswordEnv = "PASSWORD_OF_" + n.ACL.Users[i].Name
	}
	o := c.options("third")
	missing := errors.New("it is not set")
	o.Passwords = func(s kv.PasswordSource) (string, error) { return "", fmt.Errorf("%s: %w", s.Env, missing) }
	if _, err := apply.Run(t.Context(), c.faults, c.plan(t, n), o); !errors.Is(err, missing) {
		t.Fatalf("got %v", err)
	}
	c.ends(t, false)
	o.Passwords = func(s kv.PasswordSource) (string, error) { return "word of " + s.Env, nil }
	if _, err := apply.Run(context.WithoutCancel(t.Context()), c.faults, c.plan(t, n), o); err != nil {
		t.Fatal(err)
	}
	for _, e := range append(c.Entries(t, "/sigilgate/"), c.Entries(t, state.Root)...) {
		if strings.Contains(e.Value, "word of PASSWORD_OF_new") {
			t.Errorf("%s holds a password", e.Key)
		}
	}
}
