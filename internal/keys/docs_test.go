package keys

import (
	"os"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// sections are where docs/keys.md has the keys of a kind, and how it spells
// what comes before a field's own part.
func sections(kind addr.Kind) (headings []string, bases map[schema.Base]string) {
	switch kind {
	case addr.Core, addr.Entry:
		return []string{"Nodes", "Topology"}, map[schema.Base]string{
			schema.Links: "topology/links/<core ip>/", schema.Bindings: "topology/bindings/<entry ip>/",
		}
	case addr.Cell:
		return []string{"Cells"}, nil
	case addr.Route:
		return []string{"Paths"}, nil
	case addr.User:
		return []string{"Users"}, nil
	default:
		return []string{"Devices"}, map[schema.Base]string{schema.Own: "users/<id>/devices/<uuid>/", schema.Routes: "routes/<uuid>/"}
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
		for _, s := range newIndex(schema.Network().Kind(kind)).fields {
			if s.Class == schema.Operational && strings.HasSuffix(s.Key, "service_name") {
				continue // the other kind's, in case it is found
			}
			class := ""
			for _, h := range headings {
				for key, c := range rows[h] {
					if key == bases[s.Base]+s.Key || s.Many() && strings.HasPrefix(key, bases[s.Base]+s.Key) {
						class = c
					}
				}
			}
			if !strings.HasPrefix(class, string(s.Class)) || s.Sensitive != strings.Contains(class, "sensitive") {
				t.Errorf("%s of a %s is %s (sensitive: %v); docs/keys.md says %q", s.Key, kind, s.Class, s.Sensitive, class)
			}
		}
	}
}
