package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/render"
)

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

// repeated refuses a second report where there is one: it would take its place, or
// a workflow would be told everything twice.
func (a *app) repeated(text string, before []string) error {
	format, name, _ := strings.Cut(text, "=")
	if format == string(render.GitHub) && a.has(render.GitHub) {
		return usage("The report github is asked for twice", "leave one of them out")
	}
	for _, other := range before {
		_, taken, _ := strings.Cut(other, "=")
		if name != "" && sameFile(name, taken) {
			return usage("--output "+other+" and --output "+text+" name the same file", "give each report a file of its own")
		}
	}
	return nil
}

// has reports whether a format is asked for already.
func (a *app) has(f render.Format) bool {
	return slices.ContainsFunc(a.reports.targets, func(t *target) bool { return t.format == f })
}

// sameFile reports whether two names are of one regular file. A device may take
// several reports.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err == nil && !one.Mode().IsRegular() {
		return false
	}
	if two, failed := os.Stat(b); err == nil && failed == nil {
		return os.SameFile(one, two)
	}
	return absolute(a) == absolute(b)
}

func absolute(name string) string {
	if whole, err := filepath.Abs(name); err == nil {
		return whole
	}
	return filepath.Clean(name)
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
	if there && t.inPlace && info.Mode().IsRegular() {
		// What it holds from now on is not for those who could read it before.
		if err := t.file.Chmod(reportMode); err != nil {
			return errors.Join(err, t.file.Close())
		}
	}
	t.w = t.file
	return nil
}

// precious reports whether a file is a configuration, a saved plan or a snapshot,
// encrypted or not, which no slip of the hand should cost.
func precious(name string) bool {
	saved, _ := engine.IsPlanFile(name)
	return saved || slices.ContainsFunc([]string{".hcl", ".hcl.json", ".sigilplan", ".sigilsnap", ".age"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	})
}

func causeOf(err error) string {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// close puts a finished file in its place, and takes a failed one away.
func (t *target) close(err error) error {
	if t.file == nil {
		return err
	}
	if t.inPlace {
		return errors.Join(err, t.file.Close())
	}
	err = errors.Join(err, t.file.Chmod(reportMode), t.file.Sync(), t.file.Close())
	if err == nil {
		err = os.Rename(t.file.Name(), t.name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(t.file.Name()))
	}
	return err
}
