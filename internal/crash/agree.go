package crash

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// agree holds the state against the data where an apply ends: what differs is
// of others, who wrote it after the plan was made.
func (c *checker) agree(apply string, revision int64) {
	p, known := c.trace.Plans[apply]
	if !known {
		return
	}
	s := &kv.Snapshot{Revision: revision}
	for _, key := range slices.Sorted(maps.Keys(c.value)) {
		if c.mod[key] > 0 && (strings.HasPrefix(key, c.trace.Prefix) || strings.HasPrefix(key, state.Root)) {
			s.Entries = append(s.Entries, kv.Entry{Key: key, Value: c.value[key], ModRevision: c.mod[key]})
		}
	}
	st, err := state.Decode(s, c.trace.Network)
	if err != nil {
		c.fault("revision %d: %v", revision, err)
		return
	}
	if st.Head == nil {
		return
	}
	report := drift.Detect(schema.Network(), s, st, nil)
	for i := range report.Objects {
		for _, f := range report.Objects[i].Fields {
			if c.by[f.Key] != "" || c.last(f.Key) <= p.Seen {
				c.fault("revision %d: the apply %s ended, and %s is not as its record says: %s", revision, apply, f.Key, f.Row)
			}
		}
	}
}
