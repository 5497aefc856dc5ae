package engine

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/atomicfile"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/export"
)

// Formatted is one file whose text is not in canonical form.
type Formatted struct {
	// Name is the file as the user would name it.
	Name   string
	Before []byte
	After  []byte

	path string
}

// Format formats one text.
func (e *Engine) Format(name string, text []byte) ([]byte, error) {
	out, found := export.Format(name, text)
	return out, found.Err()
}

// FormatFiles finds the files of a path whose text is not in canonical form.
// Nothing is written. Files that can't be read are all named in the error.
func (e *Engine) FormatFiles(name string, recursive bool) ([]Formatted, error) {
	p, err := open(name)
	if err != nil {
		return nil, err
	}
	defer p.close()
	files := []string{p.file}
	if p.file == "" {
		if files, err = formattable(p, recursive); err != nil {
			return nil, err
		}
	}
	var out []Formatted
	var broken diag.List
	for _, file := range files {
		f, found, err := p.format(file)
		if err != nil {
			return nil, err
		}
		broken = append(broken, found...)
		if f != nil {
			out = append(out, *f)
		}
	}
	return out, broken.Err()
}

func (p *place) format(file string) (*Formatted, diag.List, error) {
	shown := path.Join(p.shown, file)
	text, err := p.files().Read(file, config.MaxFile)
	if err != nil {
		return nil, nil, &NoSuchPath{Path: shown, Cause: err}
	}
	after, found := export.Format(shown, text)
	if found.HasErrors() || bytes.Equal(after, text) {
		return nil, found, nil
	}
	return &Formatted{Name: shown, Before: text, After: after, path: filepath.Join(p.folder, file)}, nil, nil
}

// formattable lists the HCL files of a folder; JSON has no form of ours.
func formattable(p *place, recursive bool) ([]string, error) {
	var out []string
	err := fs.WalkDir(p.files(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (!recursive || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(name, ".hcl") && !strings.HasPrefix(d.Name(), "."):
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		return nil, &NoSuchPath{Path: p.shown, Cause: err}
	}
	if len(out) == 0 {
		return nil, invalid(fmt.Sprintf("There is no .hcl file in %s", p.shown), "", "Name the folder or the file to format.")
	}
	slices.Sort(out)
	return out, nil
}

// configurationFiles lists the configuration files of a folder.
func configurationFiles(p *place) []string {
	entries, err := fs.ReadDir(p.files(), ".")
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".vars.hcl") &&
			(strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json")) {
			out = append(out, name)
		}
	}
	return out
}

// Write puts the canonical text in the file's place, wholly or not at all, and
// keeps its mode. A link is followed: what it leads to is written.
func (f *Formatted) Write() error {
	if err := atomicfile.Put(f.path, f.After, atomicfile.Options{Follow: true}); err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	return nil
}
