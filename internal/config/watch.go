package config

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

// Watch knows what is being evaluated. It may be asked from another goroutine
// than the one that evaluates.
type Watch struct {
	at atomic.Pointer[attr]
	// shown is how the user names a file, of those that were read.
	shown atomic.Pointer[map[string]string]
}

// Stop is the cause of a context that ends because the evaluation may not go
// on: it takes too long, or too much memory.
type Stop struct{ Summary, Detail, Hint string }

// Error is the summary.
func (s *Stop) Error() string { return s.Summary }

// enter notes the attribute whose value is being made.
func (w *Watch) enter(a *attr) {
	if w != nil {
		w.at.Store(a)
	}
}

// know notes how the files are called that were read.
func (w *Watch) know(sources map[string]*source) {
	if w == nil {
		return
	}
	names := make(map[string]string, len(sources))
	for name, s := range sources {
		names[name] = s.shown
	}
	w.shown.Store(&names)
}

// Stopped is the finding where an evaluation ended before its end: what stopped
// it, and what was being evaluated.
func (w *Watch) Stopped(cause error) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Summary: "Interrupted", Detail: "The configuration was not read to its end."}
	var stop *Stop
	if !errors.As(cause, &stop) {
		return d
	}
	d.Summary, d.Detail, d.Hint = stop.Summary, stop.Detail, stop.Hint
	if w == nil {
		return d
	}
	names := w.shown.Load()
	if a := w.at.Load(); a != nil && a.expr != nil && names != nil {
		d.Range = plainRange(a.expr.Range(), (*names)[a.expr.Range().Filename])
		d.Attribute = a.name
	}
	return d
}

func plainRange(h hcl.Range, file string) *diag.Range {
	pos := func(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
	return &diag.Range{File: file, Start: pos(h.Start), End: pos(h.End)}
}

// allow begins an evaluation: with a whole budget, until the context ends.
func (r *run) allow(ctx context.Context) {
	r.cause = func() error { return context.Cause(ctx) }
	r.budget.Renew(r.cause)
	r.exhausted = false
}

// stopped reports whether nothing more is to be evaluated.
func (r *run) stopped() bool { return r.budget.Err() != nil || r.cause() != nil }

// ended are the findings of an evaluation that did not come to its end; nil for
// one that did.
func (r *run) ended() diag.List {
	switch {
	case r.cause() != nil:
		return diag.List{r.options.Watch.Stopped(r.cause())}
	case r.budget.Err() != nil:
		r.overBudget(nil, hcl.Range{})
		return r.diagnostics()
	}
	return nil
}

// constant evaluates an expression that may refer to nothing.
func (r *run) constant(expr hcl.Expression) (cty.Value, hcl.Diagnostics) {
	v, diags := expr.Value(nil)
	if r.budget.Err() != nil {
		r.overBudget(diags, expr.Range())
	}
	return v, diags
}

// overBudget reports that nothing is evaluated any more, at the place where that
// was found out.
func (r *run) overBudget(diags hcl.Diagnostics, at hcl.Range) {
	var over *lang.OverBudget
	if !errors.As(r.budget.Err(), &over) {
		return // it was stopped from outside
	}
	for _, d := range diags {
		if d.Subject != nil && r.sources[d.Subject.Filename] != nil {
			at = *d.Subject
			break
		}
	}
	if r.exhausted {
		return
	}
	r.exhausted = true
	r.report(problem{
		summary: "The evaluation needs too much memory",
		detail:  "Here the values would take more than the " + lang.SizeText(over.Limit) + " that one evaluation may use.",
		hint:    "make the lists and texts smaller, or raise the limit with --eval-memory", at: at,
	})
}
