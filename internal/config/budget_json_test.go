package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestBudgetJSON: what is too much in native syntax is too much in JSON, from
// inside, and with its place.
func TestBudgetJSON(t *testing.T) {
	t.Parallel()
	const loop = "[for i in range(1000) : [for j in range(1000) : j]]"
	var doubling strings.Builder
	doubling.WriteString(`{"locals": {"a0": "xxxxxxxx"` + "\n")
	for i := range 40 {
		fmt.Fprintf(&doubling, ", \"a%d\": \"${local.a%d}${local.a%d}\"\n", i+1, i, i)
	}
	doubling.WriteString("}}")
	for name, text := range map[string]string{
		"a local":             `{"locals": {"a": "${` + loop + `}"}}`,
		"in a list":           `{"locals": {"a": [1, ["${` + loop + `}"]]}}`,
		"in an object":        `{"locals": {"a": {"b": {"c": "${` + loop + `}"}}}}`,
		"a key":               `{"locals": {"a": {"${join(\"\", flatten(` + loop + `))}": 1}}}`,
		"with escapes":        `{"locals": {"a": "\u0024\u007b` + loop + `}"}}`,
		"an output":           `{"output": {"a": {"value": "${` + loop + `}"}}}`,
		"a text that doubles": doubling.String(),
		"a product":           `{"locals": {"r": "${range(1000)}", "a": "${setproduct(local.r, local.r)}"}}`,
		"replace":             `{"locals": {"r": "${join(\"\", range(1000))}", "a": "${replace(local.r, \"/./\", local.r)}"}}`,
		"indent":              `{"locals": {"a": "${indent(1000000000, \"a\\nb\")}"}}`,
		"numbers as text":     `{"locals": {"a": "${join(\"\", [for i in range(1000) : \"${i * 1e9000}\"])}"}}`,
		"settings":            `{"core": {"a": {"ip": "192.0.2.1", "settings": "${{for i in range(1000) : i => join(\"\", [for j in range(1000) : j])}}"}}}`,
		"for_each":            `{"core": {"a": {"for_each": "${toset(flatten(` + loop + `))}", "ip": "${each.key}"}}}`,
		"count":               `{"core": {"a": {"count": "${length(flatten(` + loop + `))}", "ip": "192.0.2.1"}}}`,
		"a validation":        `{"variable": {"v": {"default": 1, "validation": {"condition": "${length(` + loop + `) == var.v}", "error_message": "x"}}}}`,
		"a dynamic block": `{"locals": {"r": "${range(1000)}"}, "core": {"a": {"ip": "192.0.2.1"}}, "user": {"u": {"dynamic": {"device": {
			"for_each": "${local.r}", "labels": ["${device.key}"], "content": {"core": "${core.a}"}}}}}}`,
		"a policy": `{"policy": {"p": {"condition": "${length(` + loop + `) == 1}", "message": "x"}}}`,
		"etcd":     `{"etcd": {"endpoints": "${[for i in flatten(` + loop + `) : \"http://localhost:1\"]}"}}`,
		"a grant":  `{"acl_role": {"r": {"grant": {"access": "read", "on": "${flatten(` + loop + `)}"}}}}`,
		"links":    `{"core": {"a": {"ip": "192.0.2.1", "links": "${flatten(` + loop + `)}"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := Load(t.Context(), Options{
				Catalogue: schema.Network(),
				FS:        files(map[string]string{"n.hcl": "network \"n\" {}\n", "a.hcl.json": "\n" + text}), Budget: 2 << 20,
			})
			checkDiagnostics(t, found)
			for _, d := range found {
				if d.Summary == "The evaluation needs too much memory" {
					if d.Range == nil || d.Range.File != "a.hcl.json" || d.Range.Start.Line < 2 || !strings.Contains(d.Hint, "--eval-memory") {
						t.Errorf("found %+v", d)
					}
					return
				}
			}
			t.Errorf("found %v", summaries(found))
		})
	}
}

// TestDeepJSON: what would overflow the stack is found in whatever form a text
// of JSON is written, and wherever the library looks into it.
func TestDeepJSON(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("!", 400_000)
	for name, text := range map[string]string{
		"escaped":            `{"locals": {"a": "\u0024{` + deep + `true}"}}`,
		"escaped, a key":     `{"locals": {"a": {"\u0024\u007b` + deep + `true}": 1}}}`,
		"escaped directive":  `{"locals": {"a": "\u0025{ if ` + deep + `true }x%{ endif }"}}`,
		"a call in settings": `{"core": {"a": {"ip": "192.0.2.1", "settings": {"api_token": "` + strings.Repeat("(", 400_000) + `"}}}}`,
		"a call":             `{"core": {"a": {"ip": "192.0.2.1", "settings": {"api_token": "` + deep + `file(x)"}}}}`,
		"a reference":        `{"acl_role": {"r": {"grant": {"access": "read", "on": ["` + deep + `core.a"]}}}}`,
		"a source":           `{"module": {"m": {"source": "` + deep + `"}}}`,
		"a type":             `{"variable": {"m": {"type": "` + strings.Repeat("list(", 200_000) + `"}}}`,
		"an ignored name":    `{"core": {"a": {"ip": "192.0.2.1", "lifecycle": {"ignore_changes": ["` + strings.Repeat("(", 400_000) + `"]}}}}`,
	} {
		_, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"n.hcl": "network \"n\" {}\n", "a.hcl.json": text})})
		checkDiagnostics(t, found)
		if !found.HasErrors() {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestObjectsInJSON: keys are templates, as they always were.
func TestObjectsInJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a${1 + 1}": "b", "c": [1, true, null, "${[2]}"]}`: `{"a2":"b","c":[1,true,null,[2]]}`,
		`{"a": 1, "${"a"}": 2}`:                              `Duplicate key`,
		`{"${null}": 2}`:                                     `Invalid object key expression`,
		`{"${[]}": 2}`:                                       `Invalid object key expression`,
		`{}`:                                                 `{}`,
		`[]`:                                                 `[]`,
		`"%{ for x in ["a", "b"] }${x}%{ endfor }"`: `"ab"`,
		`"$${a}"`: `"${a}"`,
	} {
		text = `{"locals": {"a": ` + strings.ReplaceAll(strings.ReplaceAll(text, `["a", "b"]`, `[\"a\", \"b\"]`), `${"a"}`, `${\"a\"}`) + `}, "output": {"o": {"value": "${jsonencode(local.a)}"}}}`
		c, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"n.hcl": "network \"n\" {}\n", "a.hcl.json": text})})
		checkDiagnostics(t, found)
		switch {
		case found.HasErrors() && !hasSummary(found, want):
			t.Errorf("%s: found %v", text, found)
		case !found.HasErrors() && (len(c.Outputs) != 1 || c.Outputs[0].Value != any(want)):
			t.Errorf("%s: %#v", text, c.Outputs)
		}
	}
}

// TestSensitiveKeysInJSON: the name of a secret that is a key marks the object.
func TestSensitiveKeysInJSON(t *testing.T) {
	t.Parallel()
	text := `{"variable": {"v": {"sensitive": true, "default": "zzsecretzz"}},
 "core": {"a": {"ip": "192.0.2.1", "settings": {"${var.v}": "x"}}}}`
	_, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"n.hcl": "network \"n\" {}\n", "a.hcl.json": text})})
	if !found.HasErrors() || strings.Contains(fmt.Sprint(found), "zzsecretzz") {
		t.Errorf("found %v", found)
	}
}
