package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Expected is the intent digest of the change that was reviewed, or how it
// begins, in lower case. Where it is empty, any change will do.
type Expected string

// The digits of an intent digest, and how many of them name one: by as many
// two changes of one network don't meet by chance.
const (
	digestDigits    = 64
	minDigestDigits = 12
)

// ParseExpected reads how an intent digest begins.
func ParseExpected(text string) (x Expected, ok bool) {
	n := len(text)
	x = Expected(strings.ToLower(text))
	return x, n >= minDigestDigits && n <= digestDigits && strings.Trim(string(x), "0123456789abcdef") == ""
}

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

// Failure says what was expected, and what the plan is instead.
func (e *Unexpected) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.Unexpected, Summary: "The plan is not the one that was expected",
		Detail: fmt.Sprintf("Its intent digest is %s. Expected was %s.", e.Plan.Intent, e.Expected),
		Hint:   "look at the plan, have it reviewed again, and give its digest",
	}
	if b := e.Before; b != nil {
		f.Detail += fmt.Sprintf(" The expected change was applied already: it became serial %d, applied by %s at %s. This plan is of what came since.",
			b.Serial, b.Actor, b.Time.UTC().Format(time.RFC3339))
	}
	if !e.Plan.HasChanges() {
		f.Detail += " This plan has nothing to do."
		f.Hint = "find out why nothing is left to do: `sigilform history` lists what was applied"
	}
	f.Detail += " Nothing was written."
	return f
}

// Error is the failure on one line.
func (e *Unexpected) Error() string { return failure.Text(e) }

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
		return nil, nil //nolint:nilnil // none is not an error
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
