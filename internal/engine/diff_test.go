package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	got := Diff(&Formatted{Name: "a.hcl", Before: []byte("a\nb  = 1\nc\n\n\n"), After: []byte("a\nb = 1\nc\n")})
	want := "--- a.hcl\n+++ a.hcl (formatted)\n@@ -1,5 +1,3 @@\n a\n-b  = 1\n+b = 1\n c\n-\n-\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Diff(&Formatted{Name: "a", Before: []byte("x"), After: []byte("x\n")}); !strings.Contains(got, "-x\n\\ No newline at end of file\n+x\n") {
		t.Errorf("got\n%s", got)
	}
}

// TestDiffPatches holds that patch makes one text of the other.
func TestDiffPatches(t *testing.T) {
	t.Parallel()
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Log("there is no patch on this machine")
	}
	dir := t.TempDir()
	line := rapid.SampledFrom([]string{"a\n", "b\n", "  a\n", "\n", "c {\n", "}\n"})
	rapid.Check(t, func(r *rapid.T) {
		before := strings.Join(rapid.SliceOfN(line, 0, 30).Draw(r, "before"), "")
		after := strings.Join(rapid.SliceOfN(line, 0, 30).Draw(r, "after"), "")
		if patch == "" || before == after {
			return
		}
		name := filepath.Join(dir, "f")
		if err := os.WriteFile(name, []byte(before), 0o600); err != nil {
			r.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), patch, "-s", name)
		cmd.Stdin = strings.NewReader(Diff(&Formatted{Name: "f", Before: []byte(before), After: []byte(after)}))
		if out, err := cmd.CombinedOutput(); err != nil {
			r.Fatalf("%v: %s", err, out)
		}
		if got, err := os.ReadFile(name); err != nil && after != "" || string(got) != after {
			r.Fatalf("patch makes %q, want %q (%v)", got, after, err)
		}
	})
}
