package config

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestBounds feeds what would take too long, or overflow the stack.
func TestBounds(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	chain := func(n int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "network \"n\" { prefix = local.a%d }\nlocals {\n  a0 = 1\n", n)
		for i := range n {
			fmt.Fprintf(&b, "  a%d = local.a%d\n", i+1, i)
		}
		return b.String() + "}\n"
	}
	tests := map[string]struct {
		file, text, want string
	}{
		"10 MiB of one line":    {"a.hcl", repeat("x", 10<<20), "The file is too large"},
		"2 MiB of one line":     {"a.hcl", "# " + repeat("x", 2<<20), "The line is too long"},
		"a long line, wrong":    {"a.hcl", `network "n" {} ` + repeat("x", 1000_000), "Missing newline after block definition"},
		"brackets":              {"a.hcl", "locals { a = " + repeat("[", 15_000), "Too deeply nested"},
		"parentheses":           {"a.hcl", "locals { a = " + repeat("(", 15_000), "Too deeply nested"},
		"braces":                {"a.hcl", repeat("a {\n", 15_000), "Too deeply nested"},
		"templates":             {"a.hcl", `locals { a = ` + repeat(`"${`, 100_000), "Too deeply nested"},
		"not":                   {"a.hcl", "locals { a = " + repeat("!", 15_000) + "true }", "Too deeply nested"},
		"minus":                 {"a.hcl", "locals { a = " + repeat("-", 15_000) + "1 }", "Too deeply nested"},
		"minus on lines":        {"a.hcl", "locals { a = (" + repeat("-\n", 15_000) + "1) }", "Too deeply nested"},
		"plus":                  {"a.hcl", "locals { a = 1" + repeat("+1", 100_000) + " }", "Too deeply nested"},
		"plus on lines":         {"a.hcl", "locals { a = (1" + repeat("\n+\n1", 100_000) + ") }", "Too deeply nested"},
		"conditions":            {"a.hcl", "locals { a = " + repeat("true ? 1 : ", 40_000) + "1 }", "Too deeply nested"},
		"conditions in between": {"a.hcl", "locals { a = " + repeat("true ? ", 40_000) + "1" + repeat(" : 1", 40_000) + " }", "Too deeply nested"},
		"indices":               {"a.hcl", "locals { a = b" + repeat("[c]", 100_000) + " }", "Too deeply nested"},
		"splats":                {"a.hcl", "locals { a = b" + repeat("[*]", 100_000) + " }", "Too deeply nested"},
		"attributes":            {"a.hcl", "locals { a = b" + repeat(".c", 100_000) + " }", "Too deeply nested"},
		"calls":                 {"a.hcl", "locals { a = " + repeat("f(", 100_000), "Too deeply nested"},
		"template conditions":   {"a.hcl", "locals { a = \"" + repeat("%{if true}", 40_000) + "\" }", "Too deeply nested"},
		"template conditions 2": {"a.hcl", "locals { a = <<T\n" + repeat("%{if true}\n", 40_000) + "\nT\n }", "Too deeply nested"},
		"JSON":                  {"a.hcl.json", repeat(`{"a":`, 100_000), "Too deeply nested"},
		"JSON templates":        {"a.hcl.json", `{"locals": {"a": "${` + repeat("!", 15_000) + `true}"}}`, "Too deeply nested"},
		"splats on lines":       {"a.hcl", "locals {\n z = []\n x = (local.z" + repeat("[*].a\n", 50_000) + ")\n}", "Too deeply nested"},
		"conditions on lines":   {"a.hcl", "locals {\n x = (" + repeat("1?1:\n", 50_000) + "1)\n}", "Too deeply nested"},
		"lines in an index":     {"a.hcl", "locals {\n x = [a" + repeat("[0]\n.b\n", 50_000) + "]\n}", "Too deeply nested"},
		"lines in a for":        {"a.hcl", "locals {\n x = {\nfor a in b : c" + repeat("\n+ 1", 50_000) + " => 1}\n}", "Too deeply nested"},
		"lines in a call":       {"a.hcl", "locals {\n x = f(a" + repeat("\n+ 1", 50_000) + ")\n}", "Too deeply nested"},
		"lines in a template":   {"a.hcl", "locals {\n x = \"${1" + repeat("\n+ 1", 50_000) + "}\"\n}", "Too deeply nested"},
		"a number":              {"a.hcl", "locals { a = 1e99999999 }", "The number is too large"},
		"a number in JSON":      {"a.hcl.json", `{"network":{"n":{}},"core":{"a":{"ip":"192.0.2.1","settings":{"a":1e99999999}}}}`, `Wrong value for "settings"`},
		"a template in JSON":    {"a.hcl.json", `{"locals": {"a": "${1e99999999}"}}`, "The number is too large"},
		"a number as text":      {"a.hcl", "network \"n\" {}\nvariable \"n\" {\n  type = number\n  default = \"1e99999999\"\n}\n", "A value that can't be used"},
		"zero bytes":            {"a.hcl", "network \"n\" {}\n\x00\x01", "The file is not text"},
		"no UTF-8":              {"a.hcl", "network \"n\xff\" {}\n", "The file is not text in UTF-8"},
		"junk":                  {"a.hcl", repeat("\x7fELF\x02\x01 \x80", 1000), "The file is not text in UTF-8"},
		"a chain of locals":     {"a.hcl", chain(5_000), "The chain of references is too long"},
		"too many instances":    {"a.hcl", "network \"n\" {}\ncore \"a\" {\n  count = 100000000\n  ip = \"x\"\n}\n", "Wrong value for count"},
		"decoded brackets":      {"a.hcl", "network \"n\" {}\nlocals { a = jsondecode(\"" + repeat("[", 200_000) + "\") }\n", `Wrong value for the argument "str"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found diag.List
			took := processorTime(t, func() {
				_, found = Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{tt.file: tt.text})})
			})
			checkDiagnostics(t, found)
			if !hasSummary(found, tt.want) {
				t.Errorf("found %v, want %q", summaries(found), tt.want)
			}
			if took > enoughTime {
				t.Errorf("took %v", took)
			}
		})
	}
}

func summaries(l diag.List) []string {
	var out []string
	for _, d := range l {
		out = append(out, d.Summary)
	}
	return out
}

func hasSummary(l diag.List, want string) bool {
	for _, d := range l {
		if d.Severity == diag.Error && strings.HasPrefix(d.Summary, want) {
			return true
		}
	}
	return false
}

// TestValueBounds gives such texts as values and expressions.
func TestValueBounds(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 15_000)
	fsys := files(map[string]string{"a.hcl": "network \"n\" {}\nvariable \"v\" { type = any }\n"})
	_, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{{"v", deep}}})
	if !hasSummary(found, "Too deeply nested") {
		t.Errorf("value: %v", summaries(found))
	}
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{{"v", "1"}}})
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	if _, _, found = c.Eval(t.Context(), deep); !hasSummary(found, "Too deeply nested") {
		t.Errorf("expression: %v", summaries(found))
	}
	if _, _, found = c.Eval(t.Context(), "\xff\x00"); !found.HasErrors() {
		t.Error("binary expression: no error")
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, found := Load(ctx, Options{Catalogue: schema.Network(), FS: crowd(100)}); !hasSummary(found, "Interrupted") {
		t.Errorf("found %v", summaries(found))
	}
}

// TestByteOrderMark reads what some editors write.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	text := append([]byte("\xef\xbb\xbf"), []byte("network \"n\" {\r\n}\r\n")...)
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"a.hcl": string(bytes.Clone(text))})})
	if found.HasErrors() || c.Network.Name != "n" {
		t.Errorf("found %v", summaries(found))
	}
}
