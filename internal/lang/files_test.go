package lang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/schema"
)

// The root of a real folder follows no link out of it.
func TestLinksStayInTheFolder(t *testing.T) {
	t.Parallel()
	outside, inside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret.txt"), "out")
	write(t, filepath.Join(inside, "real.txt"), "in")
	for link, target := range map[string]string{
		"escape.txt": filepath.Join(outside, "secret.txt"), "up.txt": "../" + filepath.Base(outside) + "/secret.txt",
		"folder": outside, "good.txt": "real.txt", "loop.txt": "loop.txt",
	} {
		if err := os.Symlink(target, filepath.Join(inside, link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	functions := Functions(root.FS(), NewTypes(schema.Network()), unlimited())
	for name, want := range map[string]string{
		"escape.txt": "leads outside", "up.txt": "leads outside", "folder/secret.txt": "leads outside", "loop.txt": "can't be read",
	} {
		for _, f := range []string{"file", "fileexists", "filebase64"} {
			_, err := functions[f].Call([]cty.Value{cty.StringVal(name)})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s(%q): %v, want an error with %q", f, name, err, want)
			}
			if err != nil && strings.Contains(err.Error(), outside) {
				t.Errorf("%s(%q) shows where the link leads: %v", f, name, err)
			}
		}
	}
	if v, err := functions["file"].Call([]cty.Value{cty.StringVal("good.txt")}); err != nil || v.AsString() != "in" {
		t.Errorf("a link inside the folder: %#v, %v", v, err)
	}
	names, err := functions["fileset"].Call([]cty.Value{cty.StringVal("."), cty.StringVal("**/secret.txt")})
	if err != nil || names.LengthInt() != 0 {
		t.Errorf("fileset follows a link out of the folder: %#v, %v", names, err)
	}
}

func TestFileIsBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large.txt")
	write(t, large, "")
	if err := os.Truncate(large, maxFile+1); err != nil {
		t.Fatal(err)
	}
	_, err := Functions(os.DirFS(dir), NewTypes(schema.Network()), unlimited())["file"].Call([]cty.Value{cty.StringVal("large.txt")})
	if err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("got %v", err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
