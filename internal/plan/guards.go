package plan

import (
	"cmp"
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

// drop takes a guard out again, that another one implies.
func (g *guards) drop(one kv.Guard) { delete(g.seen, one) }

// list returns the guards sorted, without those that a vacant prefix or a wider
// range implies.
func (g *guards) list() []kv.Guard {
	var out []kv.Guard
	narrow := g.narrow()
	for guard := range g.seen {
		if narrow[guard] {
			continue
		}
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

// narrow are the guards of ranges that lie within another one: those of a device
// whose user is deleted, too.
func (g *guards) narrow() map[kv.Guard]bool {
	var ranges []kv.Guard
	for guard := range g.seen {
		if guard.Kind == kv.Unwritten {
			ranges = append(ranges, guard)
		}
	}
	slices.SortFunc(ranges, func(a, b kv.Guard) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), strings.Compare(a.Key, b.Key), strings.Compare(b.End, a.End))
	})
	out := map[kv.Guard]bool{}
	var wide kv.Guard
	for _, next := range ranges {
		if next.Revision == wide.Revision && next.End <= wide.End {
			out[next] = true
			continue
		}
		wide = next
	}
	return out
}
