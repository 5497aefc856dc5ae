package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/state"
)

// Moved is what a rollback does with a value that an undone apply wrote, that
// nobody enforces any more, and that the network has changed since.
type Moved string

// What it does. As long as nobody says, the plan can't be applied.
const (
	MovedAsk     Moved = ""
	MovedKeep    Moved = "keep"
	MovedRestore Moved = "restore"
)

// tellMoved says of an object what the network has changed since: nothing of it
// is lost, or left, unseen.
func (m *maker) tellMoved(r *state.Record, backs map[string]back) {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(backs)) {
		if b := backs[name]; b.moved {
			word := func(c state.Content) string { return wordOf(c, m.hides(r, b, name)) }
			lines = append(lines, fmt.Sprintf("%s: %s was written after serial %d, the network has %s now, and it had %s before",
				name, word(b.field.Left), m.in.Serial, word(m.contentAt(b.key)), word(b.to)))
		}
	}
	if len(lines) == 0 {
		return
	}
	summary := fmt.Sprintf("The network has changed what %s was given after serial %d", r.Address, m.in.Serial)
	detail := "Nothing says which value is right:\n" + strings.Join(lines, "\n")
	switch m.in.Moved {
	case MovedKeep:
		m.warnMoved(r, summary, "It is kept as it is now (--moved keep).\n"+strings.Join(lines, "\n"))
	case MovedRestore:
		m.warnMoved(r, summary, "What it had before comes back (--moved restore).\n"+strings.Join(lines, "\n"))
	case MovedAsk:
		m.conflict(Conflict{
			Address: r.Address, Summary: summary, Detail: detail,
			Hint: "Keep what the network has with --moved keep, or bring back what it had before with --moved restore.",
		})
	}
}

func (m *maker) warnMoved(r *state.Record, summary, detail string) {
	m.plan.Warnings = append(m.plan.Warnings, diag.Diagnostic{
		Severity: diag.Warning, Address: r.Address, Summary: summary, Detail: detail,
	})
}

func (m *maker) contentAt(key string) state.Content {
	e, there := m.in.Snapshot.Get(key)
	return state.Content{Present: there, Text: e.Value, Known: true}
}

// hides reports whether none of a field's values may be shown, as one of them
// was sensitive: then, now, or in between.
func (m *maker) hides(r *state.Record, b back, name string) bool {
	secret := func(c state.Content) bool { return c.Fell || c.Fingerprint != "" }
	return secret(b.field.Left) || secret(b.to) || r.Hides(name) || m.in.State.Records[state.ID{Kind: r.Kind, ID: r.ID}].Hides(name) ||
		m.in.State.ReleasedDigest(m.layout, b.key) != "" || m.layout.Sensitive(r.Kind, name)
}

// wordOf is a value as it may be shown.
func wordOf(c state.Content, hidden bool) string {
	switch {
	case !c.Present:
		return "nothing"
	case hidden:
		return "a sensitive value"
	case c.Text == "":
		return "an empty value"
	}
	return strconv.Quote(c.Text)
}
