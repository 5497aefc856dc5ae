package plan

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
)

// maxListed is how many dangling references one conflict spells out.
const maxListed = 20

// reference is a live key that refers to an object that the plan deletes.
type reference struct {
	from *keys.Live
	ref  keys.LiveRef
}

// checkDangling finds what others made and what would refer to a deleted
// object. It is refused, or with --cascade deleted too.
func (m *maker) checkDangling() {
	if len(m.deleted) == 0 {
		return
	}
	dangling := map[int][]reference{}
	for i := range m.lives {
		l := &m.lives[i]
		for _, ref := range keys.LiveRefs(*l, m.layout) {
			if at, gone := m.deleted[ref.Marker]; gone && !m.data.touches(ref.Key) {
				dangling[at] = append(dangling[at], reference{from: l, ref: ref})
			}
		}
	}
	for at := range m.changes {
		switch refs := dangling[at]; {
		case len(refs) == 0:
		case m.in.Cascade:
			m.cascade(at, refs)
		default:
			m.refuseDangling(at, refs)
		}
	}
}

// cascade deletes what refers: a whole route or device, else the one key.
func (m *maker) cascade(at int, refs []reference) {
	c := &m.changes[at]
	for _, r := range refs {
		if r.from.Kind == addr.Route || r.from.Kind == addr.Device {
			for _, prefix := range m.layout.Prefixes(r.from.Kind, r.from.ID, r.from.Parent) {
				m.data.deletePrefix(prefix)
			}
			for _, f := range r.from.Fields {
				c.Falls = append(c.Falls, f.Key)
			}
		} else {
			m.data.delete(r.ref.Key)
			c.Falls = append(c.Falls, r.ref.Key)
		}
		m.guards.unmoved(r.ref.Key, m.entry(r.ref.Key).ModRevision)
	}
}

func (m *maker) refuseDangling(at int, refs []reference) {
	c := &m.changes[at]
	var lines []string
	for i, r := range refs {
		if i == maxListed {
			lines = append(lines, fmt.Sprintf("and %d more", len(refs)-maxListed))
			break
		}
		lines = append(lines, fmt.Sprintf("%s %s (%s)", r.from.Kind, r.from.ID, r.ref.Key))
	}
	m.conflict(Conflict{
		Address: c.Address,
		Summary: fmt.Sprintf("Deleting %s would leave others' objects dangling", c.Address),
		Detail:  "What refers to it and is not managed here:\n" + strings.Join(lines, "\n"),
		Hint:    "Move them elsewhere first, declare them here, or delete them too with --cascade.",
	})
}
