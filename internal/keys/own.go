package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Own are the ranges of an object's keys, known ones and not, without those
// that the network writes all day: what is operational, rotated, or a stamp. A
// user's hold its devices as a whole.
func (l Layout) Own(kind addr.Kind, id, parent string) []kv.Range {
	var out []kv.Range
	prefixes := l.Prefixes(kind, id, parent)
	for _, prefix := range prefixes {
		whole := kv.Below(prefix)
		from := prefix
		for _, key := range l.written(kind, id, parent) {
			if strings.HasPrefix(key, prefix) {
				out = append(out, kv.Range{Key: from, End: key})
				from = key + "\x00"
			}
		}
		out = append(out, kv.Range{Key: from, End: whole.End})
	}
	return out
}

// written are the keys of an object that the network writes all day, sorted.
func (l Layout) written(kind addr.Kind, id, parent string) []string {
	var out []string
	for _, s := range table(kind) {
		switch s.class {
		case Operational, Rotated, Stamp:
			if !s.many {
				out = append(out, l.base(s.base, kind, id, parent)+s.path)
			}
		case Declared, Initial, Derived:
		}
	}
	slices.Sort(out)
	return out
}
