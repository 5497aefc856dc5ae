package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// chosen is the switch that all functions of the package ask.
const chosen = `package %s

import ("os"; "strconv")

var mutantOn = func() int { n, _ := strconv.Atoi(os.Getenv("SIGILFORM_MUTANT")); return n }()
`

// overlay writes the files that take the place of the package's, without what does
// not compile.
func overlay(ctx context.Context, dir, work string, sources []*source) (file string, dropped map[int]bool, err error) {
	imports, err := exported(ctx, dir)
	if err != nil {
		return "", nil, err
	}
	dropped = map[int]bool{}
	for {
		wrong, err := check(sources, dropped, imports)
		if err != nil {
			return "", nil, err
		}
		n := len(dropped)
		for _, e := range wrong {
			drop(sources, e, dropped)
		}
		switch {
		case len(wrong) == 0:
			file, err := writeOverlay(dir, work, sources, dropped)
			return file, dropped, err
		case len(dropped) == n:
			return "", nil, fmt.Errorf("the mutants of %s: %w", dir, wrong[0])
		}
	}
}

// exported opens what the compiler said of the packages that one imports.
func exported(ctx context.Context, dir string) (importer.Lookup, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./"+dir).Output()
	if err != nil {
		return nil, fmt.Errorf("what %s imports: %w", dir, err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[name] = file
	}
	return func(name string) (io.ReadCloser, error) { return os.Open(files[name]) }, nil
}

// check lists what the compiler would say.
func check(sources []*source, dropped map[int]bool, imports importer.Lookup) ([]types.Error, error) {
	set := token.NewFileSet()
	var files []*ast.File
	add := func(name string, text []byte) error {
		f, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		files = append(files, f)
		return err
	}
	for _, s := range sources {
		if err := add(s.path, s.generate(dropped)); err != nil {
			return nil, err
		}
	}
	if err := add("mutant_on.go", switchFile(sources)); err != nil {
		return nil, err
	}
	var wrong []types.Error
	c := types.Config{Importer: importer.ForCompiler(set, "gc", imports), Error: func(err error) {
		if e := (types.Error{}); errors.As(err, &e) {
			wrong = append(wrong, e)
		}
	}}
	_, _ = c.Check("mutants", set, files, nil) // its error is the first of wrong
	return wrong, nil
}

func switchFile(sources []*source) []byte {
	return fmt.Appendf(nil, chosen, sources[0].syntax.Name.Name)
}

func drop(sources []*source, e types.Error, dropped map[int]bool) {
	at := e.Fset.Position(e.Pos)
	for _, s := range sources {
		if s.path != at.Filename {
			continue
		}
		for _, m := range s.mutants {
			if m.first <= at.Line && at.Line <= m.last {
				dropped[m.number] = true
			}
		}
	}
}

func writeOverlay(dir, work string, sources []*source, dropped map[int]bool) (string, error) {
	replace := map[string]string{}
	put := func(original string, text []byte) error {
		full, err := filepath.Abs(original)
		if err != nil {
			return err
		}
		copied := filepath.Join(work, filepath.Base(original))
		replace[full] = copied
		return os.WriteFile(copied, text, 0o644)
	}
	for _, s := range sources {
		if err := put(s.path, s.generate(dropped)); err != nil {
			return "", err
		}
	}
	if err := put(filepath.Join(dir, "mutant_on.go"), switchFile(sources)); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(work, "overlay.json")
	return file, os.WriteFile(file, text, 0o644)
}
