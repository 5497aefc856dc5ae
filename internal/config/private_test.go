package config

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/veil"
)

// TestPrivateIsLearned: what stands under the name of a private attribute is known to
// be private, in what does not parse, too, and whatever it looks like.
func TestPrivateIsLearned(t *testing.T) {
	t.Parallel()
	const odd = "not-of-the-form-of-a-UUID"
	for name, text := range map[string]string{
		"a.hcl":      "core \"a\" {\n  uuid = \"" + odd + "\"\n  ip = nothing.here\n}\n",
		"b.hcl":      "core \"a\" {\n  uuid = \"" + odd + "\" and more\n}\n",
		"c.hcl":      "core \"a\" {\n  uuid = upper(\"" + odd + "\").x\n}\n",
		"a.hcl.json": `{"core": {"a": {"uuid": "` + odd + `", "ip": "${nothing.here}"}}}`,
	} {
		v := new(veil.Veil)
		_, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fstest.MapFS{name: {Data: []byte(text)}}, Veil: v})
		if !found.HasErrors() {
			t.Fatalf("%s has no errors", name)
		}
		if got := v.Text("of " + odd + "!"); got != "of not-of-t…!" {
			t.Errorf("%s: it is shown as %q", name, got)
		}
		v = new(veil.Veil)
		LearnPrivate(schema.Network(), v, name, []byte(text))
		if got := v.Text("of " + odd + "!"); got != "of not-of-t…!" {
			t.Errorf("%s, by its names: it is shown as %q", name, got)
		}
	}
}

// TestNoPrivateValueIsParted: a source line is cut beside private values, not in
// them, wherever what is wrong is.
func TestNoPrivateValueIsParted(t *testing.T) {
	t.Parallel()
	const uuid = "51329cc7-64c0-4147-a96c-3faeb9a24b8b"
	for shift := range len(uuid) + 2 {
		line := strings.Repeat("x", shift) + strings.Repeat(" "+uuid, 8) + " WRONG" + strings.Repeat(" "+uuid, 8)
		v := new(veil.Veil)
		at := strings.Index(line, "WRONG")
		code, marked := cut(line, span{at, at + 5}, v.Find(line, true))
		if code[marked.start:marked.end] != "WRONG" {
			t.Errorf("%q is marked", code[marked.start:marked.end])
		}
		if shown := v.Strict(code); strings.Contains(shown, "4147") || strings.Contains(shown, "4b8b") {
			t.Errorf("shifted by %d, a part is shown: %s", shift, shown)
		}
	}
	whole := fmt.Sprintf("uuid = %q", uuid)
	if code, _ := cut(whole, span{8, 8}, nil); code != whole {
		t.Errorf("a short line became %q", code)
	}
}
