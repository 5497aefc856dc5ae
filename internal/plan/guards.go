package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// guards collects the conditions of an apply, each once.
type guards struct {
	seen map[kv.Guard]bool
	// empty holds the prefixes that must hold no key.
	empty map[string]bool
}

func newGuards() *guards {
	return &guards{seen: map[kv.Guard]bool{}, empty: map[string]bool{}}
}

// unmoved guards one key by the ModRevision that the plan saw, 0 where absent.
func (g *guards) unmoved(key string, revision int64) {
	g.seen[kv.Guard{Kind: kv.Unmoved, Key: key, Revision: revision}] = true
}

// exists guards an object that a change refers to: by its marker, whatever
// its value.
func (g *guards) exists(marker string, createRevision int64) {
	g.seen[kv.Guard{Kind: kv.Exists, Key: marker, Revision: createRevision}] = true
}

// vacant guards an object that is created whole: one compare for all its keys.
func (g *guards) vacant(prefix string) { g.empty[prefix] = true }

// noneAdded guards a prefix against keys made after the revision.
func (g *guards) noneAdded(prefix string, revision int64) {
	g.seen[kv.Guard{Kind: kv.NotAfter, Key: prefix, Revision: revision}] = true
}

// unwritten guards a range against everything that is written after the revision.
func (g *guards) unwritten(r kv.Range, revision int64) {
	g.seen[kv.Guard{Kind: kv.Unwritten, Key: r.Key, End: r.End, Revision: revision}] = true
}

// add takes guards as they are.
func (g *guards) add(all ...kv.Guard) {
	for _, one := range all {
		g.seen[one] = true
	}
}

// list returns the guards sorted, without those that a vacant prefix implies.
func (g *guards) list() []kv.Guard {
	var out []kv.Guard
	for guard := range g.seen {
		if guard.Revision == 0 && guard.Kind == kv.Unmoved && underAny(guard.Key, g.empty) {
			continue
		}
		out = append(out, guard)
	}
	for prefix := range g.empty {
		if !underAny(strings.TrimSuffix(prefix, "/"), g.empty) {
			out = append(out, kv.Guard{Kind: kv.Empty, Key: prefix})
		}
	}
	slices.SortFunc(out, kv.Guard.Compare)
	return out
}
