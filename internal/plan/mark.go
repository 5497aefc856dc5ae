package plan

import (
	"maps"

	"github.com/sigilgate/sigilform/internal/state"
)

// mark carries over what was ever applied as sensitive to a field that is not
// enforced any more: the network may still hold the value, others may write it
// again, and what looks like another one is not believed to be. A value that a file names in plain, and
// that the network has after the apply, ends that.
func (o *object) mark(next *state.Record) {
	known := maps.Clone(o.left)
	for _, name := range o.record.Hidden() {
		if known == nil {
			known = map[string]string{}
		}
		known[name] = o.record.SensitiveDigest(name)
	}
	for name, digest := range known {
		_, secret := next.Secret[name]
		_, plain := next.Declared[name]
		if !secret && !plain && !o.namedInPlain(name) {
			o.markAs(next, name, digest)
		}
	}
}

// markAs marks a field; no record holds its value in plain.
func (o *object) markAs(r *state.Record, name, digest string) {
	if r.Marked == nil {
		r.Marked = map[string]string{}
	}
	r.Marked[name] = digest
	delete(r.Initial, name)
}

// namedInPlain reports whether a file names the value, not as a sensitive one,
// and the network has just that after the apply: this very plan writes it, or it is
// there already. What is named and neither, since it rotates or is left alone, may
// still be what it was.
func (o *object) namedInPlain(name string) bool {
	for i := range o.want.Fields {
		if w := &o.want.Fields[i]; w.Name == name {
			l, there := o.liveFields[name]
			return w.Named && !w.Sensitive && (o.written[name] || there && o.equal(name, l.Value, w.Value))
		}
	}
	return false
}

// equal compares a live value, which may stand masked, with one that is wanted.
func (o *object) equal(name, live, want string) bool {
	return live == want || o.masked && o.digest(name, live) == o.digest(name, want)
}
