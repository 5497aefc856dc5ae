package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
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
	dangling, wanted := map[int][]reference{}, map[string]bool{}
	for _, w := range m.wanted {
		wanted[w.Marker] = true
	}
	for i := range m.lives {
		l := &m.lives[i]
		for _, ref := range keys.LiveRefs(*l, m.layout) {
			if at, gone := m.deleted[ref.Marker]; gone && !m.data.touches(ref.Key) && (!wanted[ref.Marker] || !m.wants(l, ref.Key)) {
				dangling[at] = append(dangling[at], reference{from: l, ref: ref})
			}
		}
	}
	for at := range m.changes {
		switch refs := dangling[at]; {
		case len(refs) == 0:
		case m.in.Cascade && !slices.ContainsFunc(refs, m.leftAlone):
			m.cascade(at, refs)
		default:
			m.refuseDangling(at, "Deleting", refs)
		}
	}
}

// wantedAs is what the configuration wants of a live object, nil where nothing.
func (m *maker) wantedAs(l *keys.Live) *keys.Object {
	kinds := []addr.Kind{l.Kind}
	if keys.Space(l.Kind) == keys.Node {
		kinds = []addr.Kind{addr.Core, addr.Entry}
	}
	for _, kind := range kinds {
		if w := m.wanted[state.ID{Kind: kind, ID: l.ID}]; w != nil && w.Parent == l.Parent {
			return w
		}
	}
	return nil
}

// wants reports whether the configuration wants a key as it is. Where what it
// refers to is wanted too, that takes the place of what is deleted.
func (m *maker) wants(l *keys.Live, key string) bool {
	w := m.wantedAs(l)
	return w != nil && slices.ContainsFunc(w.Fields, func(f keys.Field) bool {
		return f.Key == key && (l.Kind == addr.Route || f.Value == m.entry(key).Value)
	})
}

// leftAlone reports whether the reference is one of a wanted device that is
// left alone (ignore_changes): it is neither moved nor deleted.
func (m *maker) leftAlone(r reference) bool {
	return r.from.Kind == addr.Device && m.wantedAs(r.from) != nil
}

// cascade deletes what refers: a whole route or device, else the one key.
func (m *maker) cascade(at int, refs []reference) {
	c := &m.changes[at]
	for _, r := range refs {
		m.guards.unmoved(r.ref.Key, m.entry(r.ref.Key).ModRevision)
		switch {
		case m.data.touches(r.ref.Key): // fell with another reference of the same object
		case r.from.Kind == addr.Route, r.from.Kind == addr.Device:
			m.fall(r.from, c)
		default:
			m.data.delete(r.ref.Key)
			c.Falls = append(c.Falls, r.ref.Key)
		}
	}
}

func (m *maker) refuseDangling(at int, doing string, refs []reference) {
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
		Summary: fmt.Sprintf("%s %s would leave others' objects dangling", doing, c.Address),
		Detail:  "What refers to it and is not managed here:\n" + strings.Join(lines, "\n"),
		Hint:    "Move them elsewhere first, declare them here, or delete them too with --cascade.",
	})
}
