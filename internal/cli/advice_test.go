package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sigilgate/sigilform/internal/schema"
)

// ofOthers are flags that the program names and that are not its own: those of
// etcd's servers and of etcdctl, and what git is called with.
func ofOthers() map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(`client-cert-auth trusted-ca-file max-request-bytes max-txn-ops auth-token auto-compaction-retention cluster prefix help
		no-optional-locks no-pager null name-only get-regexp verify quiet porcelain ignore-submodules get`) {
		out[name] = true
	}
	return out
}

// TestEveryFlagThatIsNamedIsThere: no text of the program names a flag that no
// command has. Whether it is one of the command that fails, the scripts ask.
func TestEveryFlagThatIsNamedIsThere(t *testing.T) {
	t.Parallel()
	known := ofOthers()
	var learn func(c *cobra.Command)
	learn = func(c *cobra.Command) {
		for _, flags := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			flags.VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		}
		for _, sub := range c.Commands() {
			learn(sub)
		}
	}
	learn(newApp(schema.Network()).root)
	named := 0
	for text, where := range texts(t) {
		for _, m := range regexp.MustCompile(`--([a-z][a-z-]*[a-z])`).FindAllStringSubmatch(text, -1) {
			named++
			if !known[m[1]] {
				t.Errorf("%s: no command has --%s: %q", where, m[1], text)
			}
		}
	}
	if named < 100 {
		t.Errorf("only %d flags were found", named)
	}
}

// texts are the strings of the product's sources, and where each is.
func texts(t *testing.T) map[string]string {
	t.Helper()
	out, files := map[string]string{}, token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "etcdtest") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err //nolint:wrapcheck // it says where
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.BasicLit); ok && s.Kind == token.STRING {
				if text, err := strconv.Unquote(s.Value); err == nil {
					out[text] = files.Position(s.Pos()).String()
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
