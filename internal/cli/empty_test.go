package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestNothingEmpty gives each flag of each command that takes a text an empty
// one: what was meant is not known, so nothing is done.
func TestNothingEmpty(t *testing.T) {
	t.Parallel()
	tried := 0
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			visit(sub)
		}
		if c.RunE == nil || c.HasSubCommands() || c.Name() == "help" || c.Parent().Name() == "completion" {
			return
		}
		words := strings.Fields(c.CommandPath())[1:]
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			switch f.Value.Type() {
			case "string", "stringArray", "stringSlice", "size", "duration":
				tried++
				refused(t, append(words, "--"+f.Name+"="), f.Name)
			}
		})
		refused(t, append(words, ""), "")
	}
	visit(newApp(schema.Network()).root)
	if tried < 200 {
		t.Errorf("only %d flags were tried", tried)
	}
}

// refusedWithin is far above what a refusal takes, which reads nothing.
const refusedWithin = 20 * time.Second

// refused checks that a command line is refused. One that is not may do anything,
// also wait for what never comes.
func refused(t *testing.T, args []string, flag string) {
	t.Helper()
	a := newApp(schema.Network())
	var out bytes.Buffer
	a.stdout, a.stderr = &out, &out
	ended := make(chan int, 1)
	go func() { ended <- a.run(t.Context(), args) }()
	code := 0
	select {
	case code = <-ended:
	case <-time.After(refusedWithin):
		t.Fatalf("%q: not refused within %s: it does what the command does", args, refusedWithin)
	}
	if code != failure.ExitError || !strings.Contains(out.String(), "error: ") || !strings.Contains(out.String(), flag) {
		t.Errorf("%q: code %d: %s", args, code, out.String())
	}
}

// TestEmptyElements: a list with nothing in one place is as empty.
func TestEmptyElements(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"plan", "--endpoints", "http://a:1,,http://b:1"}, {"plan", "--allow", "a", "--allow", " "}, {"plan", "--var-file="},
	} {
		refused(t, args, "empty value")
	}
}
