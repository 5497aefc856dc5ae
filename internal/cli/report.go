package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"

	"github.com/sigilgate/sigilform/internal/failure"
)

// reportFormats are those of commands that come to something a pipeline reads.
func reportFormats() []string {
	return []string{
		formatText, formatJSON, string(render.Markdown), string(render.GitHub), string(render.GitLab), string(render.CodeQuality),
		string(render.SARIF), string(render.JUnit), string(render.NDJSON),
	}
}

// addReports defines --format with all formats, and --output.
func (o *outputFlags) addReports(c *cobra.Command) {
	o.add(c, reportFormats()...)
	c.Flags().StringArrayVar(&o.outputs, "output", nil, "write the result in a format to a file as well, `FORMAT=FILE`; may be repeated")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(toCompletions(reportFormats()[2:]), cobra.ShellCompDirectiveNoSpace))
}

// reports are the files that are written beside what is printed, and what they
// will hold.
type reports struct {
	targets []*target
	report  render.Report
}

// openReports opens every file before anything else happens, so that an apply is
// not the first to find out that one can't be written.
func (a *app) openReports(o *outputFlags) error {
	if o.format != formatText && o.format != formatJSON && slices.Contains(reportFormats(), o.format) {
		a.reports.targets = append(a.reports.targets, &target{format: render.Format(o.format), w: a.stdout})
		a.stdout, a.machine = io.Discard, true
	}
	for i, text := range o.outputs {
		if err := a.repeated(text, o.outputs[:i]); err != nil {
			return err
		}
		t, err := a.newTarget(text)
		if err != nil {
			return err
		}
		a.reports.targets = append(a.reports.targets, t)
	}
	if a.reporting() {
		a.reports.report.Top, a.reports.report.Base = a.top()
	}
	return nil
}

// reporting says whether anything but the text is asked for.
func (a *app) reporting() bool { return len(a.reports.targets) > 0 }

// keepPlan, and the others, remember what the command came to.
func (a *app) keepPlan(planned *engine.Planned) {
	if !a.reporting() {
		return
	}
	d := render.NewPlan(planned.Plan)
	d.Journal, d.File = render.NewJournal(a.journal), fileOf(planned)
	a.reports.report.Plan, a.reports.report.Places = &d, planned.Places()
}

func (a *app) keepDrift(drifted *engine.Drifted) {
	if !a.reporting() {
		return
	}
	d := render.NewDrift(drifted.Report)
	d.Journal, d.Restored = render.NewJournal(a.journal), a.restored
	a.reports.report.Drift, a.reports.report.Places = &d, drifted.Places
}

// publish writes every report, at the end of whatever happened, and returns the
// exit code.
func (a *app) publish(code int) int {
	r := &a.reports.report
	r.Command, r.Tool, r.ExitCode, r.At = a.commandName(), a.build.Version, code, a.engine.Clock()
	o := render.Options{Secrets: a.secrets, Journal: a.journal, Restored: a.restored}
	var failed error
	for _, t := range a.reports.targets {
		o.Veil = a.veilOf(t.w)
		err := r.Write(t.w, t.format, o)
		if t.format == render.GitHub {
			o.Veil = a.engine.Veil
			err = errors.Join(err, a.publishGitHub(r, o))
		}
		failed = errors.Join(failed, t.close(err))
	}
	a.reports.targets = nil
	if failed == nil {
		return code
	}
	_ = render.Error(a.stderr, render.FailureDocument(&failure.Failure{
		Code: failure.Report, Summary: "A report could not be written", Detail: failed.Error(), Hint: "the command itself has ended as said above",
	}, failure.ExitError), a.optionsFor(a.stderr))
	if code == failure.ExitDone {
		return failure.ExitError
	}
	return code
}

func (a *app) commandName() string {
	if a.engine.Command == "" {
		return a.root.Name()
	}
	return a.engine.Command
}

// abandonReports takes unfinished files away, after a fault.
func (a *app) abandonReports() {
	for _, t := range a.reports.targets {
		_ = t.close(errors.New("abandoned"))
	}
	a.reports.targets = nil
}

// stage says what is done now: on the terminal, and to whoever follows the lines.
func (a *app) stage(what string) {
	if a.progress != nil {
		a.progress.stage(what)
	}
	for _, t := range a.reports.targets {
		if t.format == render.NDJSON {
			_ = render.Stage(t.w, a.engine.Clock(), what)
		}
	}
}

// top is the folder of the repository, where a CI service says which that is, and
// the way from there to the current folder.
func (a *app) top() (top, base string) {
	here, err := os.Getwd()
	if err != nil {
		return "", ""
	}
	for _, name := range []string{"GITHUB_WORKSPACE", "CI_PROJECT_DIR"} {
		folder := a.engine.Env.Get(name)
		if !filepath.IsAbs(folder) {
			continue
		}
		way, err := filepath.Rel(folder, here)
		switch {
		case err != nil || way == ".." || strings.HasPrefix(way, ".."+string(filepath.Separator)):
			continue
		case way == ".":
			return filepath.ToSlash(filepath.Clean(folder)), ""
		}
		return filepath.ToSlash(filepath.Clean(folder)), filepath.ToSlash(way) + "/"
	}
	return "", ""
}

// keepValidation keeps the result of a validation.
func (a *app) keepValidation(d render.ValidationDocument, path string) {
	d.Diagnostics = d.Diagnostics.Bounded()
	a.reports.report.Validation, a.reports.report.Path = &d, path
}

// keepError remembers why the command failed.
func (a *app) keepError(err error, code int) {
	if !a.reporting() || isFound(err) {
		return
	}
	d := render.FailureDocument(a.explain(err), code)
	d.Diagnostics = append(diag.List{}, d.Diagnostics...)
	a.reports.report.Error = render.NewError(d)
}
