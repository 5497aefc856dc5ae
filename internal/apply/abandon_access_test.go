package apply_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestAbandonedACLChange abandons a change of roles and users at its calls, and
// applies the new files then, or the old ones: roles and users are those of the
// files. What was made for the new ones only is not left to nobody, and who was to
// go is not forgotten.
func TestAbandonedACLChange(t *testing.T) {
	t.Parallel()
	calls := newCastle(t).plan(t, newCastleNetwork(t)).Access.Calls()
	for _, fault := range []gateFault{killedBefore, killedAfter} {
		for i, at := 0, 1; at <= calls; i, at = i+1, at+stride() {
			next := onOrBack(i)
			t.Run(string(fault)+"/"+next+"/"+strconv.Itoa(at), func(t *testing.T) {
				t.Parallel()
				c := newCastle(t)
				c.killedAt(t, c.plan(t, newCastleNetwork(t)), at, fault)
				c.abandon(t)
				c.goes(t, next)
			})
		}
	}
}

// TestAbandonedACLChangeAtACommit does the same at its commits, where the server
// takes little at once: some roles and users have a record by then, and some not.
func TestAbandonedACLChangeAtACommit(t *testing.T) {
	t.Parallel()
	limits := kv.Limits{MaxTxnOps: 128, MaxRequestBytes: 5 << 10}
	for i, at := 0, 2; ; i, at = i+1, at+stride() {
		c := newCastle(t)
		c.faults.Store = c.connect(t, limits)
		faults()["killed before the commit"].set(t, &instant{w: c.town, at: at})
		if _, err := apply.Run(t.Context(), c.faults, c.plan(t, newCastleNetwork(t)), c.options("third")); err == nil {
			if at < 8 {
				t.Errorf("the apply has only %d commits", at)
			}
			return
		}
		c.client = c.connect(t, limits)
		c.abandon(t)
		c.goes(t, onOrBack(i))
	}
}

// onOrBack alternates.
func onOrBack(i int) string { return []string{"on", "back"}[i%2] }

// goes applies the new files, or the old ones.
func (c *castle) goes(t *testing.T, where string) {
	t.Helper()
	if where == "on" {
		c.applied(t, newCastleNetwork(t), c.end)
	} else {
		c.applied(t, oldCastle(t), c.start)
	}
}

// TestAbandonedAdoption: a user of others has what it had where the apply that was
// to take it over is abandoned before that is recorded.
func TestAbandonedAdoption(t *testing.T) {
	t.Parallel()
	c := newCastle(t)
	c.do(t, kv.AuthOp{Kind: kv.AddUser, User: "new"})
	want := c.auth(t)
	p := c.plan(t, newCastleNetwork(t))
	c.killedAt(t, p, len(p.Access.Grants), killedAfter)
	if got := c.auth(t).Users["new"]; len(got) == 0 {
		t.Fatal("it got nothing")
	}
	c.abandon(t)
	c.applied(t, oldCastle(t), want)
}

// TestOthersMakeTheUserOfALaterCall: a user that others make while the journal of an
// apply that was to add it stands is theirs: neither an abandoning nor a recovery
// gives it anything, or takes it away.
func TestOthersMakeTheUserOfALaterCall(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"abandon", "recover"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			c := newCastle(t)
			c.killedAt(t, c.plan(t, newCastleNetwork(t)), 1, killedAfter)
			c.do(t, kv.AuthOp{Kind: kv.AddUser, User: "new"})
			c.do(t, kv.AuthOp{Kind: kv.AddRole, Role: "theirs"})
			c.do(t, kv.AuthOp{Kind: kv.GrantRole, User: "new", Role: "theirs"})
			if end == "abandon" {
				c.abandon(t)
			} else {
				c.unlock(t)
				c.gate = &gate{real: c.client}
				r, err := apply.Recover(t.Context(), c.client, nettest.Name, "/sigilgate/", c.options("recovery"))
				if err != nil || r.Outcome != apply.Undone {
					t.Fatalf("%+v, %v", r, err)
				}
			}
			want := c.start.Clone()
			want.Roles["theirs"], want.Users["new"] = nil, []string{"theirs"}
			if diff := cmp.Diff(want, c.auth(t), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(kv.Auth{}, "Revision", "Enabled")); diff != "" {
				t.Errorf("roles and users are not as they were, with those of others:\n%s", diff)
			}
		})
	}
}

// killedAt is an apply that dies at one of its calls.
func (c *castle) killedAt(t *testing.T, p *plan.Plan, at int, fault gateFault) {
	t.Helper()
	i := &instant{w: c.town}
	c.gate = &gate{real: c.client, at: at, fault: fault, kill: i.dies}
	if _, err := apply.Run(t.Context(), c.faults, p, c.options("third")); err == nil {
		t.Fatal("it was not killed")
	}
}

func (c *castle) do(t *testing.T, op kv.AuthOp) {
	t.Helper()
	if err := c.client.DoAuth(t.Context(), op, ""); err != nil {
		t.Fatal(err)
	}
}

// abandon ends the journal where it is, as the next command does.
func (c *castle) abandon(t *testing.T) {
	t.Helper()
	c.unlock(t)
	c.gate = &gate{real: c.client}
	if _, err := apply.Abandon(t.Context(), c.client, nettest.Name, "/sigilgate/", c.options("abandon")); err != nil {
		t.Fatal(err)
	}
	if left := c.Keys(t, state.NewLayout(nettest.Name).JournalPrefix()); len(left) > 0 {
		t.Fatalf("the journal is there: %q", left)
	}
}

// applied applies a network, and compares roles and users.
func (c *castle) applied(t *testing.T, n *model.Network, want *kv.Auth) {
	t.Helper()
	if _, err := apply.Run(t.Context(), c.client, c.plan(t, n), c.options("next")); err != nil {
		t.Fatal(err)
	}
	if p := c.plan(t, n); p.HasChanges() {
		t.Errorf("there is still something to do: %+v", p.Changes)
	}
	got := c.auth(t)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(kv.Auth{}, "Revision", "Enabled")); diff != "" {
		t.Errorf("roles and users are not those of the files:\n%s", diff)
	}
	snapshot, st := c.view(t, c.client)
	if r := drift.Detect(schema.Network(), snapshot, st, got); r.Drifted() {
		t.Errorf("they left what was applied: %+v", r.Objects)
	}
}
