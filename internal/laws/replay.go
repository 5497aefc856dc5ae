package laws

import (
	"maps"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Replay goes through the revisions of a store and judges each. It is not safe
// for concurrent use.
type Replay struct {
	prefix  string
	entries map[string]string
	broken  map[Broken]bool
}

// NewReplay begins with what the store holds below the network's prefix. What
// is broken already is not held against anyone.
func NewReplay(prefix string, entries []kv.Entry) *Replay {
	r := &Replay{prefix: prefix, entries: map[string]string{}}
	for _, e := range entries {
		r.entries[e.Key] = e.Value
	}
	r.broken = r.check()
	return r
}

// Entries are the keys as they are now. They must not be changed.
func (r *Replay) Entries() map[string]string { return r.entries }

// Step carries out all events of one revision, and returns the laws that hold
// no more since then, sorted by key.
func (r *Replay) Step(events []kv.Event) []Broken {
	touched := false
	for i := range events {
		e := &events[i]
		if !strings.HasPrefix(e.Key, r.prefix) {
			continue
		}
		touched = true
		if e.Deleted {
			delete(r.entries, e.Key)
		} else {
			r.entries[e.Key] = e.Value
		}
	}
	if !touched {
		return nil
	}
	before, now := r.broken, Check(r.entries, r.prefix)
	r.broken = map[Broken]bool{}
	var out []Broken
	for _, b := range now {
		r.broken[b] = true
		if !before[b] {
			out = append(out, b)
		}
	}
	return out
}

// Broken are the laws that do not hold now.
func (r *Replay) Broken() map[Broken]bool { return maps.Clone(r.broken) }

func (r *Replay) check() map[Broken]bool {
	out := map[Broken]bool{}
	for _, b := range Check(r.entries, r.prefix) {
		out[b] = true
	}
	return out
}
