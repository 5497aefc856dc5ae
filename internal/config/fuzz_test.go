package config

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigilgate/sigilform/internal/diag"
)

// seeds gives every file of the archives whose name has a suffix.
func seeds(f *testing.F, suffix string) {
	f.Helper()
	names, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			if strings.HasSuffix(file.Name, suffix) {
				f.Add(file.Data)
			}
		}
	}
}

// FuzzLoad feeds the loader with native syntax.
func FuzzLoad(f *testing.F) {
	seeds(f, ".hcl")
	f.Add([]byte("network \"n\" {}\nlocals { a = [for x in range(5) : x if x > 2]... }\n"))
	f.Add([]byte("network \"n\" {}\ncore \"a\" { dynamic \"tls\" { for_each = [1]\ncontent { port = tls.value } } }\n"))
	f.Fuzz(func(t *testing.T, src []byte) { loadAny(t, "main.hcl", src) })
}

// FuzzLoadJSON feeds the loader with JSON.
func FuzzLoadJSON(f *testing.F) {
	seeds(f, ".json")
	f.Add([]byte(`{"network": {"n": {}}, "core": [{"a": {"ip": "192.0.2.1"}}, {"b": {"ip": "${core.a.ip}"}}]}`))
	f.Fuzz(func(t *testing.T, src []byte) { loadAny(t, "main.hcl.json", src) })
}

// FuzzValues feeds the loader with a file of values, a value and an expression.
func FuzzValues(f *testing.F) {
	f.Add([]byte("v = [1, 2]\n"), `{"a": 1}`, `var.v`)
	f.Add([]byte("v = \"${x}\"\n"), `[`, `core.a.links`)
	f.Add([]byte("w = 1\n"), `"x"`, `jsondecode("[1]")[0]`)
	f.Fuzz(func(t *testing.T, src []byte, value, expression string) {
		fsys := files(map[string]string{
			"main.hcl":           "network \"n\" {}\nvariable \"v\" { type = any }\ncore \"a\" { ip = \"192.0.2.1\" }\n",
			"sigilform.vars.hcl": string(src),
		})
		c, found := Load(t.Context(), Options{FS: fsys, Vars: []Assignment{{Name: "v", Value: value}}})
		checkDiagnostics(t, found)
		if c != nil {
			_, _, found := c.Eval(t.Context(), expression)
			checkDiagnostics(t, found)
		}
	})
}

func loadAny(t *testing.T, name string, src []byte) {
	t.Helper()
	fsys := fstest.MapFS{
		name:        &fstest.MapFile{Data: src},
		"m/m.hcl":   &fstest.MapFile{Data: []byte("variable \"x\" { default = 1 }\noutput \"x\" { value = var.x }\n")},
		"users.csv": &fstest.MapFile{Data: []byte("name,ip\na,192.0.2.1\n")},
	}
	c, found := Load(t.Context(), Options{FS: fsys})
	checkDiagnostics(t, found)
	if c == nil && !found.HasErrors() {
		t.Error("no configuration and no error")
	}
	if c != nil {
		checkDiagnostics(t, c.Locate(found))
		_, again := Load(t.Context(), Options{FS: fsys})
		if len(again) != len(found) {
			t.Errorf("%d findings, then %d", len(found), len(again))
		}
	}
	_, found = LoadConnection(t.Context(), Options{FS: fsys})
	checkDiagnostics(t, found)
}

// checkDiagnostics checks what every finding must be: with a summary, and a
// snippet that is short and holds what it points at.
func checkDiagnostics(t *testing.T, l diag.List) {
	t.Helper()
	for _, d := range l {
		if d.Summary == "" || strings.HasSuffix(d.Summary, ".") && !strings.HasSuffix(d.Summary, "..") {
			t.Errorf("summary %q", d.Summary)
		}
		if s := d.Snippet; s != nil {
			if s.Start < 0 || s.End < s.Start || s.End > len(s.Code) || len(s.Code) > 4*maxShown || strings.Contains(s.Code, "\n") {
				t.Errorf("snippet %+v of %s", s, d.Summary)
			}
		}
	}
}
