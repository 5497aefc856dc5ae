package failure

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
)

// Of is what is to be told of an error: the outermost failure in it. Of several
// that are joined it is the one whose exit code counts, and its detail names the
// others. An error that tells nothing is [Canceled] or [Other]; nil stays nil.
func Of(err error) *Failure {
	if err == nil {
		return nil
	}
	all := outermost(err)
	switch {
	case len(all) == 0 && errors.Is(err, context.Canceled):
		return &Failure{Code: Canceled, Summary: "Interrupted; nothing was written", Cause: err}
	case len(all) == 0:
		return &Failure{Code: Other, Summary: OneLine(err.Error()), Cause: err}
	case len(all) == 1:
		return all[0].Failure()
	}
	slices.SortStableFunc(all, func(a, b Teller) int { return cmp.Compare(rankOf(ExitCode(a)), rankOf(ExitCode(b))) })
	out := *all[0].Failure()
	for _, t := range all[1:] {
		if other := t.Failure(); other.Code != out.Code && other.Code != Canceled && other.Summary != "" {
			out.Detail = strings.TrimPrefix(out.Detail+"\nBesides: "+other.Error(), "\n")
		}
	}
	return &out
}

// ExitCode is the exit code of an error: of all failures in it, the causes of
// others among them, the first in the order of docs/cli.md. 0 is for nil.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	best := rankOf(ExitError)
	walk(err, func(t Teller) bool {
		best = min(best, rankOf(t.Failure().Code.Exit()))
		return true
	})
	return precedence()[best]
}

// outermost lists the failures that are not the cause of another.
func outermost(err error) []Teller {
	var out []Teller
	walk(err, func(t Teller) bool {
		out = append(out, t)
		return false
	})
	return out
}

// walk shows every failure in an error, and looks behind one where visit says so.
func walk(err error, visit func(Teller) bool) {
	if err == nil {
		return
	}
	if t, ok := err.(Teller); ok && !visit(t) { //nolint:errorlint // the tree is walked here
		return
	}
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ Unwrap() error }:
		walk(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			walk(one, visit)
		}
	}
}
