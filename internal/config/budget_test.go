package config

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/schema"
)

// budgeted loads one file with a small budget.
func budgeted(t *testing.T, text string) diag.List {
	t.Helper()
	fsys := files(map[string]string{"a.hcl": "network \"n\" {}\n" + text, "modules/m/m.hcl": "variable \"v\" {}\noutput \"w\" { value = [var.v, var.v] }\n"})
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Budget: 2 << 20})
	checkDiagnostics(t, found)
	if c != nil && found.HasErrors() && hasSummary(found, "The evaluation needs") {
		t.Error("there is a configuration")
	}
	return found
}

// TestBudget: every place of a configuration where something is evaluated has
// one budget, and the finding says where it was used up.
func TestBudget(t *testing.T) {
	t.Parallel()
	const loop = "[for i in range(1000) : [for j in range(1000) : j]]"
	doubling := func(first, next string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "locals {\n  a0 = %s\n", first)
		for i := range 40 {
			fmt.Fprintf(&b, "  a%d = %s\n", i+1, strings.ReplaceAll(next, "X", fmt.Sprintf("local.a%d", i)))
		}
		return b.String() + "}\n"
	}
	var modules strings.Builder
	modules.WriteString("locals { a0 = [1, 2] }\nmodule \"m0\" {\n  source = \"./modules/m\"\n  v = local.a0\n}\n")
	for i := range 30 {
		fmt.Fprintf(&modules, "module \"m%d\" {\n  source = \"./modules/m\"\n  v = module.m%d.w\n}\n", i+1, i)
	}
	for name, text := range map[string]string{
		"a local":             "locals { a = " + loop + " }\n",
		"an output":           "output \"a\" { value = " + loop + " }\n",
		"a list that doubles": doubling(`["x"]`, "concat(X, X)"),
		"a text that doubles": doubling(`"xxxxxxxx"`, `"${X}${X}"`),
		"lists of lists":      doubling(`["x"]`, "[X, X]"),
		"objects of objects":  doubling(`{a = 1}`, "{a = X, b = X}"),
		"modules":             modules.String(),
		"an attribute":        "core \"a\" {\n  ip = \"192.0.2.1\"\n  region = join(\"\", flatten(" + loop + "))\n}\n",
		"settings":            "core \"a\" {\n  ip = \"192.0.2.1\"\n  settings = {for i in range(1000) : i => join(\"\", [for j in range(1000) : j])}\n}\n",
		"for_each":            "core \"a\" {\n  for_each = toset(flatten(" + loop + "))\n  ip = each.key\n}\n",
		"count":               "core \"a\" {\n  count = length(flatten(" + loop + "))\n  ip = \"192.0.2.1\"\n}\n",
		"a validation":        "variable \"v\" {\n  default = 1\n  validation {\n    condition = length(" + loop + ") == var.v\n    error_message = \"x\"\n  }\n}\n",
		"a default":           "variable \"v\" {\n  default = [for i in [1, 2, 3] : " + nestedLiterals(8) + "]\n}\n",
		"a dynamic block":     "core \"a\" { ip = \"192.0.2.1\" }\nuser \"u\" {\n  dynamic \"device\" {\n    for_each = flatten(" + loop + ")\n    labels = [\"d\"]\n    content { core = core.a }\n  }\n}\n",
		"a policy":            "policy \"p\" {\n  condition = length(" + loop + ") == 1\n  message = \"x\"\n}\n",
		"etcd":                "etcd {\n  endpoints = [for i in flatten(" + loop + ") : \"http://localhost:1\"]\n}\n",
		"a grant":             "acl_role \"r\" {\n  grant {\n    access = \"read\"\n    on = flatten(" + loop + ")\n  }\n}\n",
		"links":               "core \"a\" {\n  ip = \"192.0.2.1\"\n  links = flatten(" + loop + ")\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := budgeted(t, text)
			for _, d := range found {
				if d.Summary == "The evaluation needs too much memory" {
					if d.Range == nil || d.Range.Start.Line < 2 || !strings.Contains(d.Detail, "2 MiB") || !strings.Contains(d.Hint, "--eval-memory") {
						t.Errorf("found %+v", d)
					}
					return
				}
			}
			t.Errorf("found %v", summaries(found))
		})
	}
}

// nestedLiterals is loops in loops over literals, as a value from outside may
// hold them.
func nestedLiterals(depth int) string {
	if depth == 0 {
		return "1"
	}
	return "[for i in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : " + nestedLiterals(depth-1) + "]"
}

// TestBudgetOfValues: values from outside are expressions, too.
func TestBudgetOfValues(t *testing.T) {
	t.Parallel()
	fsys := files(map[string]string{"a.hcl": "network \"n\" {}\nvariable \"v\" { type = any }\n"})
	value := nestedLiterals(8)
	for name, o := range map[string]Options{
		"--var":      {Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{{"v", value}}},
		"--var-file": {Catalogue: schema.Network(), FS: fsys, VarFiles: []VarFile{{"x.vars.hcl", []byte("v = " + value + "\n")}}},
	} {
		o.Budget = 2 << 20
		if _, found := Load(t.Context(), o); !hasSummary(found, "The evaluation needs too much memory") {
			t.Errorf("%s: found %v", name, summaries(found))
		}
	}
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{{"v", "[1]"}}, Budget: 2 << 20})
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	// Each expression of the console has a budget of its own.
	for range 2 {
		if _, _, found := c.Eval(t.Context(), value); !hasSummary(found, "The evaluation needs too much memory") {
			t.Errorf("expression: found %v", summaries(found))
		}
		if text, _, found := c.Eval(t.Context(), "1 + 1"); found.HasErrors() || text != "2" {
			t.Errorf("expression: %s %v", text, summaries(found))
		}
	}
}

// TestStopped says what stopped an evaluation, and where.
func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(&Stop{Summary: "Enough", Detail: "It was enough.", Hint: "do less"})
	fsys := files(map[string]string{"a.hcl": "network \"n\" {}\nlocals {\n  a = [for i in range(1000) : upper(\"a\")]\n}\n"})
	_, found := Load(ctx, Options{Catalogue: schema.Network(), FS: fsys, Watch: &Watch{}})
	if len(found) != 1 || found[0].Summary != "Enough" || found[0].Hint != "do less" {
		t.Fatalf("found %+v", found)
	}
	w := &Watch{}
	_, _ = Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Watch: w, Dir: "net"})
	d := w.Stopped(&Stop{Summary: "Enough"})
	if d.Range == nil || d.Range.File != "net/a.hcl" || d.Range.Start.Line != 3 || d.Attribute != "a" {
		t.Errorf("found %+v", d)
	}
	if d := w.Stopped(errors.New("canceled")); d.Summary != "Interrupted" || d.Range != nil {
		t.Errorf("found %+v", d)
	}
}
