package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// crash runs a command that panics, and returns what it printed. The value of the
// panic holds what nobody may see.
func crash(t *testing.T, run func(), args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	a := newApp(schema.Network())
	var out, said bytes.Buffer
	a.stdout, a.stderr = &out, &said
	c := &cobra.Command{Use: "faulty", RunE: func(*cobra.Command, []string) error {
		err := a.openReports(&a.out)
		run()
		return err
	}}
	a.out.addReports(c)
	a.prepare(c)
	a.root.AddCommand(c)
	code = a.run(t.Context(), append([]string{"faulty"}, args...))
	return code, out.String(), said.String()
}

// panics are in the goroutine of the command, and in one that it waits for.
func panics() map[string]func() {
	hidden := func() { panic(fmt.Sprintf("the password is %s", "hunter2-marker")) } //nolint:forbidigo // what is to be caught
	return map[string]func(){
		"in the command": hidden,
		"beside it":      func() { var g fault.Group; g.Go(hidden); g.Wait() },
	}
}

func TestCrash(t *testing.T) {
	for name, run := range panics() {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := crash(t, run)
			if code != 70 || stdout != "" {
				t.Errorf("exit code %d, output %q", code, stdout)
			}
			said := strings.Join(strings.Fields(stderr), " ")
			for _, want := range []string{"error: sigilform has a fault", "`sigilform faulty`", whereToReport} {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, stderr)
				}
			}
			file := regexp.MustCompile(`\S*sigilform-crash-\S*\.txt`).FindString(said)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v:\n%s", err, stderr)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file: %v %v", info.Mode(), err)
			}
			if !strings.Contains(string(text), "crash_test.go:") || strings.Contains(string(text)+stderr, "hunter2") {
				t.Errorf("the file holds\n%s", text)
			}
		})
	}
}

func TestCrashInJSON(t *testing.T) {
	report := t.TempDir() + "/report.md"
	code, stdout, stderr := crash(t, panics()["beside it"], "--json", "--output", "markdown="+report)
	var d render.ErrorDocument
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatalf("%v:\n%s", err, stdout)
	}
	if code != 70 || d.ExitCode != 70 || d.Code != "crash" || stderr != "" || strings.Contains(stdout, "hunter2") {
		t.Errorf("exit code %d, on standard error %q, document\n%s", code, stderr, stdout)
	}
	if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), "has a fault") {
		t.Errorf("the report: %v\n%s", err, text)
	}
}

// TestCrashWithoutRoom: where no file can be written the stack is in the message.
func TestCrashWithoutRoom(t *testing.T) {
	code, _, stderr := crash(t, func() {
		t.Setenv("TMPDIR", "/nowhere/at/all")
		panics()["in the command"]()
	})
	if code != 70 || !strings.Contains(strings.Join(strings.Fields(stderr), ""), "crash_test.go:") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}
