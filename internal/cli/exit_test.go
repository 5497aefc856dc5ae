package cli

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/embedded"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	conflicted := &engine.Conflicted{Plan: &plan.Plan{Catalogue: schema.Network(), Conflicts: []plan.Conflict{{Summary: "x"}}}}
	held, unknown, interrupted := &embedded.Held{}, &apply.Unknown{Cause: plain}, &apply.Interrupted{Journal: &state.Journal{}}
	denied := &engine.Denied{Plan: &plan.Plan{Catalogue: schema.Network(), Policies: []plan.PolicyResult{{Name: "x", Severity: diag.Error, Verdict: plan.Failed}}}}
	canceled := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		return ctx
	}
	told := func(err error) error { return endedBy(canceled(&signalled{signal: syscall.SIGINT}), err) }
	for name, c := range map[string]struct {
		err  error
		code int
	}{
		"nothing":                      {nil, 0},
		"plain":                        {plain, 1},
		"diagnostics":                  {diag.List{{Severity: diag.Error}}.Err(), 1},
		"too large":                    {&kv.TooLarge{}, 1},
		"not written":                  {&apply.NotWritten{Cause: plain}, 1},
		"declined":                     {&failure.Failure{Code: failure.NotApproved}, 1},
		"usage":                        {usage("a", "b"), 1},
		"canceled":                     {&engine.Canceled{Cause: plain}, 1},
		"found":                        {&found{what: "drift"}, 2},
		"found and an error":           {errors.Join(&found{what: "drift"}, plain), 1},
		"rejected":                     {&apply.Rejected{}, 3},
		"refused":                      {fmt.Errorf("apply: %w", &apply.Refused{Reason: failure.HeadMoved}), 3},
		"conflicted":                   {conflicted, 3},
		"conflicted and shown":         {&shown{cause: conflicted}, 3},
		"denied":                       {&shown{cause: denied}, 6},
		"denied, and failed to close":  {errors.Join(denied, plain), 6},
		"conflict before denied":       {errors.Join(denied, conflicted), 3},
		"held":                         {held, 4},
		"held before conflict":         {errors.Join(conflicted, held), 4},
		"interrupted":                  {interrupted, 5},
		"interrupted before held":      {errors.Join(held, interrupted), 5},
		"unknown":                      {unknown, 7},
		"unknown before interrupted":   {errors.Join(interrupted, unknown), 7},
		"unknown, and failed to close": {errors.Join(unknown, plain), 7},
		"damaged":                      {fmt.Errorf("start: %w", &embedded.Damaged{Cause: plain}), 1},
		"told to end":                  {told(plain), 130},
		"told to end in an evaluation": {told(diag.List{{Severity: diag.Error}}.Err()), 130},
		"told to end, undone":          {told(&apply.NotWritten{Cause: plain}), 130},
		"told to end with a journal":   {told(interrupted), 5},
		"told to end, and found":       {told(&found{what: "drift"}), 2},
		"told to end, all was done":    {told(nil), 0},
		"canceled by nobody":           {endedBy(canceled(nil), plain), 1},
		"a fault":                      {&fault.Fault{}, 70},
		"a fault before unknown":       {errors.Join(unknown, &fault.Fault{}), 70},
		"a fault and found":            {errors.Join(&found{what: "drift"}, &fault.Fault{}), 70},
	} {
		if got := codeOf(c.err); got != c.code {
			t.Errorf("%s: exit code %d, want %d", name, got, c.code)
		}
	}
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"change.sigilplan": "change.sigilplan", "": "''", "my plan": "'my plan'", "it's": `'it'\''s'`, "a;rm": "'a;rm'",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestWantsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"plan"}, false},
		{[]string{"plan", "--json"}, true},
		{[]string{"plan", "--format", "json"}, true},
		{[]string{"plan", "--format=json"}, true},
		{[]string{"plan", "--format", "text"}, false},
		{[]string{"plan", "--", "--json"}, false},
	} {
		if got := wantsJSON(c.args); got != c.want {
			t.Errorf("%q: %t", c.args, got)
		}
	}
}
