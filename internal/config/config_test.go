package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestExamples loads what the repository shows.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, o := range []struct{ dir, file string }{{"../../examples", "network.hcl"}, {"../../examples/regions", ""}} {
		root, err := os.OpenRoot(o.dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = root.Close() })
		c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: root.FS(), File: o.file, Dir: o.dir})
		if len(found) > 0 {
			t.Errorf("%s: %v", o.dir, summaries(found))
		}
		if c == nil || len(c.Network.Cores) == 0 || len(c.Outputs) == 0 {
			t.Errorf("%s: nothing loaded", o.dir)
		}
	}
}

// TestLinksLeaveNoFolder: no module, no file and no configuration is read
// through a link that leaves the folder.
func TestLinksLeaveNoFolder(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("outside/m.hcl", "core \"stolen\" { ip = \"192.0.2.1\" }\n")
	write("net/a.hcl", "network \"n\" {}\nmodule \"m\" { source = \"./m\" }\nlocals { f = file(\"f.txt\") }\n")
	for link, target := range map[string]string{"net/m": "../outside", "net/f.txt": "../outside/m.hcl", "net/b.hcl": "../outside/m.hcl"} {
		if err := os.Symlink(target, filepath.Join(base, link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(base, "net"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // nothing was written
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: root.FS()})
	if !found.HasErrors() {
		t.Error("no errors")
	}
	if c != nil && len(c.Network.Cores) > 0 {
		t.Error("a Core from outside the folder")
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), Dir: "net", FS: files(map[string]string{"a.hcl": `network "n" {}
core "a" {
  for_each = { x = 1 }
  ip       = "192.0.2.1"
  settings = { mtu = 1, "log" = 2 }
  tls {
    sni = "x.example.net"
  }
}
user "u" {
  core_nodes = [core.a["x"]]
  device "d" { core = core.a["x"] }
}
`})})
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	tests := []struct {
		address, attribute string
		line, column       int
	}{
		{`core.a["x"]`, "ip", 4, 14},
		{`core.a["x"]`, "settings.log", 5, 33},
		{`core.a["x"]`, "settings.none", 5, 14},
		{`core.a["x"]`, "tls.sni", 7, 11},
		{`core.a["x"]`, "tls.port", 6, 3},
		{`core.a["x"]`, "domain", 2, 1},
		{`core.a["x"]`, "", 2, 1},
		{`user.u.device["d"]`, "core", 12, 23},
		{`user.u.device["d"]`, "uuid", 12, 3},
		{`network`, "prefix", 1, 1},
		{`core.a["gone"]`, "ip", 0, 0},
		{`nonsense`, "ip", 0, 0},
	}
	for _, tt := range tests {
		in := diag.Diagnostic{
			Severity: diag.Error, Summary: "x", Address: tt.address, Attribute: tt.attribute,
			Related: []diag.Place{{Message: "y", Address: tt.address, Attribute: tt.attribute}},
		}
		got := c.Locate(diag.List{in})[0]
		for _, r := range []*diag.Range{got.Range, got.Related[0].Range} {
			line, column := 0, 0
			if r != nil {
				line, column = r.Start.Line, r.Start.Column
			}
			if line != tt.line || column != tt.column {
				t.Errorf("%s %s at %d:%d, want %d:%d", tt.address, tt.attribute, line, column, tt.line, tt.column)
			}
		}
	}
}

// TestDigest is the same for the same configuration, and another for another one.
func TestDigest(t *testing.T) {
	t.Parallel()
	base := map[string]string{
		"a.hcl":  "network \"n\" {}\nvariable \"v\" {\n  type = number\n  default = 1\n}\nvariable \"s\" {\n  default = 1\n  sensitive = true\n}\nlocals { f = file(\"f.txt\") }\n",
		"f.txt":  "text",
		"no.txt": "not read",
	}
	digest := func(name, text string, vars ...Assignment) string {
		t.Helper()
		texts := map[string]string{}
		for n, s := range base {
			texts[n] = s
		}
		if name != "" {
			texts[name] = text
		}
		c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(texts), Vars: vars})
		if found.HasErrors() {
			t.Fatal(found.Err())
		}
		return c.Digest
	}
	first := digest("", "")
	same := map[string]string{
		"again": digest("", ""), "unread file": digest("no.txt", "x"), "equal value": digest("", "", Assignment{"v", "1"}),
		"sensitive value": digest("", "", Assignment{"s", "2"}),
		"Windows lines":   digest("a.hcl", "\ufeff"+strings.ReplaceAll(base["a.hcl"], "\n", "\r\n")),
	}
	for name, d := range same {
		if d != first {
			t.Errorf("%s: another digest", name)
		}
	}
	others := map[string]string{
		"file": digest("a.hcl", base["a.hcl"]+"# x\n"), "read file": digest("f.txt", "y"), "value": digest("", "", Assignment{"v", "2"}),
		"new file": digest("b.hcl", ""),
	}
	for name, d := range others {
		if d == first {
			t.Errorf("%s: the same digest", name)
		}
	}
}

// TestWindowsLines: a checkout with other line ends is the same configuration, in
// heredocs too.
func TestWindowsLines(t *testing.T) {
	t.Parallel()
	text := "network \"n\" {}\noutput \"a\" {\n  value = <<-EOT\n    x\n    y ${[\n      1,\n    ][0]}\n  EOT\n}\n"
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"a.hcl": strings.ReplaceAll(text, "\n", "\r\n")})})
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	if got := c.Outputs[0].Value; got != "x\ny 1\n" {
		t.Errorf("got %q", got)
	}
}

// TestOutputsAreJSON: what an output holds can be printed as JSON.
func TestOutputsAreJSON(t *testing.T) {
	t.Parallel()
	c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"a.hcl": `network "n" {}
core "a" { ip = "192.0.2.1" }
output "a" { value = { core = core.a, n = 1.5, big = 123456789012345678901234567890, list = [true, null], set = toset(["b", "a"]) } }
output "s" {
  value     = sensitive("x")
  sensitive = true
}
`})})
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	b, err := json.Marshal(c.Outputs[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"big":123456789012345678901234567890,"core":{"domain":null,"etcd":null,"ip":"192.0.2.1","number":null,"region":null,` +
		`"service_name":null,"settings":null,"status":"active","tls":{"alpn":null,"fingerprint":null,"min_version":null,"port":null,"sni":null},` +
		`"uuid":null},"list":[true,null],"n":1.5,"set":["a","b"]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	if s := c.Outputs[1]; s.Value != nil || s.Text != "(sensitive)" {
		t.Errorf("sensitive output %+v", s)
	}
}
