package cli

import (
	"errors"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/render"
)

// fail prints why a command did not come to its end, and returns the exit
// code. As JSON it goes to standard output: there is always one document.
func (a *app) fail(err error) int {
	code := codeOf(err)
	var told *shown
	if isFound(err) || errors.As(err, &told) && (a.isJSON() || told.silent) {
		return code
	}
	w := a.stderr
	if a.isJSON() {
		w = a.stdout
	}
	document := render.FailureDocument(a.explain(err), code)
	document.Diagnostics = append(document.Diagnostics, a.unsaid...)
	if printed := render.Error(w, document, a.optionsFor(w)); printed != nil && code == failure.ExitDone {
		code = failure.ExitError
	}
	return code
}

// explain is an error as it is shown. Only the command line knows where a fault is
// to be reported, and with what.
func (a *app) explain(err error) *failure.Failure {
	if crash, ok := errors.AsType[*fault.Fault](err); ok {
		return a.explainFault(crash)
	}
	return failure.Of(err)
}

// warn prints warnings to standard error; in JSON they are in the result.
func (a *app) warn(l diag.List) error {
	if len(l) == 0 || a.out.quiet || a.isJSON() {
		return nil
	}
	return render.Diagnostics(a.stderr, l, a.optionsFor(a.stderr))
}

// shellWord is a word as a shell reads it.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+@%=:,") == "" && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
