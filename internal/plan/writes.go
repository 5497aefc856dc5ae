package plan

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// writes collects operations and makes them fit together: etcd refuses a
// transaction that puts below a range that it deletes.
type writes struct {
	puts     map[string]string
	deletes  map[string]bool
	prefixes map[string]bool
	// sweep are the prefixes that are deleted although nothing is below them yet.
	sweep map[string]bool
}

func newWrites() *writes {
	return &writes{puts: map[string]string{}, deletes: map[string]bool{}, prefixes: map[string]bool{}, sweep: map[string]bool{}}
}

func (w *writes) put(key, value string)      { w.puts[key] = value }
func (w *writes) delete(key string)          { w.deletes[key] = true }
func (w *writes) deletePrefix(prefix string) { w.prefixes[prefix] = true }

// touches reports whether key is put or deleted.
func (w *writes) touches(key string) bool {
	if _, put := w.puts[key]; put {
		return true
	}
	return w.removes(key)
}

// putsTo reports whether key is put.
func (w *writes) putsTo(key string) bool {
	_, put := w.puts[key]
	return put
}

// removes reports whether key is deleted, by itself or with a prefix.
func (w *writes) removes(key string) bool {
	return w.deletes[key] || underAny(key, w.prefixes)
}

// ops returns the operations, sorted by key. A prefix that a put lies below is
// deleted key by key, as the snapshot saw it; one without a key is left out.
func (w *writes) ops(s *kv.Snapshot) []kv.Op {
	putKeys := slices.Sorted(maps.Keys(w.puts))
	deletes := maps.Clone(w.deletes)
	var ops []kv.Op
	var covering string
	for _, prefix := range slices.Sorted(maps.Keys(w.prefixes)) {
		if covering != "" && strings.HasPrefix(prefix, covering) {
			continue
		}
		switch under := s.Under(prefix); {
		case len(under) == 0 && (!w.sweep[prefix] || anyUnder(putKeys, prefix)):
		case anyUnder(putKeys, prefix):
			for _, e := range under {
				deletes[e.Key] = true
			}
		default:
			ops = append(ops, kv.Op{Kind: kv.DeletePrefix, Key: prefix})
			covering = prefix
		}
	}
	ops = append(ops, w.singles(ops, deletes, putKeys)...)
	slices.SortFunc(ops, func(a, b kv.Op) int { return strings.Compare(a.Key, b.Key) })
	return ops
}

func (w *writes) singles(ranges []kv.Op, deletes map[string]bool, putKeys []string) []kv.Op {
	covered := make(map[string]bool, len(ranges))
	for _, r := range ranges {
		covered[r.Key] = true
	}
	var ops []kv.Op
	for key := range deletes {
		if _, put := w.puts[key]; !put && !underAny(key, covered) {
			ops = append(ops, kv.Op{Kind: kv.Delete, Key: key})
		}
	}
	for _, key := range putKeys {
		ops = append(ops, kv.Op{Kind: kv.Put, Key: key, Value: w.puts[key]})
	}
	return ops
}

func anyUnder(sorted []string, prefix string) bool {
	i := sort.SearchStrings(sorted, prefix)
	return i < len(sorted) && strings.HasPrefix(sorted[i], prefix)
}

// underAny reports whether key lies below one of the prefixes, each of which
// ends in a slash.
func underAny(key string, prefixes map[string]bool) bool {
	for i := range len(key) {
		if key[i] == '/' && prefixes[key[:i+1]] {
			return true
		}
	}
	return false
}
