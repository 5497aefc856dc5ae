package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/render"
)

// event shows what a use-case says while it is under way.
func (a *app) event(what engine.Event) error {
	switch e := what.(type) {
	case engine.Stage:
		a.stage(e.What)
	case engine.Midway:
		a.clear()
		a.journal = e.Journal
		a.note(render.JournalNote(e.Journal, e.Lock)...)
	case engine.Restored:
		a.tellRestored(e)
	case engine.Listening:
		return a.listening(e.Endpoint)
	case engine.Untold:
		a.untold(e)
	case engine.WatchUpdate:
		return a.stream.update(&e)
	default:
		return fmt.Errorf("an event %T that nobody shows", what)
	}
	return nil
}

// tellRestored says beside a result what it can't be read without, and in it
// where it is JSON.
func (a *app) tellRestored(r engine.Restored) {
	a.restored = render.NewRestored(r.Restored)
	a.clear()
	a.note(
		fmt.Sprintf("note: the cluster was restored from a snapshot: it holds what cluster %s had at serial %d,", render.Escape(r.From), r.Serial),
		fmt.Sprintf("applied by %s at %s. What was applied after that is not in it.", render.Escape(r.Actor), r.Time.Format(time.RFC3339)),
		"",
	)
}

// listening prints where the embedded server is.
func (a *app) listening(endpoint string) error {
	if _, err := io.WriteString(a.stdout, endpoint+"\n"); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	a.note("The embedded server listens there until Ctrl-C. In this folder sigilform uses it by itself; for etcdctl:",
		"  etcdctl --endpoints "+endpoint+" get --prefix /sigilgate/")
	return nil
}

// untold says that somebody could not be told: of one comparison as JSON in its
// result, else on standard error, also where only the result is wanted.
func (a *app) untold(e engine.Untold) {
	d := failure.Of(e.Cause)
	if a.isJSON() && a.stream == nil {
		a.unsaid = append(a.unsaid, diag.Diagnostic{Severity: diag.Warning, Summary: d.Summary, Detail: d.Detail, Hint: d.Hint})
		return
	}
	a.clear()
	o := a.optionsFor(a.stderr)
	o.Secrets = e.Secrets
	_ = render.Error(a.stderr, render.FailureDocument(d, failure.ExitCode(e.Cause)), o)
}
