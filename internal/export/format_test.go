package export

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want string }{
		"spaces and alignment": {
			"core \"ams\" {\nip=\"203.0.113.1\"\n    status =  \"active\"   \n}",
			"core \"ams\" {\n  ip     = \"203.0.113.1\"\n  status = \"active\"\n}\n",
		},
		"comments stay": {
			"# one\n\ncore \"a\" { # two\nip=\"1\" // three\n/* four */\n}\n# five",
			"# one\n\ncore \"a\" { # two\n  ip = \"1\" // three\n  /* four */\n}\n# five\n",
		},
		"Windows lines":              {"a = 1\r\n# c\r\nb = 2\r\n", "a = 1\n# c\nb = 2\n"},
		"Windows lines in a heredoc": {"a = <<EOT\r\nx\r\n  y\r\r\nEOT\r\n", "a = <<EOT\nx\n  y\nEOT\n"},
		"an expression over several lines in a heredoc": {
			"core \"a\" {\nm = { b = <<-EOT\n   x ${join(\", \", [\n \"heredoc0\",\n  ])} %{ if true ~}\n y%{ endif }\n EOT\n}\nn = <<EOT\n${f(<<EOS\nz\nEOS\n)}\nEOT\nregion=\"nl\"\n}\n",
			"core \"a\" {\n  m = { b = <<-EOT\n   x ${join(\", \", [\n \"heredoc0\",\n  ])} %{ if true ~}\n y%{ endif }\n EOT\n  }\n  n      = <<EOT\n${f(<<EOS\nz\nEOS\n)}\nEOT\n  region = \"nl\"\n}\n",
		},
		"a byte order mark":       {"\xef\xbb\xbfa=1\n", "a = 1\n"},
		"empty":                   {"", ""},
		"empty lines at the ends": {"\n\n  \n", ""},
		"nothing to do":           {"a = 1\n", "a = 1\n"},
		"nested": {
			"user \"u\" {\ndevice \"d\" {\ncore=core.a\n}\n}\n",
			"user \"u\" {\n  device \"d\" {\n    core = core.a\n  }\n}\n",
		},
	} {
		got, found := Format("test.hcl", []byte(c.src))
		if found.HasErrors() {
			t.Errorf("%s: %v", name, found.Err())
		}
		if d := cmp.Diff(c.want, string(got)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestFormatLeavesJSONAlone(t *testing.T) {
	t.Parallel()
	const src = `{"core":{"ams":{ "ip":"203.0.113.1" }}}`
	got, found := Format("test.hcl.json", []byte(src))
	if string(got) != src || len(found) > 0 {
		t.Errorf("got %q, %v", got, found)
	}
}

func TestFormatRefusesWhatDoesNotParse(t *testing.T) {
	t.Parallel()
	const src = "core \"a\" {\n  ip = \n}\n"
	got, found := Format("dir/test.hcl", []byte(src))
	if string(got) != src {
		t.Errorf("the text was changed to %q", got)
	}
	if len(found) == 0 || found[0].Severity != diag.Error {
		t.Fatalf("no error: %v", found)
	}
	if r := found[0].Range; r == nil || r.File != "dir/test.hcl" || r.Start.Line != 2 {
		t.Errorf("the error is at %+v", found[0].Range)
	}
	if _, found := Format("deep.hcl", []byte("a = "+strings.Repeat("[", 100_000))); !found.HasErrors() {
		t.Error("a text that is too deep is formatted")
	}
}

func TestExamplesAreCanonical(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../examples/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	more, err := filepath.Glob("../../examples/*/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, more...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, found := Format(name, text)
		if d := cmp.Diff(string(text), string(got)); found.HasErrors() || d != "" {
			t.Errorf("%s is not in canonical form: %v\n%s", name, found.Err(), d)
		}
	}
}

func TestReferenceIsCanonical(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "\n```hcl\n")
	if len(blocks) < 10 {
		t.Fatalf("only %d blocks", len(blocks))
	}
	for _, block := range blocks[1:] {
		source, _, _ := strings.Cut(block, "```")
		got, found := Format("language.md", []byte(source))
		if d := cmp.Diff(source, string(got)); found.HasErrors() || d != "" {
			t.Errorf("%v\n%s", found.Err(), d)
		}
	}
}

// meaning is the tokens of a text without those that only lay it out.
func meaning(text []byte) []string {
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	var out []string
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenNewline {
			continue
		}
		piece := t.Bytes
		if t.Type != hclsyntax.TokenStringLit {
			piece = bytes.TrimSpace(bytes.ReplaceAll(piece, []byte("\r\n"), []byte("\n")))
		}
		out = append(out, string(piece))
	}
	return out
}

func checkFormat(t interface {
	Helper()
	Errorf(format string, args ...any)
}, src []byte,
) {
	t.Helper()
	once, found := Format("x.hcl", src)
	if found.HasErrors() {
		if !bytes.Equal(once, src) {
			t.Errorf("a text with errors was changed: %q", once)
		}
		return
	}
	twice, found := Format("x.hcl", once)
	if found.HasErrors() {
		t.Errorf("%q does not parse any more: %q: %v", src, once, found.Err())
	}
	if !bytes.Equal(once, twice) {
		t.Errorf("formatting %q twice gives %q, then %q", src, once, twice)
	}
	if d := cmp.Diff(meaning(lang.Source(src)), meaning(once)); d != "" {
		t.Errorf("formatting %q to %q changes it (-before +after):\n%s", src, once, d)
	}
}

func TestFormatIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
			"core \"a\" {\n", "}\n", "ip=\"x\"\n", "  links = [core.a,core.b]\n", "# c\n", "// d", "\n", "\n\n", "\r\n", " ", "\t",
			"x = {\n", "a=1,", "longer_name = 2\n", "y = <<EOT\n text ${ var.x }\n x\nEOT\n", "z = <<-EOT\n  a\n  EOT\n",
			"v = cond?1:2\n", "h = <<-EOT\n  a ${f([\n 1,\n])}\n  EOT\n", "h = <<EOT\n%{ if a }\n${{\nb=1\n}.b}\n%{ endif }\nEOT\n", "f = g( 1,2 ... )\n", "w = [for k,v in m : k=>v]\n", "/* e\n f */", "s = \"a${ upper( \"b\" ) }c\"\n", "q=-1+ 2\n",
		}), 0, 12).Draw(t, "pieces")
		checkFormat(t, []byte(strings.Join(pieces, "")))
	})
}

func FuzzFormat(f *testing.F) {
	for _, seed := range []string{
		"", "a=1", "core \"a\" {\nip=\"1\"\n}\n", "a = <<EOT\r\nx\r\nEOT\r\n", "a = [\n1,# c\n2\n]\n", "\xef\xbb\xbfa=1",
		"a = \"${b ? \"x\" : \"y\"}\"\n", "a { b {} }\n", "x = {a=1,b=2}\n", "// c", "/* c */ a=1", "#\r", "#\r\r\n", "#\r\r\r\r\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkFormat(t, src) })
}
