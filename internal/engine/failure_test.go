package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/embedded"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// TestFailures holds that every error of the use-cases has a code, and says what
// a person needs to hear of it.
func TestFailures(t *testing.T) {
	t.Parallel()
	cause := errors.New("a cause")
	moved := apply.Moved{Moved: kv.Moved{Guard: kv.Guard{Kind: kv.Unmoved, Key: "/k", Revision: 3}, Key: "/k", Found: 9}, Address: "core.a"}
	for code, c := range map[string]struct {
		err  error
		says []string
	}{
		"unknown":         {&apply.Unknown{Serial: 4, Apply: "ab12", Asked: 30 * time.Second, Cause: cause}, []string{"not known", "30s", "serial 4", "ab12", "history"}},
		"rejected":        {&apply.Rejected{Moved: []apply.Moved{moved}}, []string{"moved since the plan", "Nothing was written", "plan again"}},
		"applied-already": {&apply.Refused{Reason: failure.AppliedAlready, Summary: "the plan was applied already", Detail: "It became serial 2."}, []string{"already", "serial 2", "Nothing was written"}},
		"not_written":     {&apply.NotWritten{Cause: cause}, []string{"nothing was written", "a cause"}},
		"too_large":       {fmt.Errorf("apply: %w", &kv.TooLarge{Bytes: 2, MaxBytes: 1}), []string{"does not fit", "Nothing was written"}},
		"conflict":        {&Conflicted{Plan: &plan.Plan{Conflicts: []plan.Conflict{{Summary: "x is there", Hint: "adopt it"}}}}, []string{"x is there", "adopt it"}},
		"unexpected": {
			&Unexpected{Expected: "abc", Plan: &plan.Plan{Intent: "def"}, Before: &state.History{Serial: 4, Actor: "eve"}},
			[]string{"not the one", "def", "Expected was abc", "serial 4", "eve", "nothing to do", "Nothing was written"},
		},
		"canceled":       {&Canceled{Cause: context.Canceled}, []string{"nothing was written"}},
		"invalid":        {invalid("Something is wrong", "Because.", "Do it."), []string{"Something is wrong", "Because.", "Do it."}},
		"path":           {&NoSuchPath{Path: "x", Cause: cause}, []string{"x can't be opened: a cause", ".hcl"}},
		"held":           {errors.Join(&embedded.Held{Dir: "/d", PID: 7, Command: "sigilform dev"}, cause), []string{"Process 7, `sigilform dev`", "/d"}},
		"nothing_here":   {&NothingHere{Folder: "/d"}, []string{"/d", "--endpoints"}},
		"etcd_no_quorum": {&etcd.ConnectError{Code: failure.EtcdNoQuorum, Summary: "no quorum", Detail: "D.", Hint: "h"}, []string{"no quorum", "D.", "h"}},
		"damaged_plan":   {fmt.Errorf("p: %w", &planfile.Damaged{Reason: "it is truncated"}), []string{"damaged", "it is truncated."}},
		"newer_plan":     {&planfile.TooNew{Format: 9}, []string{"format 9"}},
		"no_plan":        {fmt.Errorf("p: %w", planfile.ErrNoPlan), []string{"not a plan file", "--out"}},
		"newer_state":    {&state.Damaged{Key: "/k", Cause: &state.TooNew{Format: 9}}, []string{"A newer sigilform", "format 9"}},
		"damaged_state":  {&state.Damaged{Key: "/k", Cause: cause}, []string{"/k", "a cause"}},
		"interrupted":    {&apply.Interrupted{Network: "n", Journal: &state.Journal{Actor: "alice", Done: 3, Ops: 9}}, []string{"\"n\"", "recover", "alice", "3 of 9"}},
		"never_applied":  {&NeverApplied{Network: "n", Known: []string{"a", "b"}}, []string{"\"n\"", "a, b", "--network"}},
		"no_such_serial": {&NoSuchSerial{Network: "n", Serial: 9, Newest: 2}, []string{"9", "newest is 2"}},
		"error":          {cause, []string{"a cause"}},
	} {
		d := document(c.err)
		text := strings.Join([]string{d.Summary, d.Detail, d.Hint}, " | ")
		if d.Code != code {
			t.Errorf("%s: the code is %s: %s", code, d.Code, text)
		}
		for _, word := range c.says {
			if !strings.Contains(text, word) {
				t.Errorf("%s: %q is missing in: %s", code, word, text)
			}
		}
	}
	if d := document(&apply.Rejected{Moved: []apply.Moved{moved}}); len(d.Moved) != 1 || d.Moved[0].Planned != 3 || d.Moved[0].Found != 9 || d.Moved[0].Address != "core.a" {
		t.Errorf("moved keys: %+v", d.Moved)
	}
	if d := document(&NoSuchPath{Path: "x", Cause: cause, Saved: true}); strings.Contains(d.Hint, ".hcl") || !strings.Contains(d.Hint, "who may read the file") {
		t.Errorf("a saved file: %q", d.Hint)
	}
	inFile := diag.List{{Severity: diag.Error, Summary: "S", Range: &diag.Range{File: "f"}}}
	if d := document(inFile.Err()); len(d.Diagnostics) != 1 || d.Summary != "" {
		t.Errorf("findings in files: %+v", d)
	}
}

func document(err error) render.ErrorDocument {
	return render.FailureDocument(failure.Of(err), failure.ExitCode(err))
}
