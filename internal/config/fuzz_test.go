package config

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/schema"
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
	for _, e := range greedy() {
		f.Add([]byte("network \"n\" {}\nlocals {\n  r = range(1000)\n  t = join(\"\", local.r)\n  a = " + e + "\n}\n"))
	}
	f.Fuzz(func(t *testing.T, src []byte) { loadAny(t, "main.hcl", src) })
}

// greedy are expressions that would take all memory, or for ever: local.r is a long
// list, local.t a long text.
func greedy() []string {
	return []string{
		"setproduct(local.r, local.r, local.r)", "replace(local.t, \"/./\", local.t)", "replace(local.t, \"1\", local.t)", "indent(1000000000, \"a\\nb\")",
		"[for i in local.r : [for j in local.r : [for k in local.r : k]]]", "{for i in local.r : i => [for j in local.r : local.t]}",
		"[for i in local.r : \"${i * 1e9000}\"]", "tostring(1e9000 * 1e800)", "format(\"%999999999d\", 1)", "formatlist(local.t, local.r)", "join(local.t, local.r)",
		"jsonencode([for i in local.r : local.t])", "jsondecode(\"[${join(\",\", local.r)}]\")", "yamldecode(\"a: &a [1,1]\\nb: &b [*a,*a,*a]\")", "regexall(\"(.)\", local.t)",
		"split(\"\", local.t)", "flatten([for i in local.r : local.r])", "\"%{ for i in local.r }${local.t}%{ endfor }\"", "local.r[*][*][*]", "distinct(concat(local.r, local.r))",
	}
}

// FuzzLoadJSON feeds the loader with JSON.
func FuzzLoadJSON(f *testing.F) {
	seeds(f, ".json")
	f.Add([]byte(`{"network": {"n": {}}, "core": [{"a": {"ip": "192.0.2.1"}}, {"b": {"ip": "${core.a.ip}"}}]}`))
	for _, e := range greedy() {
		text, err := json.Marshal("${" + e + "}")
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(`{"network": {"n": {}}, "locals": {"r": "${range(1000)}", "t": "${join(\"\", local.r)}", "a": ` + string(text) + `}}`))
	}
	f.Add([]byte(`{"network": {"n": {}}, "locals": {"a": "\u0024{!!!!true}", "b": {"\u0024\u007b1}": ["%{ for x in [1] }${x}%{ endfor }"]}}}`))
	f.Add([]byte(`{"network": {"n": {}}, "core": {"a": {"ip": "192.0.2.1", "settings": {"api_token": "((((("}}}}`))
	f.Add([]byte(`{"network": {"n": {}}, "user": {"u": {"dynamic": {"device": {"for_each": "${range(99)}", "labels": ["${device.key}"], "content": {}}}}}}`))
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
		c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{{Name: "v", Value: value}}})
		checkDiagnostics(t, found)
		if c != nil {
			_, _, found := c.Eval(t.Context(), expression)
			checkDiagnostics(t, found)
		}
	})
}

const fuzzBudget = 8 << 20

func loadAny(t *testing.T, name string, src []byte) {
	t.Helper()
	fsys := fstest.MapFS{
		name:        &fstest.MapFile{Data: src},
		"m/m.hcl":   &fstest.MapFile{Data: []byte("variable \"x\" { default = 1 }\noutput \"x\" { value = var.x }\n")},
		"users.csv": &fstest.MapFile{Data: []byte("name,ip\na,192.0.2.1\n")},
	}
	// A budget that is used up soon: what takes longer is not charged.
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Budget: fuzzBudget})
	checkDiagnostics(t, found)
	if c == nil && !found.HasErrors() {
		t.Error("no configuration and no error")
	}
	if c != nil {
		checkDiagnostics(t, c.Locate(found))
		_, again := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Budget: fuzzBudget})
		if len(again) != len(found) {
			t.Errorf("%d findings, then %d", len(found), len(again))
		}
	}
	_, found = LoadConnection(t.Context(), Options{Catalogue: schema.Network(), FS: fsys})
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
