package plan_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestAllPlansAreConfirmed: each plan that there is a file of is believed, and is not
// any more once one of its calls or fields is bent.
func TestAllPlansAreConfirmed(t *testing.T) {
	for _, plans := range []map[string]func(g *guarded) *plan.Plan{wholeNodes(), wholeUsers(), wholeOthers(), wholeBack(), wholeAccess()} {
		for name, makePlan := range plans {
			t.Run(name, func(t *testing.T) {
				g := startGuarded(t)
				p := makePlan(g)
				if len(p.Conflicts) > 0 || !p.HasChanges() || name == "a plan of a saved snapshot" {
					return // it is not carried out
				}
				if err := g.confirmed(p, func(*plan.Plan) {}); err != nil {
					t.Fatalf("straight, it is not confirmed: %v", err)
				}
				bends := g.bendsOf(p)
				for _, what := range slices.Sorted(maps.Keys(bends)) {
					if g.confirmed(p, bends[what]) == nil {
						t.Errorf("confirmed: %s", what)
					}
				}
			})
		}
	}
}

// confirmed compares a plan, bent, with what it was made from.
func (g *guarded) confirmed(p *plan.Plan, bend func(p *plan.Plan)) error {
	g.Helper()
	in, err := g.input(g.net)
	if err != nil {
		g.Fatal(err)
	}
	if p.Mode == plan.ModeRollback {
		in.Past = g.past(int(p.RolledBackTo))
	}
	bent := copied(g, p)
	bend(bent)
	if !bent.HasChanges() {
		return errors.New("it does nothing any more")
	}
	bent.Intent = plan.Digest(bent, in.State.DigestKey != "")
	moved, err := bent.Confirm(in.Snapshot, in.State, in.Past)
	if len(moved) > 0 {
		g.Fatalf("it moved: %+v", moved)
	}
	return err
}

// bendsOf change a call, a record of roles or users, or what is said of a field.
func (g *guarded) bendsOf(p *plan.Plan) map[string]func(*plan.Plan) {
	out := map[string]func(*plan.Plan){}
	for side, of := range callsOf() {
		for i, op := range of(p) {
			if op.Kind == kv.RevokeRole && userGoes(p, op.User) {
				continue // its roles go with a user
			}
			out[fmt.Sprintf("%s, without %s", side, op)] = func(p *plan.Plan) { setCalls(p, side, slices.Delete(of(p), i, i+1)) }
			for _, other := range otherCalls(op) {
				if other == op {
					continue
				}
				out[fmt.Sprintf("%s, %+v for %+v", side, other, op)] = func(p *plan.Plan) { of(p)[i] = other }
			}
		}
	}
	for i := range p.Changes {
		for j, f := range p.Changes[i].Fields {
			of := p.Changes[i].Address + "." + f.Name
			out["something else with "+of] = func(p *plan.Plan) { p.Changes[i].Fields[j].Action += "d" }
			out["another reason for "+of] = func(p *plan.Plan) { p.Changes[i].Fields[j].Reason += "x" }
		}
	}
	return out
}

func userGoes(p *plan.Plan, user string) bool {
	return slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Kind == addr.ACLUser && c.ID == user && c.Action == plan.Delete })
}

func callsOf() map[string]func(p *plan.Plan) []kv.AuthOp {
	none := func(p *plan.Plan) bool { return p.Access == nil }
	return map[string]func(p *plan.Plan) []kv.AuthOp{
		"before": func(p *plan.Plan) []kv.AuthOp {
			if none(p) {
				return nil
			}
			return p.Access.Grants
		},
		"after": func(p *plan.Plan) []kv.AuthOp {
			if none(p) {
				return nil
			}
			return p.Access.Revokes
		},
	}
}

func setCalls(p *plan.Plan, side string, calls []kv.AuthOp) {
	if side == "before" {
		p.Access.Grants = calls
	} else {
		p.Access.Revokes = calls
	}
}

// TestKnownReasons: each reason that there is may be that of a change and of a field.
func TestKnownReasons(t *testing.T) {
	s := start(t)
	s.net.Cores[0].Region = named("de")
	p := s.plan()
	for _, r := range []plan.Reason{
		plan.Changed, plan.Drift, plan.Both, plan.Adopted, plan.TakenOver, plan.Restored, plan.Converged, plan.Renamed, plan.Replaced, plan.Follows, plan.Released,
	} {
		if err := s.bent(p, func(p *plan.Plan) { p.Changes[0].Reason = r }); err != nil {
			t.Errorf("%q: %v", r, err)
		}
		if err := s.bent(p, func(p *plan.Plan) { p.Changes[0].Fields[0].Reason = r }); err != nil {
			t.Errorf("%q of a field: %v", r, err)
		}
	}
}

// TestForgottenFieldIsConfirmed: a field that is gone already is forgotten, and has no
// key that its name could be compared with.
func TestForgottenFieldIsConfirmed(t *testing.T) {
	s := start(t)
	s.del(amsNode + "region")
	s.net.Cores[0].Region = network.Text{}
	if f := fieldOf(s.only(s.apply()), "region"); f == nil || f.Action != plan.Forget {
		t.Errorf("it is %+v", f)
	}
}
