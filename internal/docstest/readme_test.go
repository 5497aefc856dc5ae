package docstest

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// realCluster is how the README names the members of a real cluster. The test
// puts a real server with TLS in their place.
const realCluster = "https://ams.example.net:2379,https://waw.example.net:2379,https://hel.example.net:2379"

// anew makes the README's commands build the program, as .ci/run does. Go knows
// nothing of a copy of the tree, and would compile all of it again.
var anew = flag.Bool("anew", false, "build the program of the README in the copy of the tree")

// standIn is the README's go where the program is built already, in the tree
// itself. It knows the README's two commands alone.
func standIn(program string) string {
	return `#!/bin/sh
case "$*" in
"run ./cmd/sigilform "*) shift 2; exec '` + program + `' "$@" ;;
"build -o bin/sigilform ./cmd/sigilform") mkdir -p bin && cp '` + program + `' bin/sigilform ;;
*) echo "the stand-in for go does not know: go $*"; exit 1 ;;
esac
`
}

// TestReadme runs every command of the README, in order, in a copy of the
// tree, as a reader would in one terminal.
func TestReadme(t *testing.T) {
	t.Parallel()
	commands := of("sh", blocks(read(t, "README.md")))
	if len(commands) < 8 {
		t.Fatalf("the README has only %d blocks of commands", len(commands))
	}
	dir := copyTree(t, "cmd", "internal", "examples", "go.mod", "go.sum")
	pki := newPKI(t, filepath.Join(dir, "tour", "pki"))
	server := etcdtest.StartWith(t, etcdtest.Options{TLS: pki})

	text := script(commands)
	if !strings.Contains(text, realCluster) {
		t.Errorf("the README does not show a cluster with TLS: %s", realCluster)
	}
	text = strings.ReplaceAll(text, realCluster, server.Endpoint())
	text = strings.ReplaceAll(text, "mkdir tour\n", "mkdir -p tour\n") // the certificates are there already

	cmd := exec.CommandContext(t.Context(), "sh", "-c", text)
	bin := tools(t)
	if !*anew {
		writeFile(t, filepath.Join(bin, "go"), standIn(build(t)), 0o700)
	}
	cmd.Dir, cmd.Env = dir, clean(bin)
	printed, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the commands of the README: %v\n%s", err, printed)
	}
	compare(t, commands, outputs(string(printed)))
	if len(server.Keys(t, "/sigilgate/")) == 0 {
		t.Error("the README's apply wrote nothing into the cluster with TLS")
	}
}

// TestExampleReadmes runs the commands of the documents beside the examples.
func TestExampleReadmes(t *testing.T) {
	t.Parallel()
	program := build(t)
	commands := of("sh", blocks(read(t, "examples", "regions", "README.md")))
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script(commands))
	cmd.Dir, cmd.Env = copyTree(t, "examples"), clean(filepath.Dir(program))
	printed, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the commands of examples/regions/README.md: %v\n%s", err, printed)
	}
	compare(t, commands, outputs(string(printed)))
}

// compare finds shown lines that were not printed.
func compare(t *testing.T, commands []block, printed map[int]string) {
	t.Helper()
	for i, b := range commands {
		if b.output == "" || b.skip != "" {
			continue
		}
		if line := missing(b.output, printed[i]); line != "" {
			t.Errorf("line %d shows a line that was not printed, or not in its place:\n%s\nprinted was:\n%s",
				b.line, line, printed[i])
		}
	}
}

// TestReadmeSnippets validates each piece of HCL in the README.
func TestReadmeSnippets(t *testing.T) {
	t.Parallel()
	program := build(t)
	for _, b := range of("hcl", blocks(read(t, "README.md"))) {
		text := b.text
		if !strings.Contains(text, "network \"") {
			text += "\nnetwork \"snippet\" {}\n"
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "snippet.hcl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := run(t, program, dir, "validate", "."); code != 0 {
			t.Errorf("README.md:%d is not a valid configuration (exit code %d):\n%s", b.line, code, out)
		}
	}
}
