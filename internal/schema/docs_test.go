package schema_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

var update = flag.Bool("update", false, "write the tables of the documents anew")

// TestTablesOfDocuments: the tables of docs/keys.md and docs/language.md that
// follow a comment <!-- catalogue: … --> are those of the catalogue.
func TestTablesOfDocuments(t *testing.T) {
	t.Parallel()
	for file, tables := range map[string]map[string]string{"keys.md": keyTables(), "language.md": languageTables()} {
		path := filepath.Join("..", "..", "docs", file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := string(text)
		for name, table := range tables {
			want = replaceTable(t, file, want, name, table)
		}
		if want == string(text) {
			continue
		}
		if !*update {
			t.Errorf("docs/%s has other tables than the catalogue; run this test with -update", file)
			continue
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func replaceTable(t *testing.T, file, text, name, table string) string {
	t.Helper()
	before, after, ok := strings.Cut(text, "<!-- catalogue: "+name+" -->\n")
	if !ok {
		t.Errorf("docs/%s has no table %q", file, name)
		return text
	}
	for strings.HasPrefix(after, "|") {
		_, after, _ = strings.Cut(after, "\n")
	}
	return before + "<!-- catalogue: " + name + " -->\n" + table + after
}

func row(cells ...string) string {
	for i, c := range cells {
		if c != "" {
			cells[i] = " " + c + " "
		} else {
			cells[i] = " "
		}
	}
	return "|" + strings.Join(cells, "|") + "|\n"
}

func code(s string) string { return "`" + s + "`" }

// keyTables are what lies where in the store.
func keyTables() map[string]string {
	c := schema.Network()
	core, entry := c.Kind(addr.Core), c.Kind(addr.Entry)
	shared := func(f *schema.Field) bool {
		other, ok := entry.Field(f.Name)
		return ok && other.Key == f.Key
	}
	own := func(f *schema.Field) bool { return f.Base == schema.Own }
	return map[string]string{
		"nodes": keyTable(core, "", func(f *schema.Field) bool { return own(f) && shared(f) }),
		"core":  keyTable(core, "", func(f *schema.Field) bool { return own(f) && !shared(f) }),
		"entry": keyTable(entry, "", func(f *schema.Field) bool {
			other, ok := core.Field(f.Name)
			return own(f) && (!ok || f.Key != other.Key)
		}),
		"topology": keyTable(core, "", func(f *schema.Field) bool { return !own(f) }),
		"cells":    keyTable(c.Kind(addr.Cell), "", own), "paths": keyTable(c.Kind(addr.Route), "", own), "users": keyTable(c.Kind(addr.User), "", own),
		"devices": keyTable(c.Kind(addr.Device), path(c, c.Kind(addr.Device)), func(*schema.Field) bool { return true }),
		"unique":  uniqueTable(c),
	}
}

// uniqueTable is which values only one object has, where, and among which.
func uniqueTable(c *schema.Catalogue) string {
	var out strings.Builder
	out.WriteString(row("what", "held in", "unique within") + "|---|---|---|\n")
	for _, all := range c.Uniques() {
		var at, among []string
		for _, h := range all {
			k := c.Kind(h.Kind)
			place := code(path(c, k) + h.Field.Key)
			if h.Field.Identity {
				place = "the path of " + place
			}
			if at = append(at, place); slices.Contains(at[:len(at)-1], place) {
				at = at[:len(at)-1] // Cores and Entries have it alike
			}
			among = append(among, k.Plural)
		}
		u, within := all[0].Field.Unique, "all "+strings.Join(among, " and ")
		switch parent := c.Kind(all[0].Kind).Parent; {
		case u.Within != "":
			within = "the " + strings.Join(among, " and ") + " of one " + code(u.Within)
		case u.Below:
			within = "the " + strings.Join(among, " and ") + " of one " + string(parent)
		}
		out.WriteString(row(u.Noun, strings.Join(at, ", "), within))
	}
	return out.String()
}

// path is the prefix of an object's keys.
func path(c *schema.Catalogue, k *schema.Kind) string {
	out := ""
	if k.Parent != "" {
		out = path(c, c.Kind(k.Parent))
	}
	parts := make([]string, 0, 2)
	for _, p := range k.Parts() {
		parts = append(parts, "<"+p.Name+">")
	}
	return out + k.Path + strings.Join(parts, "/") + "/"
}

func keyTable(k *schema.Kind, prefix string, of func(*schema.Field) bool) string {
	var out strings.Builder
	out.WriteString(row("", "key", "value", "class", "HCL") + "|---|---|---|---|---|\n")
	for i := range k.Fields {
		f := &k.Fields[i]
		if !f.Stored || f.Other || !of(f) {
			continue
		}
		at := prefix
		if p := k.Place(f.Base); f.Base != schema.Own {
			at = p.Path + "<uuid>/"
			if p.Of != "" {
				at = p.Path + "<" + string(p.Of) + " ip>/"
			}
		}
		out.WriteString(keyRows(f, at))
	}
	return out.String()
}

func keyRows(f *schema.Field, at string) string {
	if f.Type == schema.Block && f.Value == "" {
		var out strings.Builder
		for i := range f.Members {
			m := &f.Members[i]
			out.WriteString(row(read(f), code(at+f.Key+m.Name), m.Value, class(f, m), code(f.Name+" { "+m.Name+" }")))
		}
		return out.String()
	}
	key := code(at + f.Key + member(f))
	if f.Marker {
		key += " **(marker)**"
	}
	return row(read(f), key, f.Value, class(f, f), given(f))
}

func read(f *schema.Field) string {
	if f.Read {
		return "●"
	}
	return ""
}

// member is what stands for the last part of the key of one of many.
func member(f *schema.Field) string {
	switch {
	case f.Type == schema.Block:
		return "…"
	case f.Type == schema.Map:
		return "<name>"
	case f.Type == schema.Set && f.Refers != "":
		return "<" + string(f.Refers) + " ip>"
	case f.Type == schema.Set:
		return "<right>"
	}
	return ""
}

func class(f, leaf *schema.Field) string {
	out := string(f.Class)
	switch {
	case f.Type == schema.Set:
		out += " set"
	case f.Type == schema.Map, f.Type == schema.Block && leaf == f:
		out += ", key by key"
	case f.Class == schema.Stamp && f.Follows == "":
		out += ", once"
	case f.Default != "":
		out += ", " + code(f.Default)
	case f.Generated:
		out += ", generated"
	case f.Class == schema.Rotated:
		out += ", only where named"
	}
	if f.Sensitive || leaf.Sensitive {
		out += ", sensitive"
	}
	if f.Private || leaf.Private {
		out += ", private"
	}
	return out
}

func given(f *schema.Field) string {
	switch {
	case f.In != "":
		return f.In
	case !f.Attribute():
		return ""
	case f.Type == schema.Block:
		return code(f.Name + " { … }")
	case f.Type == schema.Map:
		return code(f.Name + ` = { name = "value" }`)
	}
	return code(f.Name)
}

// languageTables are what may stand in a block.
func languageTables() map[string]string {
	c := schema.Network()
	out := map[string]string{}
	for _, kind := range []addr.Kind{addr.Network, addr.Cell, addr.Core, addr.Entry, addr.Route, addr.User, addr.Device} {
		k := c.Kind(kind)
		head := "attribute"
		if k.Parent != "" {
			head += " of " + code(string(kind))
		}
		var table strings.Builder
		table.WriteString(row(head, "type", "default", "meaning") + "|---|---|---|---|\n")
		for i := range k.Fields {
			if f := &k.Fields[i]; k.Has(f) {
				table.WriteString(row(code(f.Name), typeText(f), fallback(f), f.Doc))
			}
		}
		out[string(kind)] = table.String()
	}
	tls, _ := c.Kind(addr.Core).Field("tls")
	out["tls"] = row("attribute", "type", "meaning") + "|---|---|---|\n"
	for i := range tls.Members {
		out["tls"] += row(code(tls.Members[i].Name), typeText(&tls.Members[i]), tls.Members[i].Doc)
	}
	out["acl"] = row("attribute", "type", "meaning") + "|---|---|---|\n"
	for _, kind := range []addr.Kind{addr.ACL, addr.ACLRole, addr.ACLUser} {
		out["acl"] += aclRows(string(kind), c.Kind(kind).Fields)
	}
	return out
}

func aclRows(block string, fields []schema.Field) string {
	var out strings.Builder
	for i := range fields {
		f := &fields[i]
		if f.Type == schema.Block {
			out.WriteString(aclRows(block+"."+f.Name, f.Members))
			continue
		}
		doc := f.Doc
		if f.Required {
			doc = "**required**: " + doc
		}
		out.WriteString(row(code(block+"."+f.Name), typeText(f), doc))
	}
	return out.String()
}

func typeText(f *schema.Field) string {
	plain := map[schema.Type]string{
		schema.Text: "string", schema.Number: "number", schema.Bool: "bool", schema.List: "list of strings", schema.Set: "set of strings",
		schema.Map: "map of strings", schema.Block: "block", schema.Mixed: "list",
	}[f.Type]
	switch {
	case f.Refers != "" && f.Type == schema.Set:
		return fmt.Sprintf("list of %s", schema.Network().Kind(f.Refers).Plural)
	case f.Refers == addr.Entry:
		return "an entry"
	case f.Refers != "":
		return "a " + string(f.Refers)
	case f.Sensitive:
		return plain + ", sensitive"
	case f.Private:
		return plain + ", private"
	}
	return plain
}

func fallback(f *schema.Field) string {
	switch {
	case f.Required:
		return "**required**"
	case f.Generated:
		return "chosen by the plan"
	case f.Default != "":
		return code(`"` + f.Default + `"`)
	}
	return f.Otherwise
}
