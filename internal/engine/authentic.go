package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// planKey is what saved plans of a network are known by, as far as the user may
// read it.
type planKey struct {
	text   string
	denied bool
}

// PlanFile is what is known of a saved plan.
type PlanFile struct {
	// Coded says that it carries a code by a key.
	Coded bool
	// VerifiedBy names the key by which the code was found to be right; empty
	// where no cluster was asked, or none has a key yet.
	VerifiedBy string
}

// keyed notes what the plan is known by once it is saved.
func (p *Planned) keyed(e *Engine, v *view) *Planned {
	p.key = planKey{text: v.state.PlanKey, denied: v.denied(state.NewLayout(p.Plan.Network).PlanKey())}
	p.journal = v.state.Journal
	e.Mask.Know(p.key.text)
	return p
}

// mayBeSaved refuses to save what an apply would refuse.
func (p *Planned) mayBeSaved() error {
	if !p.key.denied {
		return nil
	}
	return invalid("This plan can't be saved", fmt.Sprintf("This user may not read %s, which plan files are known by: an apply would refuse the file.",
		state.NewLayout(p.Plan.Network).PlanKey()), "plan as a user with the role planner; or leave --out out to see the plan only")
}

// authenticate refuses a plan file that is not as a planner of its network wrote
// it. Until then nothing in it counts but where its cluster is.
func (e *Engine) authenticate(ctx context.Context, s *session, f *planfile.File, proof *PlanFile) error {
	p := f.Plan
	name := state.NewLayout(p.Network).PlanKey()
	found, err := s.Read(ctx, name)
	if err != nil {
		return err
	}
	key := ""
	if len(found) > 0 {
		key = found[0].Value
		e.Mask.Know(key)
	}
	switch {
	case key == "" && !f.Keyed():
		if p.Serial > 0 {
			p.Warnings = append(p.Warnings, unkeyed(name))
		}
		return nil
	case f.Verify(key):
		proof.VerifiedBy = name
		return nil
	}
	// Where the plan fits nothing here any more, that says more.
	if refused := apply.Examine(ctx, s, p); refused != nil {
		return refused
	}
	return notAuthentic(f, name, key != "")
}

func unkeyed(name string) diag.Diagnostic {
	return diag.Diagnostic{
		Severity: diag.Warning, Summary: "Nothing shows who wrote this plan file",
		Detail: fmt.Sprintf("The network has no key for that yet: this apply makes %s, and from then on plan files are known by it.", name),
	}
}

func notAuthentic(f *planfile.File, name string, there bool) error {
	out := &apply.Refused{Reason: failure.NotAuthentic, Summary: "The plan file is not known to be as it was made", Hint: "plan again"}
	switch {
	case !f.Keyed():
		out.Detail = fmt.Sprintf("It has no code by %s: it was made before the network had that key, or by a user who may not read it.", name)
		out.Hint = "plan again, with a user who may read that key (the role planner)"
	case !there:
		out.Detail = fmt.Sprintf("The key that its code is compared by, %s, is not there.", name)
		out.Hint = "find out who removed it; then plan again"
	default:
		out.Detail = fmt.Sprintf("Its code does not fit %s: its contents were changed, or the key was made anew since.", name)
		out.Hint = "plan again; if nobody made the key anew, find out who changed the file"
	}
	return out
}

// confirm compares a plan from a file with a snapshot of its own. What run
// refuses anyway is left to it.
func (e *Engine) confirm(ctx context.Context, s *session, planned *Planned, x Expected) error {
	p := planned.Plan
	if len(p.Conflicts) > 0 || !p.HasChanges() {
		return nil
	}
	if err := apply.Examine(ctx, s, p); err != nil {
		return err
	}
	v, err := e.read(ctx, s, p.Network, p.Prefix)
	if err != nil {
		return err
	}
	if err := ofNobody(planned, v.state, x); err != nil {
		return err
	}
	past, err := e.pastOf(ctx, s, v.state, p)
	if err != nil {
		return err
	}
	moved, err := p.Confirm(v.snapshot, v.state, past)
	if err == nil {
		err = s.confirmLog(ctx, p)
	}
	if err != nil {
		return &apply.Refused{
			Reason: failure.NotAuthentic, Summary: "The plan file is not as sigilform makes one", Detail: failure.Because(err) + ".",
			Hint: "plan again; find out who made the file",
		}
	}
	return apply.RejectMoved(p, moved)
}

// pastOf is what was applied at the serial that a plan goes back to; nil where it
// goes back to none.
func (e *Engine) pastOf(ctx context.Context, s *session, st *state.State, p *plan.Plan) (*state.Past, error) {
	if p.Mode != plan.ModeRollback {
		return nil, nil
	}
	past, _, err := e.rewind(ctx, s, st, p.Network, p.RolledBackTo)
	return past, err
}

// confirmLog: the log of the cluster is not shorter than a plan says that it was. By
// what it says one tells later whether the cluster was restored.
func (s *session) confirmLog(ctx context.Context, p *plan.Plan) error {
	if now := s.LogIndex(ctx, p.Revision); now > 0 && now < p.LogIndex {
		return &plan.Unsound{Reason: fmt.Sprintf("the log of its cluster had %d entries, and it has %d", p.LogIndex, now)}
	}
	return nil
}

// ofNobody refuses a plan file without a code, of a network that is not there yet,
// where the cluster has others: whoever changes the file of one of those could
// make it one of another network, of which nothing shows who wrote it, and which
// may give away roles and users of the whole cluster. The digest of what was
// reviewed shows it.
func ofNobody(p *Planned, st *state.State, x Expected) error {
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(st.Networks)), func(name string) bool { return name == p.Plan.Network })
	if p.Plan.Serial > 0 || p.File.VerifiedBy != "" || x != "" || len(others) == 0 {
		return nil
	}
	return &apply.Refused{
		Reason: failure.NotAuthentic, Summary: "The plan file is not known to be as it was made",
		Detail: fmt.Sprintf("It is of the network %q, which has no key for that yet, and the cluster has others: %s.", p.Plan.Network, strings.Join(others, ", ")),
		Hint:   "give the intent digest that was reviewed with --expect-digest, or apply the configuration itself",
	}
}
