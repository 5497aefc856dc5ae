package crash

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// committed judges an apply whose head was just written: all that its plan
// writes is there, as planned, but for what others have written since.
func (c *checker) committed(apply string, revision int64) {
	p, known := c.trace.Plans[apply]
	if !known {
		return // found already, where it wrote anything
	}
	wrote := c.wrote[apply]
	for _, op := range p.Ops {
		if op.Kind != kv.Put {
			c.gone(apply, op, revision)
			continue
		}
		_, did := wrote[op.Key]
		switch {
		case !did:
			c.fault("revision %d: the apply %s is committed without its write of %s", revision, apply, op.Key)
		case c.by[op.Key] == apply && c.value[op.Key] != op.Value:
			c.fault("revision %d: the apply %s wrote another value to %s than it had planned", revision, apply, op.Key)
		}
	}
}

// gone judges a deletion: what is still there must be of later than the apply's
// first write, and so of others.
func (c *checker) gone(apply string, op kv.Op, revision int64) {
	if op.Kind == kv.Delete {
		c.goneKey(apply, op.Key, revision)
		return
	}
	for key := range c.mod {
		if op.Covers(key) {
			c.goneKey(apply, key, revision)
		}
	}
}

func (c *checker) goneKey(apply, key string, revision int64) {
	if c.mod[key] > 0 && (c.by[key] == apply || c.mod[key] < c.began[apply]) {
		c.fault("revision %d: the apply %s is committed and left %s, which it was to remove", revision, apply, key)
	}
}

// history judges the records of the history in one transaction: none is
// written twice, and each says whose it is, together with its head.
func (c *checker) history(events []Event) {
	for _, e := range events {
		serial, rest, ok := c.layout.Serial(e.Key)
		if !ok || rest != "" || e.Deleted {
			continue
		}
		if c.mod[e.Key] > 0 {
			c.fault("revision %d: the record of serial %d was written again", e.Revision, serial)
		}
		h, err := state.DecodeHistory(e.Value, nil)
		if err != nil {
			c.fault("revision %d: the record of serial %d: %v", e.Revision, serial, err)
			continue
		}
		with := slices.ContainsFunc(events, func(head Event) bool {
			n, err := state.DecodeHead(head.Value)
			return head.Key == c.layout.Head() && !head.Deleted && err == nil && n.Serial == serial && n.Apply == h.Apply
		})
		if h.Serial != serial || !with {
			c.fault("revision %d: the record of serial %d is not that of the head", e.Revision, serial)
		}
	}
}

// own reports whether a key is one of the network, or a record of ours.
func (c *checker) own(key string) bool {
	return strings.HasPrefix(key, c.trace.Prefix) || strings.HasPrefix(key, c.layout.ObjectsPrefix())
}
