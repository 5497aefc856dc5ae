package failure_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
)

var update = flag.Bool("update", false, "write the table of codes into docs/json.md")

// inner are exported errors that never leave the package above their own as they
// are: with who makes another of them.
func inner() map[string]string {
	return map[string]string{
		"apply.AuthInterrupted": "the cause of a Stopped",
		"apply.ShutOut":         "the cause of a Stopped",
		"config.Stop":           "the cause of a cancelled evaluation, which config tells with its place",
		"etcd.Taken":            "engine waits for the lock, or says who holds it with a Locked",
		"etcd.WatchLost":        "engine watches again; what is told is its cause",
		"intake.TooLarge":       "the caller names the file",
		"lang.OverBudget":       "config tells it with the place",
		"plan.Unsound":          "engine refuses the plan file as not authentic",
	}
}

// product parses every file of the product.
func product(t *testing.T) map[string][]*ast.File {
	t.Helper()
	out := map[string][]*ast.File{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out[file.Name.Name] = append(out[file.Name.Name], file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEveryErrorTells: an exported error says what is told of it, or whoever makes
// another of it is known.
func TestEveryErrorTells(t *testing.T) {
	t.Parallel()
	unused := inner()
	for name, files := range product(t) {
		errs, tells := methods(files, "Error"), methods(files, "Failure")
		for _, typ := range errs {
			known := name + "." + typ
			_, inside := unused[known]
			delete(unused, known)
			if told := slices.Contains(tells, typ); !told && !inside && ast.IsExported(typ) {
				t.Errorf("%s is an error without a failure: give it a method Failure", known)
			} else if told && inside {
				t.Errorf("%s has a failure: it is in the list for nothing", known)
			}
		}
	}
	for known := range unused {
		t.Errorf("%s is in the list and nowhere else", known)
	}
}

// methods lists the types that have a method.
func methods(files []*ast.File, name string) []string {
	var out []string
	for _, file := range files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == name && f.Type.Params.NumFields() == 0 {
				typ := f.Recv.List[0].Type
				if star, ok := typ.(*ast.StarExpr); ok {
					typ = star.X
				}
				if ident, ok := typ.(*ast.Ident); ok {
					out = append(out, ident.Name)
				}
			}
		}
	}
	return out
}

// TestCodes: a code means one thing, is in the list, and something fails with it.
func TestCodes(t *testing.T) {
	t.Parallel()
	files := product(t)
	used := named(files)
	listed := map[failure.Code]bool{}
	for _, m := range failure.Codes() {
		if listed[m.Code] || m.Text == "" || !strings.HasSuffix(m.Text, ".") {
			t.Errorf("%s is listed twice, or says nothing", m.Code)
		}
		listed[m.Code] = true
	}
	for name, value := range constants(files["failure"]) {
		if !listed[failure.Code(value)] {
			t.Errorf("%s has no meaning: it is not in Codes", name)
		}
		if !used[name] {
			t.Errorf("nothing fails with %s", name)
		}
	}
}

// named are the names of this package that the product uses.
func named(files map[string][]*ast.File) map[string]bool {
	used := map[string]bool{}
	for name, all := range files {
		for _, file := range all {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "failure" {
						used[n.Sel.Name] = true
					}
				case *ast.KeyValueExpr:
					if v, ok := n.Value.(*ast.Ident); ok && name == "failure" {
						used[v.Name] = true
					}
				}
				return true
			})
		}
	}
	return used
}

// constants are the names of the codes and their values.
func constants(files []*ast.File) map[string]string {
	out := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
				if typ, ok := v.Type.(*ast.Ident); ok && typ.Name == "Code" {
					out[v.Names[0].Name] = strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`)
				}
			}
			return true
		})
	}
	return out
}

var table = regexp.MustCompile(`(?s)(### Codes\n\n).*?(\n\n[^|])`)

// TestDocumented: docs/json.md lists what Codes does.
func TestDocumented(t *testing.T) {
	t.Parallel()
	const page = "../../docs/json.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| code | exit code | meaning |\n|---|---|---|\n")
	for _, m := range failure.Codes() {
		fmt.Fprintf(&b, "| `%s` | %d | %s |\n", m.Code, m.Exit, m.Text)
	}
	want := table.ReplaceAllString(string(text), "${1}"+strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "$", "$$")+"${2}")
	switch {
	case want == string(text):
	case *update:
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the table of codes is another one: run the test with -update")
	}
}
