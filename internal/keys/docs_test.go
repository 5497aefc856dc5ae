package keys

import (
	"os"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
)

// sections are where docs/keys.md has the keys of a kind, and how it spells
// what comes before a field's own part.
func sections(kind addr.Kind) (headings []string, bases map[base]string) {
	switch kind {
	case addr.Core, addr.Entry:
		return []string{"Nodes", "Topology"}, map[base]string{
			links: "topology/links/<core ip>/", bindings: "topology/bindings/<entry ip>/",
		}
	case addr.Cell:
		return []string{"Cells"}, nil
	case addr.Route:
		return []string{"Paths"}, nil
	case addr.User:
		return []string{"Users"}, nil
	default:
		return []string{"Devices"}, map[base]string{own: "users/<id>/devices/<uuid>/", routes: "routes/<uuid>/"}
	}
}

// documented reads the rows of the document: heading, key, and the cell of the class.
func documented(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, heading := map[string]map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "### "); ok {
			heading, rows[title] = title, map[string]string{}
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) < 6 || heading == "" {
			continue
		}
		if parts := strings.Split(cells[2], "`"); len(parts) > 2 {
			rows[heading][parts[1]] = strings.TrimSpace(cells[4])
		}
	}
	return rows
}

// TestTheDocumentHasEveryRow: docs/keys.md names each key of the table with its
// class, and a sensitive one says so.
func TestTheDocumentHasEveryRow(t *testing.T) {
	t.Parallel()
	rows := documented(t)
	for _, kind := range []addr.Kind{addr.Cell, addr.Core, addr.Entry, addr.Route, addr.User, addr.Device} {
		headings, bases := sections(kind)
		for _, s := range table(kind) {
			if s.class == Operational && strings.HasSuffix(s.path, "service_name") {
				continue // the other kind's, in case it is found
			}
			class := ""
			for _, h := range headings {
				for key, c := range rows[h] {
					if key == bases[s.base]+s.path || s.many && strings.HasPrefix(key, bases[s.base]+s.path) {
						class = c
					}
				}
			}
			if !strings.HasPrefix(class, string(s.class)) || s.sensitive != strings.Contains(class, "sensitive") {
				t.Errorf("%s of a %s is %s (sensitive: %v); docs/keys.md says %q", s.path, kind, s.class, s.sensitive, class)
			}
		}
	}
}
