package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestEachCallIsConfirmed leaves each call out of a plan that makes roles and users,
// takes some and gives another a password, one at a time, makes it about something
// else, and lets their records say less: none of that is confirmed.
func TestEachCallIsConfirmed(t *testing.T) {
	s := start(t)
	s.net.ACL = network.ACL{Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: network.ByPassword}
	for name, role := range map[string]string{"root": "root", "dana": "drift", "eve": "planner"} {
		s.net.ACL.Users = append(s.net.ACL.Users, network.ACLUser{Addr: addr.New(addr.ACLUser, name, addr.NoKey), Name: name, Roles: []string{role}, PasswordEnv: "WORD"})
	}
	p := s.plan(adopt, func(in *plan.Input) {
		in.Access.Live = &kv.Auth{Revision: 7, Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{"root": {"root"}, "dana": {"others"}}}
	})
	if len(p.Conflicts) > 0 || p.Access.Calls() < 5 {
		t.Fatalf("%+v, %d calls", p.Conflicts, p.Access.Calls())
	}
	if err := s.bent(p, func(*plan.Plan) {}); err != nil {
		t.Fatalf("straight, it is not confirmed: %v", err)
	}
	bends := map[string]func(*plan.Plan){}
	for side, of := range map[string]func(p *plan.Plan) *[]kv.AuthOp{
		"before": func(p *plan.Plan) *[]kv.AuthOp { return &p.Access.Grants }, "after": func(p *plan.Plan) *[]kv.AuthOp { return &p.Access.Revokes },
	} {
		for i, op := range *of(p) {
			bends[fmt.Sprintf("%s, without %s", side, op)] = func(p *plan.Plan) { *of(p) = slices.Delete(*of(p), i, i+1) }
			for _, other := range otherCalls(op) {
				bends[fmt.Sprintf("%s, %+v for %+v", side, other, op)] = func(p *plan.Plan) { (*of(p))[i] = other }
			}
		}
	}
	bends["a password is cleared"] = func(p *plan.Plan) {
		p.Access.Grants = append(p.Access.Grants, kv.AuthOp{Kind: kv.ClearPassword, User: "eve"})
	}
	for i, op := range p.State {
		for what, bent := range bentRecords(op.Value) {
			bends[fmt.Sprintf("%s in %s", what, op.Key)] = func(p *plan.Plan) { p.State[i].Value = bent }
		}
	}
	for what, bend := range bends {
		if err := s.bent(p, bend); err == nil {
			t.Errorf("confirmed: %s", what)
		}
	}
}

// otherCalls are calls about something else than the given one.
func otherCalls(op kv.AuthOp) []kv.AuthOp {
	var out []kv.AuthOp
	add := func(change func(op *kv.AuthOp)) {
		other := op
		change(&other)
		out = append(out, other)
	}
	if op.Role != "" {
		add(func(op *kv.AuthOp) { op.Role += "x" })
	}
	if op.User != "" {
		add(func(op *kv.AuthOp) { op.User = "mallory" })
	}
	switch op.Kind {
	case kv.GrantPermission:
		add(func(op *kv.AuthOp) { op.Access = kv.ReadWrite })
		add(func(op *kv.AuthOp) { op.Key, op.End = "/sigilgate/", "/sigilgate0x" })
	case kv.GrantRole:
		add(func(op *kv.AuthOp) { op.Role = "others" })
	case kv.AddUser, kv.SetPassword:
		add(func(op *kv.AuthOp) { op.Password = &kv.PasswordSource{Env: "ELSEWHERE"} })
	default:
	}
	return out
}
