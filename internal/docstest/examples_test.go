package docstest

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// example is a configuration of examples/, with an address that its plan must
// name and a value that its outputs must hold.
type example struct{ path, address, output string }

func examples() []example {
	return []example{
		{"examples/network.hcl", `entry.pool["one"]`, "shop.example.net"},
		{"examples/access.hcl", `acl_role.entry["entry.shop"]`, "shop.example.net"},
		{"examples/regions", `module.region["nl"].core.this`, "one.nl.example.org"},
	}
}

// TestExamples applies each example on the embedded server, plans it again to
// nothing, and destroys it.
func TestExamples(t *testing.T) {
	t.Parallel()
	program := build(t)
	for _, e := range examples() {
		t.Run(filepath.Base(e.path), func(t *testing.T) {
			t.Parallel()
			path, address := e.path, e.address
			dir := copyTree(t, "examples")
			steps := []struct {
				args []string
				code int
				says string
			}{
				{[]string{"validate", path}, 0, ""},
				{[]string{"fmt", "--check", path}, 0, ""},
				{[]string{"plan", "--detailed-exitcode", path}, 2, address},
				{[]string{"apply", "--auto-approve", path}, 0, ""},
				{[]string{"plan", "--detailed-exitcode", path}, 0, ""},
				{[]string{"drift", path}, 0, ""},
				{[]string{"output", path}, 0, e.output},
				{[]string{"status", path}, 0, "active"},
				{[]string{"graph", path}, 0, "graph"},
				{[]string{"destroy", "--auto-approve", path}, 0, address},
				{[]string{"plan", "--detailed-exitcode", path}, 2, address},
			}
			for _, s := range steps {
				out, code := run(t, program, dir, s.args...)
				if code != s.code || !strings.Contains(out, s.says) {
					t.Fatalf("sigilform %s: exit code %d, want %d, and %q in:\n%s",
						strings.Join(s.args, " "), code, s.code, s.says, out)
				}
				if strings.Contains(out, "$argon2id$") || strings.Contains(out, "$2a$") {
					t.Errorf("sigilform %s prints a credential:\n%s", strings.Join(s.args, " "), out)
				}
			}
		})
	}
}

// built is the program, made once for all tests.
var built struct {
	once sync.Once
	path string
	err  error
}

// build makes the program as a user does.
func build(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		built.path = filepath.Join(folder, "sigilform")
		cmd := exec.Command("go", "build", "-o", built.path, "./cmd/sigilform")
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = errors.New(string(out))
		}
	})
	if built.err != nil {
		t.Fatalf("go build: %v", built.err)
	}
	return built.path
}

// run runs the program in a folder and returns all that it prints.
func run(t *testing.T, program, dir string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, clean(filepath.Dir(program))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
