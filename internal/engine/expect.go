package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// Expected is the intent digest of the change that was reviewed, or how it
// begins, in lower case. Where it is empty, any change will do.
type Expected string

// matches reports whether an intent digest is the expected one.
func (x Expected) matches(intent string) bool { return strings.HasPrefix(intent, string(x)) }

// Unexpected is the error for a plan that is not the one that was reviewed.
type Unexpected struct {
	Expected Expected
	Plan     *plan.Plan
	// Before is the last apply, where that is what carried the expected change
	// out: this plan is of what came since. Nil where it is not.
	Before *state.History
}

// Error says what was expected, and what there is.
func (e *Unexpected) Error() string {
	return fmt.Sprintf("the plan is not the one that was expected: its intent digest is %s, not %s", e.Plan.Intent, e.Expected)
}

// expect compares a plan with what was reviewed. A plan of something else is
// marked as refused. One that is empty because the last apply was the expected
// one is marked with that: then all is done.
func (e *Engine) expect(ctx context.Context, s *session, x Expected, p *Planned) error {
	if x == "" || x.matches(p.Plan.Intent) {
		return nil
	}
	before, err := lastApply(ctx, s, p.Plan)
	if err != nil {
		return err
	}
	if before != nil && !x.matches(before.Intent) {
		before = nil
	}
	if before != nil && !p.Plan.HasChanges() && len(p.Plan.Conflicts) == 0 {
		p.Already = before
		return nil
	}
	p.Refused = &Unexpected{Expected: x, Plan: p.Plan, Before: before}
	return nil
}

// lastApply reads the history of the apply that a plan starts from; nil before
// the first one, and where the history does not hold it any more.
func lastApply(ctx context.Context, s *session, p *plan.Plan) (*state.History, error) {
	if p.Serial == 0 {
		return nil, nil //nolint:nilnil // none is no error
	}
	found, err := s.Read(ctx, state.NewLayout(p.Network).History(p.Serial))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	h, err := readHistory(found[0])
	if err != nil {
		return nil, err
	}
	return &h, nil
}
