package cli

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
)

// planned is a plan with changes, as far as it is told.
func planned(change ...func(*plan.Plan)) *engine.Planned {
	p := &plan.Plan{Catalogue: schema.Network(), Network: "prod", Prefix: "/sigilgate/", Mode: plan.ModeApply, Intent: strings.Repeat("0", 64)}
	for _, f := range change {
		f(p)
	}
	return &engine.Planned{Plan: p, Secrets: []string{"hunter2-marker"}}
}

func changes(p *plan.Plan) {
	p.Data = []kv.Op{{Kind: kv.Put, Key: "/sigilgate/nodes/192.0.2.1/region", Value: "nl"}}
	p.Changes = []plan.Change{{Kind: "core", Address: "core.ams", Action: plan.Update, Fields: []plan.FieldChange{{
		Name: "region", Action: plan.Update, Row: plan.RowUpdate, Old: &plan.Value{Text: "de"}, Last: &plan.Value{Text: "de"}, New: &plan.Value{Text: "nl"},
	}}}}
}

func drifts(p *plan.Plan) {
	changes(p)
	f := &p.Changes[0].Fields[0]
	f.Row, f.Reason, f.Last = plan.RowRestore, plan.Drift, &plan.Value{Text: "nl"}
}

func conflicts(p *plan.Plan) {
	p.Conflicts = []plan.Conflict{{Summary: "someone has hunter2-marker already"}}
}

func denies(p *plan.Plan) {
	changes(p)
	p.Policies = []plan.PolicyResult{{Name: "never", Severity: diag.Error, Verdict: plan.Failed, Message: "no changes"}}
}

// unexpected is a plan that is not the one that was reviewed.
func unexpected() *engine.Planned {
	p := planned(changes)
	p.Refused = &engine.Unexpected{Expected: "abc", Plan: p.Plan}
	return p
}

// TestPlanEnds: which exit code a plan ends with, what is printed where, and that
// nothing of it is a secret.
func TestPlanEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		planned  *engine.Planned
		flags    planFlags
		detailed bool
		code     int
		error    string
	}{
		"nothing to do":                   {planned(), planFlags{}, false, 0, ""},
		"nothing to do, in detail":        {planned(), planFlags{}, true, 0, ""},
		"changes":                         {planned(changes), planFlags{}, false, 0, ""},
		"changes, in detail":              {planned(changes), planFlags{}, true, failure.ExitFound, ""},
		"drift":                           {planned(drifts), planFlags{}, false, 0, ""},
		"drift that is to fail":           {planned(drifts), planFlags{failOnDrift: true}, false, failure.ExitFound, ""},
		"no drift, which was to fail":     {planned(changes), planFlags{failOnDrift: true}, false, 0, ""},
		"a conflict":                      {planned(conflicts), planFlags{}, true, failure.ExitConflict, "can't be applied"},
		"a denied one":                    {planned(denies), planFlags{failOnDrift: true}, true, failure.ExitDenied, "The policy never denies the plan"},
		"another than the expected one":   {unexpected(), planFlags{}, false, failure.ExitConflict, "not the one that was expected"},
		"a conflict of one that is drift": {planned(drifts, conflicts), planFlags{failOnDrift: true}, false, failure.ExitConflict, "can't be applied"},
	} {
		for _, format := range []string{formatText, formatJSON} {
			h := listening(format)
			err := h.endPlan(t.Context(), &c.flags, c.planned, saving{}, c.detailed)
			if got := codeOf(err); got != c.code {
				t.Errorf("%s as %s: code %d, want %d: %v", name, format, got, c.code, err)
			}
			if err != nil {
				h.fail(err)
			}
			aside := c.error
			if format == formatJSON {
				aside = ""
			}
			if h.out.Len() == 0 || !prints(&h.said, aside) || strings.Contains(h.out.String()+h.said.String(), "hunter2") {
				t.Errorf("%s as %s printed\n%s\nand said\n%s", name, format, h.out.String(), h.said.String())
			}
			if format == formatJSON && strings.Count(h.out.String(), `"document": "`) != 1 {
				t.Errorf("%s: not one document\n%s", name, h.out.String())
			}
		}
	}
}

// TestReview: what an apply shows and asks before it writes, and how it ends where
// it does not go on.
func TestReview(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		planned *engine.Planned
		flags   applyFlags
		code    int
		error   string
	}{
		"nothing to do":                 {planned(), applyFlags{}, 0, ""},
		"approved before":               {planned(changes), applyFlags{autoApprove: true}, 0, ""},
		"nobody to ask":                 {planned(changes), applyFlags{}, failure.ExitError, "Nobody was asked"},
		"drift that is to fail":         {planned(drifts), applyFlags{autoApprove: true, planFlags: planFlags{failOnDrift: true}}, failure.ExitFound, ""},
		"a conflict":                    {planned(conflicts), applyFlags{autoApprove: true}, failure.ExitConflict, "can't be applied"},
		"a denied one":                  {planned(denies), applyFlags{autoApprove: true}, failure.ExitDenied, "never denies"},
		"another than the expected one": {unexpected(), applyFlags{autoApprove: true}, failure.ExitConflict, "not the one that was expected"},
	} {
		for _, format := range []string{formatText, formatJSON} {
			h := listening(format)
			h.stdin = nothing(t)
			r := &review{app: h.app, flags: &c.flags, question: "Apply these changes?"}
			err := r.review(t.Context(), c.planned)
			if err != nil {
				err = r.fail(err)
			}
			if got := codeOf(err); got != c.code {
				t.Errorf("%s as %s: code %d, want %d: %v", name, format, got, c.code, err)
			}
			if err != nil {
				h.fail(err)
			}
			aside := c.error
			if format == formatJSON {
				aside = ""
			}
			// As JSON an apply that goes on prints what it did, not what it will do.
			if (format == formatText || err != nil) != (h.out.Len() > 0) || !prints(&h.said, aside) {
				t.Errorf("%s as %s printed\n%s\nand said\n%s", name, format, h.out.String(), h.said.String())
			}
		}
	}
}

// TestReviewSaysWhyItPlannedAgain: each reason has a text of its own.
func TestReviewSaysWhyItPlannedAgain(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, why := range []engine.Replanned{"", engine.UserCreated, engine.DeletedWritten, engine.BesideWritten} {
		h := listening(formatText)
		p := planned()
		p.Replanned = why
		if err := (&review{app: h.app, flags: &applyFlags{}}).review(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		text := h.said.String()
		if (why == "") != (text == "") || seen[text] || why != "" && !strings.Contains(text, "Planned again:") {
			t.Errorf("%q says %q", why, text)
		}
		seen[text] = true
	}
}

// TestFailsAfterReview: an apply that fails for another reason than its plan prints
// no plan as its result.
func TestFailsAfterReview(t *testing.T) {
	t.Parallel()
	h := listening(formatJSON)
	plain := errors.New("no answer")
	r := &review{app: h.app, flags: &applyFlags{}, last: planned(changes)}
	if err := r.fail(plain); !errors.Is(err, plain) || h.out.Len() > 0 {
		t.Errorf("got %v and %s", err, h.out.String())
	}
}

// nothing is an input that holds nothing.
func nothing(t *testing.T) *os.File {
	t.Helper()
	return typed(t, "")
}

// typed is an input that is no terminal and holds a text.
func typed(t *testing.T, text string) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if _, err = w.WriteString(text); err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}
