package lang

import (
	"os"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/schema"
)

// The reference for users lists every function, and only those that exist.
func TestReferenceListsTheFunctions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n## Functions\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	functions := Functions(folder(), NewTypes(schema.Network()), unlimited())
	for name := range functions {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/language.md does not name %s", name)
		}
	}
	for _, line := range strings.Split(section, "\n") {
		if !strings.HasPrefix(line, "`") || strings.Contains(line, "(") {
			continue
		}
		for _, name := range strings.Split(strings.TrimSuffix(line, ","), ", ") {
			if _, ok := functions[strings.Trim(name, "`")]; !ok {
				t.Errorf("docs/language.md names the function %s, which does not exist", name)
			}
		}
	}
}
