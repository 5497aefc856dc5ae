package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestSensitiveNames puts a sensitive value wherever one becomes a name. It is
// refused at its place, and neither the findings nor the network hold it.
func TestSensitiveNames(t *testing.T) {
	t.Parallel()
	const marker, ip = "s3cr3tmarker", "198.51.100.77"
	for name, text := range map[string]string{
		"a setting":               "core \"b\" {\nip = \"192.0.2.2\"\nsettings = { (var.s) = \"v\" }\n}",
		"a part of a setting":     "core \"b\" {\nip = \"192.0.2.2\"\nsettings = { \"x/${var.s} bad/\" = \"v\" }\n}",
		"a computed setting":      "core \"b\" {\nip = \"192.0.2.2\"\nsettings = { for k in [1, 2] : upper(\"${var.s}${k}\") => \"v\" }\n}",
		"a setting named twice":   "core \"b\" {\nip = \"192.0.2.2\"\nsettings = { for k in [1, 2] : upper(var.s) => \"v\" }\n}",
		"settings, merged":        "core \"b\" {\nip = \"192.0.2.2\"\nsettings = merge({ a = \"b\" }, { (var.s) = \"v\" })\n}",
		"settings, decoded":       "core \"b\" {\nip = \"192.0.2.2\"\nsettings = jsondecode(var.j)\n}",
		"settings of an Entry":    "entry \"b\" {\nip = \"192.0.2.2\"\nbound_to = core.a\nsettings = { (var.s) = \"v\" }\n}",
		"for_each, a map":         "core \"b\" {\nfor_each = { (var.s) = 1 }\nip = \"192.0.2.2\"\n}",
		"for_each, a set":         "core \"b\" {\nfor_each = toset([var.s])\nip = \"192.0.2.2\"\n}",
		"for_each of a module":    "module \"m\" {\nsource = \"./m\"\nfor_each = toset([var.s])\n}",
		"for_each of an acl_user": "acl_user \"u\" {\nfor_each = toset([var.s])\nroles = [\"drift\"]\n}",
		"a label":                 "user \"u\" {\ncore_nodes = [core.a]\ndynamic \"device\" {\nfor_each = [1]\nlabels = [var.s]\ncontent {\ncore = core.a\n}\n}\n}",
		"a label by its key":      "user \"u\" {\ncore_nodes = [core.a]\ndynamic \"device\" {\nfor_each = { (var.s) = 1 }\nlabels = [device.key]\ncontent {\ncore = core.a\n}\n}\n}",
		"a right":                 "user \"u\" { access = [\"a\", var.s] }",
		"a bad right":             "user \"u\" { access = [\"a\", \"${var.s} /\"] }",
		"an id":                   "user \"u\" { id = var.n }",
		"an address":              "core \"b\" { ip = var.ip }",
		"a domain":                "cell \"c\" { domain = var.s }",
		"a device's UUID":         "user \"u\" {\ncore_nodes = [core.a]\ndevice \"d\" {\ncore = core.a\nuuid = var.uuid\n}\n}",
		"a member":                "core \"b\" {\nip = \"192.0.2.2\"\netcd {\nname = var.s\npeer_url = \"http://192.0.2.2:1\"\n}\n}",
		"a member's URL":          "core \"b\" {\nip = \"192.0.2.2\"\netcd {\nname = \"b\"\npeer_url = \"http://${var.s}:1\"\n}\n}",
		"a user of etcd":          "acl_user \"u\" {\nname = var.s\nroles = [\"drift\"]\n}",
		"a role of etcd":          "acl_user \"u\" { roles = [var.s] }",
		"a grant":                 "acl_role \"r\" {\ngrant {\naccess = \"read\"\non = [var.s]\n}\n}",
		"an access":               "acl_role \"r\" {\ngrant {\naccess = var.s\non = [nodes]\n}\n}",
		"auth":                    "acl { auth = var.s }",
		"enforce":                 "acl { enforce = var.b }",
		"an endpoint":             "etcd { endpoints = [\"http://${var.s}:1\"] }",
		"a user of the cluster":   "etcd {\nendpoints = [\"http://localhost:1\"]\nusername = var.s\n}",
		"a file":                  "etcd {\nendpoints = [\"http://localhost:1\"]\ntls {\nca_file = var.s\n}\n}",
		"a key of an output":      "output \"o\" { value = { (var.s) = 1 } }",
		"a missing element":       "output \"o\" { value = { (var.s) = 1 }.s3cr3tmarkes }",
		"an element that is near": "locals {\nm = { (var.s) = 1 }\n}\noutput \"o\" {\nvalue = local.m.s3cr3t\n}",
		"a count":                 "core \"b\" {\ncount = var.n\nip = \"192.0.2.2\"\n}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := files(map[string]string{
				"a.hcl":   "network \"n\" {}\ncore \"a\" { ip = \"192.0.2.1\" }\n" + declared("s", "j", "n", "ip", "uuid", "b") + text + "\n",
				"m/m.hcl": "",
			})
			c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{
				{"s", marker},
				{"j", `{"` + marker + `": "v"}`},
				{"n", "7654321"},
				{"ip", ip},
				{"uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
				{"b", "true"},
			}})
			if !found.HasErrors() {
				t.Fatal("no error")
			}
			for _, d := range found {
				if strings.Contains(d.Summary, "Invalid") && d.Summary != "Invalid dynamic block label" || strings.Contains(d.Summary, "Missing") {
					t.Fatalf("the case is wrong: %s: %s", d.Summary, text)
				}
			}
			var said strings.Builder
			fmt.Fprintf(&said, "%+v", found)
			for _, d := range found {
				if d.Severity == "error" && d.Range == nil {
					t.Errorf("no place: %+v", d)
				}
				if d.Snippet != nil {
					said.WriteString(d.Snippet.Code)
				}
			}
			for _, secret := range []string{marker, strings.ToUpper(marker), "7654321", ip, "f81d4fae"} {
				if strings.Contains(said.String(), secret) {
					t.Errorf("%s is shown: %s", secret, said.String())
				}
			}
			if c != nil && strings.Contains(fmt.Sprintf("%+v%+v%+v", c.Network.Cores, c.Network.Entries, c.Network.ACL), marker) {
				t.Error("the network holds it")
			}
		})
	}
}

