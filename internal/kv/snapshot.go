package kv

import (
	"errors"
	"slices"
	"strings"
)

// ErrCompacted is the error for a revision that the store has forgotten.
var ErrCompacted = errors.New("the revision was compacted")

// Entry is one key as the store holds it at the revision of its snapshot.
type Entry struct {
	Key            string
	Value          string
	CreateRevision int64
	ModRevision    int64
}

// Snapshot is what a cluster held at one revision under the prefixes that were
// read. Entries are sorted by key, bytewise, without repetition.
type Snapshot struct {
	// ClusterID is the cluster's id in lower-case hexadecimal, 16 digits.
	ClusterID string
	Revision  int64
	Entries   []Entry
	// Foreign counts the keys of other programs under prefixes that are never
	// read ("api_tokens/"), by prefix.
	Foreign map[string]int64
	// Denied are the keys and prefixes that were asked for where the user may
	// read them, and that it may not. They are in nothing else.
	Denied []string
}

// Get finds an entry by its key.
func (s *Snapshot) Get(key string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(s.Entries, key, byKey)
	if !ok {
		return Entry{}, false
	}
	return s.Entries[i], true
}

// Under returns the entries whose keys start with prefix; the slice shares
// memory with the snapshot and is not to be changed.
func (s *Snapshot) Under(prefix string) []Entry {
	from, _ := slices.BinarySearchFunc(s.Entries, prefix, byKey)
	rest := s.Entries[from:]
	n, _ := slices.BinarySearchFunc(rest, prefix, func(e Entry, p string) int {
		if strings.HasPrefix(e.Key, p) {
			return -1
		}
		return strings.Compare(e.Key, p)
	})
	return rest[:n]
}

// Within returns the entries in a range; the slice shares memory with the
// snapshot and is not to be changed.
func (s *Snapshot) Within(r Range) []Entry {
	to := len(s.Entries)
	from, found := slices.BinarySearchFunc(s.Entries, r.Key, byKey)
	switch {
	case r.End == "" && found:
		to = from + 1
	case r.End == "":
		to = from
	case r.End != Beyond:
		to, _ = slices.BinarySearchFunc(s.Entries, r.End, byKey)
	}
	return s.Entries[from:max(from, to)]
}

func byKey(e Entry, key string) int { return strings.Compare(e.Key, key) }
