package plan_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestWantsAccess: a plan has to do with the authentication where the configuration
// declares any of it, where some of it was applied, or where a rollback brings it
// back; what is destroyed declares nothing.
func TestWantsAccess(t *testing.T) {
	t.Parallel()
	some := map[state.ID]*state.Record{{Kind: addr.ACLRole, ID: "drift"}: {}}
	role, user := []network.ACLRole{{}}, []network.ACLUser{{}}
	for name, x := range map[string]struct {
		mode plan.Mode
		acl  network.ACL
		st   state.State
		past *state.Past
		want bool
	}{
		"nothing":                {mode: plan.ModeApply},
		"a block":                {mode: plan.ModeApply, acl: network.ACL{Declared: true}, want: true},
		"a role":                 {mode: plan.ModeApply, acl: network.ACL{Roles: role}, want: true},
		"a user":                 {mode: plan.ModeApply, acl: network.ACL{Users: user}, want: true},
		"one of each":            {mode: plan.ModeApply, acl: network.ACL{Roles: role, Users: user}, want: true},
		"declared and destroyed": {mode: plan.ModeDestroy, acl: network.ACL{Declared: true, Roles: role}},
		"applied":                {mode: plan.ModeDestroy, st: state.State{ACL: some}, want: true},
		"a past without":         {mode: plan.ModeRollback, past: &state.Past{}},
		"a past with":            {mode: plan.ModeRollback, past: &state.Past{ACL: some}, want: true},
	} {
		in := plan.Input{Mode: x.mode, Network: &network.Network{ACL: x.acl}, State: &x.st, Past: x.past}
		if got := plan.WantsAccess(&in); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestCallsOfAccess(t *testing.T) {
	t.Parallel()
	one, on := kv.AuthOp{Kind: kv.AddUser, User: "u"}, kv.AuthOp{Kind: kv.EnableAuth}
	for name, x := range map[string]struct {
		access   *plan.Access
		calls    int
		enforces bool
	}{
		"none":         {nil, 0, false},
		"no call":      {&plan.Access{}, 0, false},
		"before":       {&plan.Access{Grants: []kv.AuthOp{one, on}}, 2, false},
		"after":        {&plan.Access{Revokes: []kv.AuthOp{one}}, 1, false},
		"turned on":    {&plan.Access{Revokes: []kv.AuthOp{one, on}}, 2, true},
		"both and off": {&plan.Access{Grants: []kv.AuthOp{one}, Revokes: []kv.AuthOp{{Kind: kv.DisableAuth}}}, 2, false},
	} {
		p := plan.Plan{Access: x.access}
		if p.Access.Calls() != x.calls || p.Enforces() != x.enforces || p.HasChanges() != (x.calls > 0) {
			t.Errorf("%s: %d calls, enforces %v", name, p.Access.Calls(), p.Enforces())
		}
	}
}