func declared(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "variable %q { sensitive = true }\n", n)
	}
	return b.String()
}

// TestSensitivePrefix: the block network is evaluated by itself, too.
func TestSensitivePrefix(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"prefix = var.s", "history = var.n", "max_cores_per_entry = var.n"} {
		o := Options{
			Catalogue: schema.Network(),
			FS:        files(map[string]string{"a.hcl": "network \"n\" {\n  " + text + "\n}\n" + declared("s", "n")}),
			Vars:      []Assignment{{"s", "/s3cr3t/"}, {"n", "7654"}},
		}
		_, found := Load(t.Context(), o)
		_, connection := LoadConnection(t.Context(), o)
		for _, l := range []string{fmt.Sprintf("%+v", found), fmt.Sprintf("%+v", connection)} {
			if !strings.Contains(l, "is sensitive") || strings.Contains(l, "s3cr3t") || strings.Contains(l, "7654") {
				t.Errorf("%s: %s", text, l)
			}
		}
	}
}

// TestSensitiveValuesOfOpenNames: values may be sensitive where names are not.
func TestSensitiveValuesOfOpenNames(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{ a = var.s }`, `merge({ b = "c" }, { a = var.s })`, `{ for k in ["a"] : k => var.s }`, `{ for k, v in { a = var.s } : k => v }`,
		`{ for k in nonsensitive(keys(var.m)) : k => var.m[k] }`,
	} {
		fsys := files(map[string]string{"a.hcl": "network \"n\" {}\n" + declared("s") + "variable \"m\" {\n  type = map(string)\n  sensitive = true\n}\ncore \"a\" {\n  ip = \"192.0.2.1\"\n  settings = " + text + "\n}\n"})
		c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys, Vars: []Assignment{{"s", "s3cr3t"}, {"m", `{"a": "s3cr3t"}`}}})
		if found.HasErrors() || c.Network.Cores[0].Settings["a"].Value != "s3cr3t" || !c.Network.Cores[0].Settings["a"].Sensitive {
			t.Errorf("%s: %v", text, found)
		}
	}
}
