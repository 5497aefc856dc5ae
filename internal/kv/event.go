package kv

import (
	"slices"
	"strings"
)

// Event is what became of one key at one revision: its ModRevision.
type Event struct {
	Entry
	// Deleted says that the key was removed: it has no value and no
	// CreateRevision then.
	Deleted bool
}

// Batch is what a range of revisions changed, in whole revisions: nothing that
// was written at one of them is missing, and nothing later is in it.
type Batch struct {
	// Revision is the last one that the batch holds. The first is the one behind
	// the batch before, or behind the snapshot.
	Revision int64
	// Events are sorted by key. A key that changed more than once in these
	// revisions is there once, as it was left.
	Events []Event
}

// Bytes is what the events hold, about.
func (b *Batch) Bytes() int {
	n := 0
	for i := range b.Events {
		n += b.Events[i].Bytes()
	}
	return n
}

// eventBytes is what an event takes beside its key and value.
const eventBytes = 64

// Bytes is what the event holds, about.
func (e *Event) Bytes() int { return len(e.Key) + len(e.Value) + eventBytes }

// Join makes one batch of several that follow each other: of each key the last
// event is left.
func Join(batches []Batch) Batch {
	var out Batch
	last := map[string]Event{}
	for i := range batches {
		out.Revision = batches[i].Revision
		for _, e := range batches[i].Events {
			last[e.Key] = e
		}
	}
	out.Events = make([]Event, 0, len(last))
	for _, e := range last {
		out.Events = append(out.Events, e)
	}
	slices.SortFunc(out.Events, func(a, b Event) int { return strings.Compare(a.Key, b.Key) })
	return out
}
