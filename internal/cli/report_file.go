package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/atomicfile"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/render"
)

// target is one file, or a stream.
type target struct {
	format render.Format
	w      io.Writer
	name   string
	// end ends the file, nil where there is none: one that is written aside gets
	// its place unless there is an error, which it returns.
	end func(error) error
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

// open makes sure that the file can be written. Lines, which others follow, and
// what is no regular file are written where they are; all else is written aside.
func (t *target) open() error {
	info, err := os.Stat(t.name)
	there := err == nil
	switch {
	case there && info.IsDir():
		return usage(fmt.Sprintf("--output: %s is a folder", t.name), "name a file")
	case there && precious(t.name):
		return usage(fmt.Sprintf("--output: %s is there already, and is not a report", t.name), "it would be overwritten: choose another name")
	case t.format == render.NDJSON || there && !info.Mode().IsRegular():
		err = t.openInPlace(there && info.Mode().IsRegular())
	default:
		var f *atomicfile.File
		if f, err = atomicfile.Create(t.name, atomicfile.Options{Mode: reportMode}); err == nil {
			t.w, t.end = f, f.Close
		}
	}
	if err != nil {
		return usage(fmt.Sprintf("--output: %s can't be written: %s", t.name, causeOf(err)), "make the folder first, or choose another file")
	}
	return nil
}

// openInPlace opens a file to be written where it is. What a file that was there
// holds from now on is not for those who could read it before.
func (t *target) openInPlace(narrow bool) error {
	f, err := openReport(t.name, os.O_TRUNC)
	if err != nil {
		return err
	}
	if narrow {
		if err := f.Chmod(reportMode); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	t.w, t.end = f, func(err error) error { return errors.Join(err, f.Close()) }
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
	if t.end == nil {
		return err
	}
	return t.end(err)
}
