package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// heir is a head, and at which revision it became that.
type heir struct{ serial, revision int64 }

// rewound judges a rollback: what only applies have written since the serial is
// again as it was; what was others' then is there, whoever took it over since.
func (c *checker) rewound(apply string, revision int64) {
	p := c.trace.Plans[apply]
	at := slices.IndexFunc(c.heirs, func(h heir) bool { return h.serial == p.RolledBackTo })
	if p.RolledBackTo == 0 || at < 0 {
		return
	}
	since := c.heirs[at].revision
	astray := c.astray(since)
	for _, key := range slices.Sorted(maps.Keys(c.moments)) {
		if astray[key] {
			continue
		}
		if fault := c.rewoundKey(apply, key, since, revision); fault != "" {
			c.fault("revision %d: the rollback %s to serial %d %s", revision, apply, p.RolledBackTo, fault)
		}
	}
}

// astray are the keys that were not as their records said at a revision: where an
// apply was abandoned, what it had not come to. A rollback brings records back.
func (c *checker) astray(revision int64) map[string]bool {
	s := &kv.Snapshot{Revision: revision}
	for _, key := range slices.Sorted(maps.Keys(c.moments)) {
		if m := c.then(key, revision); m.there && (strings.HasPrefix(key, c.trace.Prefix) || strings.HasPrefix(key, state.Root)) {
			s.Entries = append(s.Entries, kv.Entry{Key: key, Value: m.value, ModRevision: m.revision})
		}
	}
	st, err := state.Decode(s, c.trace.Network)
	if err != nil || st.Head == nil {
		return nil // told where the apply ended
	}
	out := map[string]bool{}
	for _, o := range drift.Detect(schema.Network(), s, st, nil).Objects {
		for _, f := range o.Fields {
			out[f.Key] = true
			if at, ok := c.keys.Locate(f.Key); ok && at.IsLink() { // both of its directions come, or none
				out[c.keys.FieldKey(addr.Core, c.keys.Member(at), "", "links."+at.ID)] = true
			}
		}
	}
	return out
}

// rewoundKey says what is wrong with a key after a rollback, if anything is.
func (c *checker) rewoundKey(apply, key string, since, revision int64) string {
	was, is := c.then(key, since), c.then(key, revision)
	where, ok := c.keys.Locate(key)
	if !ok || was == is || c.operational(key) || c.othersWrote(key, since) {
		return ""
	}
	if !c.managed(where, since) && c.any(where, since) {
		if is.there || !was.there || is.by != apply || c.wasGone(where, since, revision) { // an apply may have deleted it since, and another made one of its own
			return ""
		}
		return fmt.Sprintf("removed %s, which others had made before anybody applied it", key)
	}
	// What others had written or removed by then was not part of the apply.
	ours := was.revision == 0 || was.by != ""
	if !ours || was.there == is.there && was.value == is.value {
		return ""
	}
	return fmt.Sprintf("made %s %s, which was %s (only applies have written it since)", key, is, was)
}

// String is what there was.
func (m moment) String() string {
	if !m.there {
		return "absent"
	}
	return "\"" + m.value + "\""
}

// othersWrote reports whether others have written a key since a revision.
func (c *checker) othersWrote(key string, since int64) bool {
	return slices.ContainsFunc(c.moments[key], func(m moment) bool { return m.revision > since && m.by == "" })
}

// managed reports whether the object of a key had a record at a revision.
func (c *checker) managed(where keys.Location, revision int64) bool {
	kinds := []addr.Kind{where.Space}
	if where.Space == keys.Node {
		kinds = []addr.Kind{addr.Core, addr.Entry}
	}
	return slices.ContainsFunc(kinds, func(kind addr.Kind) bool { return c.then(c.layout.Record(kind, where.ID), revision).there })
}

// wasGone reports whether the object of a key was not there at some time between two
// revisions.
func (c *checker) wasGone(where keys.Location, since, until int64) bool {
	return slices.ContainsFunc(c.moments[c.keys.Marker(where.Space, where.ID, where.Parent)], func(m moment) bool {
		return m.revision > since && m.revision < until && !m.there
	})
}

// any reports whether the object of a key existed at a revision.
func (c *checker) any(where keys.Location, revision int64) bool {
	return c.then(c.keys.Marker(where.Space, where.ID, where.Parent), revision).there
}
