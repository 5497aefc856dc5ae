package failure_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
)

func of(code failure.Code, cause error) *failure.Failure {
	return &failure.Failure{Code: code, Summary: "It is " + string(code), Cause: cause}
}

// TestOf: the outermost failure is told, and of joined ones that whose exit code
// counts, with the others named.
func TestOf(t *testing.T) {
	t.Parallel()
	plain := errors.New("two\nlines")
	rejected, unknown := of(failure.Rejected, nil), of(failure.Unknown, nil)
	for name, c := range map[string]struct {
		err  error
		code failure.Code
		exit int
		says string
	}{
		"plain":                    {plain, failure.Other, 1, "two; lines"},
		"canceled":                 {fmt.Errorf("read: %w", context.Canceled), failure.Canceled, 1, "nothing was written"},
		"wrapped":                  {fmt.Errorf("apply: %w", rejected), failure.Rejected, 3, "It is rejected"},
		"the cause counts":         {of(failure.RolledBack, rejected), failure.RolledBack, 3, "It is rolled_back"},
		"a cause behind others":    {of(failure.Stopped, fmt.Errorf("a: %w", of(failure.Crash, nil))), failure.Stopped, 70, "It is stopped"},
		"joined with a plain one":  {errors.Join(plain, rejected), failure.Rejected, 3, "It is rejected"},
		"joined":                   {errors.Join(rejected, unknown), failure.Unknown, 7, "Besides: It is rejected"},
		"joined with a cancelling": {errors.Join(of(failure.Canceled, nil), of(failure.Path, nil)), failure.Canceled, 1, "Besides: It is path"},
		"joined twice":             {errors.Join(rejected, rejected), failure.Rejected, 3, "It is rejected"},
	} {
		f := failure.Of(c.err)
		if exit := failure.ExitCode(c.err); f.Code != c.code || exit != c.exit || !strings.Contains(f.Error(), c.says) {
			t.Errorf("%s: %s, exit code %d: %s", name, f.Code, exit, f)
		}
	}
	if failure.Of(nil) != nil || failure.ExitCode(nil) != failure.ExitDone {
		t.Error("nothing failed")
	}
	if f := failure.Of(errors.Join(rejected, rejected)); strings.Contains(f.Detail, "Besides") {
		t.Errorf("one failure is told twice: %s", f)
	}
}

// TestPrecedence: of two exit codes the one that matters more counts, whatever
// their order.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	order := []failure.Code{failure.Crash, failure.Unknown, failure.Interrupted, failure.Held, failure.Conflict, failure.Denied, failure.Invalid}
	for i, code := range order {
		for _, less := range order[i+1:] {
			want := code.Exit()
			if got := failure.ExitCode(errors.Join(of(less, nil), of(code, nil))); got != want {
				t.Errorf("%s and %s: exit code %d", less, code, got)
			}
			if f := failure.Of(errors.Join(of(less, nil), of(code, nil))); f.Code != code {
				t.Errorf("%s and %s: %s is told", less, code, f.Code)
			}
		}
	}
}
