package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/render"
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
	// mu keeps the lines of stages apart.
	mu sync.Mutex
}

// target is one file, or a stream.
type target struct {
	format render.Format
	w      io.Writer
	// name is the file's; it is written aside until all of it is there.
	name string
	file *os.File
	// inPlace says that it is written where it is: lines that others follow, and
	// what is no regular file.
	inPlace bool
}

// openReports opens every file before anything else happens, so that an apply is
// not the first to find out that one can't be written.
func (a *app) openReports(o *outputFlags) error {
	if o.format != formatText && o.format != formatJSON && slices.Contains(reportFormats(), o.format) {
		a.reports.targets = append(a.reports.targets, &target{format: render.Format(o.format), w: a.stdout})
		a.stdout, a.machine = io.Discard, true
	}
	for _, text := range o.outputs {
		t, err := a.newTarget(text)
		if err != nil {
			return err
		}
		a.reports.targets = append(a.reports.targets, t)
	}
	if a.reporting() {
		a.reports.report.Base = a.base()
	}
	return nil
}

func (a *app) newTarget(text string) (*target, error) {
	format, name, _ := strings.Cut(text, "=")
	if !slices.Contains(reportFormats(), format) {
		hint := lang.DidYouMean(format, reportFormats())
		if hint == "" {
			hint = "it is one of " + strings.Join(reportFormats(), ", ")
		}
		return nil, usage(fmt.Sprintf("--output can't be %q", format), hint)
	}
	t := &target{format: render.Format(format), name: name}
	switch {
	case name == "" && t.format == render.GitHub:
		t.w = a.stderr // a workflow reads commands from both streams
		return t, nil
	case name == "":
		return nil, usage("--output "+format+" names no file", "write it as --output "+format+"=FILE; --format "+format+" prints it instead of the text")
	case name == "-":
		return nil, usage("--output "+text+" would be mixed with the text", "print it instead of the text with --format "+format)
	}
	return t, t.open()
}

// reportMode is the mode of a report: it may hold what a network is made of.
const reportMode = 0o600

// open makes sure that the file can be written. Lines are written as they come,
// all else is written aside and put in its place whole.
func (t *target) open() (err error) {
	info, err := os.Stat(t.name)
	there := err == nil
	switch {
	case there && info.IsDir():
		return usage(fmt.Sprintf("--output: %s is a folder", t.name), "name a file")
	case there && precious(t.name):
		return usage(fmt.Sprintf("--output: %s is there already, and is no report", t.name), "it would be overwritten: choose another name")
	}
	t.inPlace = t.format == render.NDJSON || there && !info.Mode().IsRegular()
	if t.inPlace {
		t.file, err = os.OpenFile(t.name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, reportMode)
	} else {
		t.file, err = os.CreateTemp(filepath.Dir(t.name), ".sigilform-report-*")
	}
	if err != nil {
		return usage(fmt.Sprintf("--output: %s can't be written: %s", t.name, causeOf(err)), "make the folder first, or choose another file")
	}
	t.w = t.file
	return nil
}

// precious reports whether a file is a configuration or a saved plan, which no
// slip of the hand should cost.
func precious(name string) bool {
	saved, _ := engine.IsPlanFile(name)
	return saved || strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json")
}

func causeOf(err error) string {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// reporting says whether anything but the text is asked for.
func (a *app) reporting() bool { return len(a.reports.targets) > 0 }

// keepPlan, and the others, remember what the command came to.
func (a *app) keepPlan(planned *engine.Planned) {
	if !a.reporting() {
		return
	}
	d := render.NewPlan(planned.Plan)
	d.Journal = render.NewJournal(a.journal)
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
	r.Command, r.Tool, r.ExitCode = a.commandName(), a.build.Version, code
	o := render.Options{Secrets: a.secrets, Journal: a.journal, Restored: a.restored}
	var failed error
	for _, t := range a.reports.targets {
		err := r.Write(t.w, t.format, o)
		if t.format == render.GitHub {
			err = errors.Join(err, a.publishGitHub(r, o))
		}
		failed = errors.Join(failed, t.close(err))
	}
	a.reports.targets = nil
	if failed == nil {
		return code
	}
	_ = render.Error(a.stderr, render.ErrorDocument{
		Summary: "a report could not be written", Detail: failed.Error(), Hint: "the command itself has ended as said above",
	}, a.optionsFor(a.stderr))
	if code == exitDone {
		return exitError
	}
	return code
}

func (a *app) commandName() string {
	if a.engine.Command == "" {
		return a.root.Name()
	}
	return a.engine.Command
}

// close puts a finished file in its place, and takes a failed one away.
func (t *target) close(err error) error {
	if t.file == nil {
		return err
	}
	if t.inPlace {
		return errors.Join(err, t.file.Close())
	}
	err = errors.Join(err, t.file.Chmod(reportMode), t.file.Close())
	if err == nil {
		err = os.Rename(t.file.Name(), t.name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(t.file.Name()))
	}
	return err
}

// abandonReports takes unfinished files away, after a fault.
func (a *app) abandonReports() {
	for _, t := range a.reports.targets {
		_ = t.close(errors.New("abandoned"))
	}
	a.reports.targets = nil
}

// stage writes a stage to whoever follows the lines.
func (a *app) stage(what string) {
	a.reports.mu.Lock()
	defer a.reports.mu.Unlock()
	for _, t := range a.reports.targets {
		if t.format == render.NDJSON {
			_ = render.Stage(t.w, a.engine.Clock(), what)
		}
	}
}

// base is the way from the top of the repository to the current folder, where a
// CI service says where the top is.
func (a *app) base() string {
	here, err := os.Getwd()
	if err != nil {
		return ""
	}
	for _, name := range []string{"GITHUB_WORKSPACE", "CI_PROJECT_DIR"} {
		top := a.engine.Env.Get(name)
		if top == "" {
			continue
		}
		if way, err := filepath.Rel(top, here); err == nil && way != "." && !strings.HasPrefix(way, "..") {
			return filepath.ToSlash(way) + "/"
		}
	}
	return ""
}

// keepValidation keeps the result of a validation.
func (a *app) keepValidation(d render.ValidationDocument, path string) {
	a.reports.report.Validation, a.reports.report.Path = &d, path
}

// keepError remembers why the command failed.
func (a *app) keepError(err error, code int) {
	if !a.reporting() || isFound(err) {
		return
	}
	d := a.explain(err)
	d.ExitCode = code
	d.Diagnostics = append(diag.List{}, d.Diagnostics...)
	a.reports.report.Error = render.NewError(d)
}
