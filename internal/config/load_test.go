package config

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

var update = flag.Bool("update", false, "write the golden parts of testdata/load/*.txtar")

// TestLoad loads each archive of testdata/load and compares what came of it with
// its part "want". The comment of an archive may have lines `var NAME=VALUE`,
// `env NAME=VALUE`, `file NAME`, `var-file NAME` and `eval EXPRESSION`.
func TestLoad(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			var want []byte
			for _, f := range a.Files {
				if f.Name == "want" {
					want = f.Data
					continue
				}
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			got := loadText(t, string(a.Comment), fsys)
			if *update {
				a.Files = append(slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" }),
					txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("run with -update to accept (-want +got):\n%s", d)
			}
		})
	}
}

func loadText(t *testing.T, comment string, fsys fstest.MapFS) string {
	t.Helper()
	o := Options{Catalogue: schema.Network(), FS: fsys, Dir: "net"}
	var evals []string
	for line := range strings.Lines(comment) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, value, _ := strings.Cut(rest, "=")
		switch verb {
		case "var":
			o.Vars = append(o.Vars, Assignment{Name: name, Value: value})
		case "env":
			o.Env = append(o.Env, rest)
		case "file":
			o.File = rest
		case "var-file":
			o.VarFiles = append(o.VarFiles, VarFile{Name: rest, Source: fsys[rest].Data})
		case "eval":
			evals = append(evals, rest)
		}
	}
	c, found := Load(t.Context(), o)
	var b strings.Builder
	printDiagnostics(&b, found)
	if c == nil || found.HasErrors() {
		return b.String()
	}
	printNetwork(&b, c.Network)
	if c.Etcd != nil {
		fmt.Fprintf(&b, "etcd endpoints=%v username=%q tls=%+v\n", c.Etcd.Endpoints, c.Etcd.Username, c.Etcd.TLS)
	}
	for _, out := range c.Outputs {
		fmt.Fprintf(&b, "output %s = %s\n", out.Name, out.Text)
	}
	for _, e := range evals {
		text, _, found := c.Eval(t.Context(), e)
		fmt.Fprintf(&b, "> %s\n", e)
		if text != "" {
			b.WriteString(text + "\n")
		}
		printDiagnostics(&b, found)
	}
	return b.String()
}

func printDiagnostics(b *strings.Builder, l diag.List) {
	for _, d := range l {
		fmt.Fprintf(b, "%s: %s\n", d.Severity, d.Summary)
		printPlace(b, d.Range, d.Snippet, d.Address)
		if d.Detail != "" {
			fmt.Fprintf(b, "  %s\n", strings.ReplaceAll(d.Detail, "\n", "\n  "))
		}
		if d.Hint != "" {
			fmt.Fprintf(b, "  hint: %s\n", d.Hint)
		}
		for _, p := range d.Related {
			fmt.Fprintf(b, "  %s:\n", p.Message)
			printPlace(b, p.Range, p.Snippet, p.Address)
		}
	}
}

func printPlace(b *strings.Builder, r *diag.Range, s *diag.Snippet, address string) {
	if r == nil {
		if address != "" {
			fmt.Fprintf(b, "  at %s\n", address)
		}
		return
	}
	fmt.Fprintf(b, "  %s:%d:%d", r.File, r.Start.Line, r.Start.Column)
	if address != "" {
		fmt.Fprintf(b, " (%s)", address)
	}
	b.WriteString("\n")
	if s != nil {
		fmt.Fprintf(b, "    | %s\n    | %s%s\n", s.Code, blank(s.Code[:s.Start]), strings.Repeat("^", max(1, s.End-s.Start)))
	}
}

func blank(s string) string { return strings.Repeat(" ", len([]rune(s))) }

