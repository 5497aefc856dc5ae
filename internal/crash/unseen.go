package crash

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// at is the revision that a key was of at a revision, 0 where it did not exist.
func (c *checker) at(key string, revision int64) int64 {
	if m := c.then(key, revision); m.there {
		return m.revision
	}
	return 0
}

// then is the last moment of a key up to a revision.
func (c *checker) then(key string, revision int64) moment {
	for _, m := range slices.Backward(c.moments[key]) {
		if m.revision <= revision {
			return m
		}
	}
	return moment{}
}

// removed reports whether the last thing that an apply did to a key was to
// remove it.
func (c *checker) removed(apply, key string) bool {
	for _, m := range slices.Backward(c.moments[key]) {
		if m.by == apply {
			return !m.there
		}
	}
	return false
}

// originOf is whose what an event leaves is: what an undoing puts back is of
// whoever had written it.
func (c *checker) originOf(who author, e Event) string {
	if m := c.touched[who.apply][e.Key]; who.undoes && m != nil && m.there == !e.Deleted && m.before == e.Value {
		return m.by
	}
	return who.apply
}

// last is the revision at which a key was last written or removed.
func (c *checker) last(key string) int64 {
	all := c.moments[key]
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].revision
}

// operational reports whether a key is what the network writes all day: an
// apply that deletes its object deletes it, whatever it says.
func (c *checker) operational(key string) bool {
	at, ok := c.keys.Locate(key)
	if !ok {
		return false
	}
	if _, known := c.keys.FieldName(at.Space, at); !known {
		return false
	}
	switch c.keys.FieldOf(at.Space, kv.Entry{Key: key}).Class {
	case schema.Operational, schema.Rotated, schema.Stamp:
		return true
	default:
		return false
	}
}

// takenBack judges an apply whose journal goes without a head of its own: it
// left nothing but what others have written since, or what the journal says is
// left, since others rely on it.
func (c *checker) takenBack(apply string, j *state.Journal, revision int64) {
	for _, key := range c.leaves(apply) {
		if !c.saidLeft(j, key) && !c.othersMade(apply, key) {
			c.fault("revision %d: the apply %s was taken back and left %s", revision, apply, key)
			continue
		}
		// Others rely on it: from now on it is theirs.
		c.by[key] = ""
		if n := len(c.moments[key]); n > 0 {
			c.moments[key][n-1].by = ""
		}
	}
	delete(c.touched, apply)
}

// othersMade reports whether a key is the record of an object that others have
// written to since the apply began.
func (c *checker) othersMade(apply, key string) bool {
	id, _, record := c.layout.Object(key)
	if !record {
		return false
	}
	for k, all := range c.moments {
		at, ok := c.keys.Locate(k)
		if ok && at.ID == id.ID && at.Space == keys.Space(id.Kind) && slices.ContainsFunc(all, func(m moment) bool { return m.by == "" && m.revision > c.began[apply] }) {
			return true
		}
	}
	return false
}

// saidLeft reports whether a journal names a key that an undoing left, or, of a
// record, a key of its object.
func (c *checker) saidLeft(j *state.Journal, key string) bool {
	if j == nil || j.LeftMore > 0 {
		return j != nil
	}
	id, _, record := c.layout.Object(key)
	return slices.ContainsFunc(j.Left, func(l state.Left) bool {
		at, ok := c.keys.Locate(l.Key)
		return l.Key == key || record && ok && at.ID == id.ID && at.Space == keys.Space(id.Kind)
	})
}

// leftovers judges what applies left whose journal stands in the end.
func (c *checker) leftovers() {
	for _, apply := range slices.Sorted(maps.Keys(c.touched)) {
		for _, key := range c.leaves(apply) {
			c.fault("the apply %s was not carried out and left %s", apply, key)
		}
	}
}

// leaves lists what an apply wrote last and is not as it was before.
func (c *checker) leaves(apply string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(c.touched[apply])) {
		m := c.touched[apply][key]
		if c.by[key] == apply && ((c.mod[key] > 0) != m.there || c.value[key] != m.before) {
			out = append(out, key)
		}
	}
	return out
}
