package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/snapshot"

	"github.com/sigilgate/sigilform/internal/failure"
)

// place is a PATH of the command line: the folder of a configuration, opened
// so that nothing outside it can be reached, also not by a symbolic link.
type place struct {
	root *os.Root
	// folder is the absolute folder, shown how the user named it.
	folder string
	shown  string
	// file is the single file that was named, empty for the whole folder.
	file string
}

// NoSuchPath is the error for a PATH that leads nowhere.
type NoSuchPath struct {
	Path  string
	Cause error
	// Saved says that it is the file of a plan or a snapshot.
	Saved bool
}

// Failure says what is wrong with it.
func (e *NoSuchPath) Failure() *failure.Failure {
	f := &failure.Failure{
		Code: failure.Path, Summary: fmt.Sprintf("There is no file or folder %s", e.Path),
		Hint: "name a .hcl file, or a folder that holds some", Cause: e.Cause,
	}
	if e.Saved {
		f.Hint = intake.Advice(e.Cause, "a saved plan or snapshot")
	}
	if !errors.Is(e.Cause, fs.ErrNotExist) {
		f.Summary = fmt.Sprintf("%s can't be opened: %s", e.Path, intake.Cause(e.Cause))
	}
	return f
}

// Error is the failure on one line.
func (e *NoSuchPath) Error() string { return failure.Text(e) }

// Unwrap returns the cause.
func (e *NoSuchPath) Unwrap() error { return e.Cause }

// open opens a PATH; it is the working directory where empty.
func open(path string) (*place, error) {
	if path == "" {
		path = "."
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, &NoSuchPath{Path: path, Cause: err}
	}
	p := &place{shown: filepath.ToSlash(filepath.Clean(path))}
	dir := path
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return nil, &NoSuchPath{Path: path, Cause: errors.New("it is neither a file nor a folder")}
		}
		dir, p.file = filepath.Split(path)
		p.shown = filepath.ToSlash(filepath.Clean(dir))
		if dir == "" {
			dir = "."
		}
		if err := refuseOtherFiles(path); err != nil {
			return nil, err
		}
	}
	if p.folder, err = filepath.Abs(dir); err != nil {
		return nil, &NoSuchPath{Path: path, Cause: err}
	}
	if p.root, err = os.OpenRoot(p.folder); err != nil {
		return nil, &NoSuchPath{Path: path, Cause: err}
	}
	return p, nil
}

// refuseOtherFiles names the mistake of giving a saved plan, or any other
// file, where a configuration is wanted.
func refuseOtherFiles(path string) error {
	saved, err := IsPlanFile(path)
	if err != nil {
		return &NoSuchPath{Path: path, Cause: err}
	}
	if first, err := peek(path); err == nil && snapshot.Is(first) {
		return invalid(fmt.Sprintf("%s is a snapshot, not a configuration", path), "This command reads a configuration.",
			"`sigilform plan --snapshot FILE [PATH]` plans from a snapshot.")
	}
	if saved {
		return invalid(fmt.Sprintf("%s is a saved plan, not a configuration", path), "This command reads a configuration.",
			"`sigilform show FILE` prints a saved plan, `sigilform apply FILE` applies it.")
	}
	if !strings.HasSuffix(path, ".hcl") && !strings.HasSuffix(path, ".hcl.json") {
		return invalid(fmt.Sprintf("%s is not a configuration", path), "The name of a configuration file ends in .hcl or .hcl.json.",
			"Name such a file, or the folder that holds some.")
	}
	return nil
}

// files are those of the folder.
func (p *place) files() intake.Folder { return intake.Folder{Root: p.root} }

func (p *place) close() { _ = p.root.Close() }