func printNetwork(b *strings.Builder, n *network.Network) {
	fmt.Fprintf(b, "network %s prefix=%s max_cores_per_entry=%d\n", n.Name, n.Prefix, n.MaxCoresPerEntry)
	for _, c := range n.Cells {
		line(b, c.Addr, field("domain", c.Domain), field("status", c.Status), life(c.Lifecycle))
	}
	for _, c := range n.Cores {
		parts := append(nodeFields(c.Node), ref("cell", c.Cell), number("number", c.Number), field("uuid", c.UUID), refs("links", c.Links))
		if c.Member != nil {
			parts = append(parts, fmt.Sprintf("etcd=%+v", *c.Member))
		}
		line(b, c.Addr, parts...)
	}
	for _, e := range n.Entries {
		line(b, e.Addr, append(nodeFields(e.Node), ref("bound_to", e.BoundTo))...)
	}
	for _, r := range n.Routes {
		line(b, r.Addr, ref("entry", r.Entry), ref("core", r.Core), field("status", r.Status), field("service_name", r.ServiceName),
			tlsFields(r.TLS), life(r.Lifecycle))
	}
	for _, u := range n.Users {
		parts := []string{
			number("id", u.ID), field("username", u.Username), field("status", u.Status), refs("core_nodes", u.CoreNodes),
			field("credential", u.Credential), field("hash_telegram_id", u.HashTelegramID), life(u.Lifecycle),
		}
		if u.Access.Named {
			parts = append(parts, fmt.Sprintf("access=%v", u.Access.Values))
		}
		line(b, u.Addr, parts...)
		for _, d := range u.Devices {
			line(b, d.Addr, field("uuid", d.UUID), ref("core", d.Core), field("status", d.Status))
		}
	}
	printACL(b, n.ACL)
}

func printACL(b *strings.Builder, a network.ACL) {
	if a.Declared {
		fmt.Fprintf(b, "acl enforce=%v auth=%q\n", a.Enforce, a.Auth)
	}
	for _, r := range a.Roles {
		fmt.Fprintf(b, "%s name=%s\n", r.Addr, r.Name)
		for _, g := range r.Grants {
			fmt.Fprintf(b, "  %s on", g.Access)
			for _, t := range g.On {
				fmt.Fprintf(b, " {%s}", strings.Trim(t.Object.String()+" "+t.Field+" "+t.Collection+" "+t.Key, " "))
			}
			b.WriteString("\n")
		}
	}
	for _, u := range a.Users {
		line(b, u.Addr, "name="+u.Name, fmt.Sprintf("roles=%v", u.Roles), ref("core", u.Core), ref("entry", u.Entry), "person="+u.Person)
	}
}

func nodeFields(n network.Node) []string {
	parts := []string{
		field("ip", n.IP), field("domain", n.Domain), field("region", n.Region), field("status", n.Status),
		field("service_name", n.ServiceName), tlsFields(n.TLS), life(n.Lifecycle),
	}
	for _, name := range slices.Sorted(maps.Keys(n.Settings)) {
		parts = append(parts, field("settings."+name, n.Settings[name]))
	}
	return parts
}

func tlsFields(t network.TLS) string {
	parts := []string{field("tls.sni", t.SNI), field("tls.fingerprint", t.Fingerprint), field("tls.min_version", t.MinVersion), number("tls.port", t.Port)}
	if t.ALPN.Named {
		parts = append(parts, fmt.Sprintf("tls.alpn=%v", t.ALPN.Values))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

func life(l network.Lifecycle) string {
	if !l.PreventDestroy && len(l.IgnoreChanges) == 0 {
		return ""
	}
	return fmt.Sprintf("lifecycle=%+v", l)
}

func field(name string, t network.Text) string {
	switch {
	case t.Value == "" && !t.Named:
		return ""
	case t.Sensitive:
		return name + "=(sensitive)"
	case !t.Named:
		return name + "~" + t.Value
	}
	return name + "=" + t.Value
}

func number(name string, n network.Number) string {
	if !n.Named {
		return ""
	}
	return fmt.Sprintf("%s=%d", name, n.Value)
}

func ref(name string, r network.Ref) string {
	if !r.Named {
		return ""
	}
	return name + "=" + r.To.String()
}

func refs(name string, r network.Refs) string {
	if !r.Named {
		return ""
	}
	return fmt.Sprintf("%s=%v", name, r.To)
}

func line(b *strings.Builder, a addr.Addr, parts ...string) {
	b.WriteString(a.String())
	for _, p := range parts {
		if p != "" {
			b.WriteString(" " + p)
		}
	}
	b.WriteString("\n")
}

// TestNoSecretIsShown loads the archives again: no text between « and » in a
// comment's line `secret` may be in any output.
func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if f.Name == "want" && bytes.Contains(f.Data, []byte("hunter2")) {
				t.Errorf("%s shows a secret", name)
			}
		}
	}
}
