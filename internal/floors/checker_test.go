package floors

import (
	"strings"
	"testing"
)

// TestCheck shows the checker each breach: a checker that finds nothing is
// worse than none.
func TestCheck(t *testing.T) {
	t.Parallel()
	inner := func(s string) string { return `"` + module + "/internal/" + s + `"` }
	file := func(imports, body string) string {
		return "package x\n\nimport (\n" + imports + "\n)\n" + body + "\n"
	}
	doc := source{"doc.go", "// Package x does it.\npackage x\n"}
	tests := map[string]struct {
		path  string
		files []source
		want  string // part of the only breach; empty for none
	}{
		"a lower floor": {"internal/plan", []source{doc, {"a.go", file(inner("keys"), "")}}, ""},
		"its own floor": {"internal/drift", []source{doc, {"a.go", file(inner("apply"), "")}}, "floor 6 may not import floor 6"},
		"a higher floor": {
			"internal/network",
			[]source{doc, {"a.go", file(inner("config"), "")}},
			"floor 2 may not import floor 3",
		},
		"a part imports its whole": {"internal/plan/planfile", []source{doc, {"a.go", file(inner("plan"), "")}}, ""},
		"a whole imports its part": {
			"internal/plan",
			[]source{doc, {"a.go", file(inner("plan/planfile"), "")}},
			"floor 5 may not import floor 5",
		},
		"the program imports the top":  {"cmd/sigilform", []source{{"main.go", file(inner("cli"), "")}}, ""},
		"nobody imports the program":   {"internal/cli", []source{doc, {"a.go", file(`"`+module+`/cmd/sigilform"`, "")}}, "may not import floor 100"},
		"code imports a test room":     {"internal/apply", []source{doc, {"a.go", file(inner("etcdtest"), "")}}, "for tests only"},
		"a test room imports anything": {"internal/etcdtest", []source{doc, {"a.go", file(inner("cli")+"\n\"os\"", "")}}, ""},
		"no floor":                     {"internal/novelty", []source{doc}, "has no floor"},
		"a skin that tells by itself":  {"internal/cli", []source{doc, {"a.go", file(inner("webhook"), "")}}, "only internal/engine deals with it"},
		"import without a floor":       {"internal/cli", []source{doc, {"a.go", file(inner("novelty"), "")}}, "has no floor"},
		"no doc.go":                    {"internal/kv", []source{{"a.go", "package x\n"}}, "has no doc.go"},
		"no package comment":           {"internal/kv", []source{{"doc.go", "package x\n"}}, "no package comment"},
		"a vague file":                 {"internal/kv", []source{doc, {"helpers.go", "package x\n"}}, "says nothing"},
		"too long":                     {"internal/kv", []source{doc, {"a.go", "package x\n" + strings.Repeat("\n", 400)}}, "401 lines"},
		"long enough":                  {"internal/kv", []source{doc, {"a.go", "package x\n" + strings.Repeat("\n", 399)}}, ""},
		"broken":                       {"internal/kv", []source{doc, {"a.go", "package"}}, "expected"},
		"a file system below":          {"internal/config", []source{doc, {"a.go", file(`"os"`, "")}}, "do not touch the machine"},
		"a socket below":               {"internal/apply", []source{doc, {"a.go", file(`"net"`, "")}}, "do not touch the machine"},
		"addresses below":              {"internal/network", []source{doc, {"a.go", file(`"net/netip"`, "")}}, ""},
		"random below":                 {"internal/plan", []source{doc, {"a.go", file(`"math/rand/v2"`, "")}}, "do not touch the machine"},
		"a file system above":          {"internal/engine", []source{doc, {"a.go", file(`"os"`, "")}}, ""},
		"a clock below":                {"internal/plan", []source{doc, {"a.go", file(`"time"`, "var t = time.Now()")}}, "names time.Now"},
		"a renamed clock":              {"internal/plan", []source{doc, {"a.go", file(`tick "time"`, "var t = tick.Since")}}, "names time.Since"},
		"time without a clock":         {"internal/plan", []source{doc, {"a.go", file(`"time"`, "var t = time.RFC3339")}}, ""},
		"a clock above":                {"internal/engine", []source{doc, {"a.go", file(`"time"`, "var t = time.Now()")}}, ""},
		"a random id below":            {"internal/lang", []source{doc, {"a.go", file(`"github.com/google/uuid"`, "var u = uuid.New()")}}, "names github.com/google/uuid.New"},
		"a context of its own":         {"internal/engine", []source{doc, {"a.go", file(`"context"`, "var c = context.Background()")}}, "names context.Background"},
		"a context at the top":         {"internal/cli", []source{doc, {"a.go", file(`"context"`, "var c = context.Background()")}}, ""},
		"the catalogue by its name":    {"internal/cli", []source{doc, {"a.go", file(inner("schema"), "var c = schema.Network()")}}, "names github.com/sigilgate/sigilform/internal/schema.Network"},
		"the catalogue of the program": {"cmd/sigilform", []source{{"main.go", file(inner("schema"), "var c = schema.Network()")}}, ""},
		"its outside import":           {"internal/config", []source{doc, {"a.go", file(`"github.com/hashicorp/hcl/v2/hclsyntax"`, "")}}, ""},
		"another's outside import":     {"internal/plan", []source{doc, {"a.go", file(`"github.com/zclconf/go-cty/cty"`, "")}}, "may have it"},
		"etcd beside etcd":             {"internal/engine", []source{doc, {"a.go", file(`"go.etcd.io/etcd/client/v3"`, "")}}, "may have it"},
		"cobra below":                  {"internal/engine", []source{doc, {"a.go", file(`"github.com/spf13/cobra"`, "")}}, "may have it"},
		"a stranger":                   {"internal/cli", []source{doc, {"a.go", file(`"example.com/left/pad"`, "")}}, "in no row"},
		"a goroutine":                  {"internal/engine", []source{doc, {"a.go", file("", "func f() { go f() }")}}, "does not recover"},
		"a group of them":              {"internal/engine", []source{doc, {"a.go", file(`"sync"`, "var g sync.WaitGroup")}}, "names sync.WaitGroup"},
		"a timer's":                    {"internal/engine", []source{doc, {"a.go", file(`"time"`, "var t = time.AfterFunc(0, nil)")}}, "names time.AfterFunc"},
		"a timer's that recovers":      {"internal/engine", []source{doc, {"a.go", file(`"time"`+"\n"+inner("fault"), "var t = time.AfterFunc(0, fault.Quiet(nil))")}}, ""},
		"where they recover":           {"internal/fault", []source{doc, {"a.go", file(`"sync"`, "var g sync.WaitGroup\nfunc f() { go f() }")}}, ""},
		"a goroutine of a test room":   {"internal/crash", []source{doc, {"a.go", file("", "func f() { go f() }")}}, ""},
		"a path that only starts so":   {"internal/config", []source{doc, {"a.go", file(`"github.com/zclconf/go-cty-debug"`, "")}}, "in no row"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := check(pkg{path: tt.path, files: tt.files})
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("found %q, want nothing", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("found %q, want one breach with %q", got, tt.want)
			}
		})
	}
	if got := check(pkg{path: "internal/utils", files: []source{doc}}); len(got) == 0 {
		t.Error("a vague package has no breach")
	}
}

func TestIdleRows(t *testing.T) {
	t.Parallel()
	packages := []pkg{{path: "internal/etcd", files: []source{{"a.go", "package etcd\n\nimport _ \"example.com/a/b\"\n"}}}}
	got := idle(packages, map[string][]string{
		"example.com/a": {"internal/etcd", "internal/engine"},
		"example.com/z": {"internal/etcd"},
	})
	if len(got) != 2 || !strings.Contains(got[0], "internal/engine may import example.com/a") || !strings.Contains(got[1], "example.com/z") {
		t.Errorf("found %q", got)
	}
}
