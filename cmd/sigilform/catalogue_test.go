package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCatalogue builds the program with a catalogue that has some fields more,
// and sees them go the whole way: from HCL through validate, plan, apply, drift,
// rollback, snapshot, access and every format. Nothing else is changed: what a
// field needs beside its line in the catalogue would be missing here.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "..", "testdata", "catalogue")
	program := buildWith(t, filepath.Join(folder, "more.go.in"))
	testscript.Run(t, testscript.Params{
		Dir: folder, UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(program)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return setUp(t.Context(), env)
		},
		Cmds: commands(t),
	})
}

// buildWith builds the program with a file more in the room of the catalogue,
// whose function more makes a larger one of the network's.
func buildWith(t *testing.T, more string) string {
	t.Helper()
	abs := func(path string) string {
		out, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	write := func(path, text string) string {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dir, room := t.TempDir(), abs(filepath.Join("..", "..", "internal", "schema"))
	table := filepath.Join(room, "catalogue.go")
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(text), "\treturn New(settingsKind()")
	call, rest, ended := strings.Cut(after, ")\n}")
	if !ok || !ended {
		t.Fatal("the catalogue of the network is not made as it was")
	}
	larger := write(filepath.Join(dir, "catalogue.go"), before+"\treturn more(New(settingsKind()"+call+"))\n}"+rest)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {table: larger, filepath.Join(room, "more.go"): abs(more)}})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "sigilform")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", write(filepath.Join(dir, "overlay.json"), string(overlay)), "-o", out, ".")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return out
}
