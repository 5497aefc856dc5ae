package drift

import (
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
)

// EventKind is what became of the drift of an object, or of a field.
type EventKind string

// The kinds of events.
const (
	// Began: it was as applied, and is not any more.
	Began EventKind = "drifted"
	// Moved: it had drifted, and differs in another way now.
	Moved EventKind = "moved"
	// Ended: it is as applied again, or nothing is applied to it any more.
	Ended EventKind = "resolved"
)

// Event is one change of the drift of one object.
type Event struct {
	Kind EventKind
	// Object is how the object differs now; where its drift ended, how it did.
	Object plan.Change
	// Fields are those whose drift began, changed or ended, by name. An object
	// that has none is a role or user that was deleted or came back.
	Fields []FieldEvent
	// Revision is the one that made the difference. Where several revisions were
	// read as one it is the last of them; roles and users are not part of it.
	Revision int64
	// Seen is when it was noticed.
	Seen time.Time
	// Serial, AppliedAt, AppliedBy and Commit are of the last apply: the one that
	// the object left.
	Serial    int64
	AppliedAt time.Time
	AppliedBy string
	Commit    string
	// ByApply says that an apply made the difference: it restored the object, or
	// took over what had been changed.
	ByApply bool
}

// FieldEvent is what became of the drift of one field.
type FieldEvent struct {
	Kind EventKind
	// FieldChange is how the field differs now; where its drift ended, how it did.
	plan.FieldChange
}

// difference tells the fields apart of which something is new between two
// differences of one object, and says whether anything is. A key that was
// written again with the same value is nothing new.
func difference(before, after *plan.Change) (fields []FieldEvent, differs bool) {
	old := map[string]*plan.FieldChange{}
	if before != nil {
		for i := range before.Fields {
			old[before.Fields[i].Name] = &before.Fields[i]
		}
	}
	if after != nil {
		for i := range after.Fields {
			f := &after.Fields[i]
			was, known := old[f.Name]
			delete(old, f.Name)
			switch {
			case !known:
				fields = append(fields, FieldEvent{Kind: Began, FieldChange: *f})
			case !alike(was, f):
				fields = append(fields, FieldEvent{Kind: Moved, FieldChange: *f})
			}
		}
	}
	if before != nil {
		for i := range before.Fields {
			if f := &before.Fields[i]; old[f.Name] == f {
				fields = append(fields, FieldEvent{Kind: Ended, FieldChange: *f})
			}
		}
	}
	sortFields(fields)
	there := (before == nil) != (after == nil)
	return fields, there || len(fields) > 0 || before != nil && before.Action != after.Action
}

// alike reports whether a field differs in the same way from what was applied.
func alike(a, b *plan.FieldChange) bool {
	return a.Key == b.Key && a.Action == b.Action && same(a.Old, b.Old) && same(a.Last, b.Last) && same(a.New, b.New)
}

func same(a, b *plan.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
