package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFloors holds the architecture over the whole module.
func TestFloors(t *testing.T) {
	t.Parallel()
	packages := list(t)
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	for _, p := range packages {
		for _, breach := range check(p) {
			t.Error(breach)
		}
	}
}

// TestRoomsExist keeps the table free of packages that are gone.
func TestRoomsExist(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, p := range list(t) {
		there[p.path] = true
	}
	for room := range rooms() {
		if !there[room] {
			t.Errorf("%s stands in the table of rooms, but there is no such package", room)
		}
	}
	for start, allowed := range outside() {
		for _, room := range allowed {
			if _, ok := rooms()[room]; !ok {
				t.Errorf("%s may be imported by %s, but there is no such room", start, room)
			}
		}
	}
}

// TestOutsideIsImported keeps the table of outside imports free of rows, and of
// rooms in them, that nothing needs.
func TestOutsideIsImported(t *testing.T) {
	t.Parallel()
	for _, idle := range idle(list(t), outside()) {
		t.Error(idle)
	}
}

// idle lists what of a table of outside imports no package has.
func idle(packages []pkg, table map[string][]string) []string {
	used := map[[2]string]bool{}
	for _, p := range packages {
		for _, f := range p.files {
			file, err := parser.ParseFile(token.NewFileSet(), f.name, f.text, parser.ImportsOnly)
			if err != nil {
				continue // check tells of it
			}
			for _, spec := range file.Imports {
				used[[2]string{row(unquote(spec.Path.Value), table), p.path}] = true
			}
		}
	}
	var found []string
	for _, start := range slices.Sorted(maps.Keys(table)) {
		for _, room := range table[start] {
			if !used[[2]string{start, room}] {
				found = append(found, fmt.Sprintf("%s may import %s, and does not: take it out of the table", room, start))
			}
		}
	}
	return found
}

// TestDocumented keeps docs/ARCHITECTURE.md as complete as the table of rooms.
func TestDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for room := range rooms() {
		if !bytes.Contains(text, []byte("`"+strings.TrimPrefix(room, "internal/")+"`")) {
			t.Errorf("docs/ARCHITECTURE.md does not name the room %s", room)
		}
	}
}

// TestMainIsShort keeps the program a door: what it does is in internal/cli.
func TestMainIsShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "cmd", "sigilform", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 25 {
		t.Errorf("cmd/sigilform/main.go has %d lines, more than 25", n)
	}
}

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath     string
	Dir            string
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
}

// list asks go for the packages of the module and reads their sources, those
// for other systems included.
func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Dir,GoFiles,CgoFiles,IgnoredGoFiles", "./...")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	watch(t, cmd.Dir)
	var packages []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if p := load(t, l); len(p.files) > 0 {
			packages = append(packages, p)
		}
	}
}

// watch opens every folder of the module, so that a cached result of this test
// is used only while no file came or went.
func watch(t *testing.T, root string) {
	t.Helper()
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(_ string, _ os.DirEntry, err error) error { return err })
		if err != nil {
			t.Fatal(err)
		}
	}
}

func load(t *testing.T, l listed) pkg {
	t.Helper()
	p := pkg{path: strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, module), "/")}
	for _, name := range slices.Concat(l.GoFiles, l.CgoFiles, l.IgnoredGoFiles) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		p.files = append(p.files, source{name: name, text: string(text)})
	}
	return p
}
