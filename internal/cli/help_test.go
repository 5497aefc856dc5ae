package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestDocumentation holds docs/cli.md to the program: every command and every
// flag is in it.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range newApp(schema.Network()).root.Commands() {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		if !strings.Contains(string(text), "`sigilform "+c.Name()) {
			t.Errorf("docs/cli.md lacks the command %s", c.Name())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" && !strings.Contains(string(text), "`--"+f.Name) {
				t.Errorf("docs/cli.md lacks the flag --%s of %s", f.Name, c.Name())
			}
		})
	}
}

// TestHelp holds every command to what its help must say.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, c := range newApp(schema.Network()).root.Commands() {
		if own := c.GroupID != "" && c.Name() != "completion" && c.Name() != "help"; !own || c.Name() == "version" {
			continue
		}
		checkHelp(t, c)
	}
}

func checkHelp(t *testing.T, c *cobra.Command) {
	t.Helper()
	if !strings.Contains(c.Long, "Exit codes:\n  0  ") || c.Example == "" || c.Short == "" {
		t.Errorf("the help of %s lacks its exit codes, examples or summary", c.Name())
	}
	if !strings.Contains(c.Long, "\n  70  ") || !strings.Contains(c.Long, "\n  130  ") {
		t.Errorf("the help of %s lacks how every command may end", c.Name())
	}
	if strings.HasSuffix(c.Short, ".") {
		t.Errorf("the summary of %s ends in a full stop", c.Name())
	}
	for line := range strings.Lines(c.Long) {
		if len(line) > 84 && !strings.HasPrefix(line, "  3") {
			t.Errorf("the help of %s has a long line: %s", c.Name(), line)
		}
	}
}
