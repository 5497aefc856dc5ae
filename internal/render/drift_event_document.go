package render

import (
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
)

// What a watch says beside the kinds of drift.Event.
const (
	// driftUnknown: since then nothing is known.
	driftUnknown = "unknown"
	// driftKnown: everything is known again.
	driftKnown = "known"
)

// DriftEventDocument is one change of the drift of a network, in a stream of
// which each line is one Document.
type DriftEventDocument struct {
	Head
	// Event is "drifted", "moved", "resolved", or of the watch itself "unknown"
	// and "known".
	Event     string `json:"event"`
	Network   string `json:"network"`
	Prefix    string `json:"prefix"`
	ClusterID string `json:"cluster_id"`
	// Revision is that of the change; of the watch, how far it is.
	Revision int64 `json:"revision"`
	// Seen is when it was noticed; of "unknown" since when nothing is known.
	Seen time.Time `json:"seen"`
	// Serial, AppliedAt, AppliedBy and Commit are of the last apply.
	Serial    int64     `json:"serial"`
	AppliedAt time.Time `json:"applied_at"`
	AppliedBy string    `json:"applied_by"`
	Commit    string    `json:"commit,omitempty"`
	// DriftedObjects is how many objects differ with this.
	DriftedObjects int `json:"drifted_objects"`
	// ByApply says that an apply made the change.
	ByApply bool   `json:"by_apply,omitempty"`
	Address string `json:"address,omitempty"`
	Kind    string `json:"kind,omitempty"`
	ID      string `json:"id,omitempty"`
	// Deleted says that the object is not there any more; where its drift ended,
	// that it had not been.
	Deleted bool `json:"deleted,omitempty"`
	// Fields are those of which something is new.
	Fields []DriftEventField `json:"fields,omitempty"`
	// Reason is why nothing is known.
	Reason string `json:"reason,omitempty"`
}

// DriftEventField is what became of one field.
type DriftEventField struct {
	// Event is "drifted", "moved" or "resolved".
	Event string `json:"event"`
	FieldDocument
}

// newDriftEvent is what all events of a report have in common.
func newDriftEvent(r *drift.Report, event string, at time.Time) DriftEventDocument {
	return DriftEventDocument{
		Head: head("drift_event"), Event: event, Network: r.Network, Prefix: r.Prefix, ClusterID: r.ClusterID,
		Revision: r.Revision, Seen: at.UTC(), Serial: r.Serial, AppliedAt: r.AppliedAt.UTC(), AppliedBy: r.AppliedBy,
		Commit: r.Commit, DriftedObjects: len(r.Objects),
	}
}

// NewDriftEvent makes the Document of an event, with the report of that moment.
func NewDriftEvent(e *drift.Event, r *drift.Report) DriftEventDocument {
	d := newDriftEvent(r, string(e.Kind), e.Seen)
	d.Revision, d.Serial, d.AppliedAt, d.AppliedBy, d.Commit = e.Revision, e.Serial, e.AppliedAt.UTC(), e.AppliedBy, e.Commit
	d.ByApply, d.Address, d.Kind, d.ID = e.ByApply, e.Object.Address, string(e.Object.Kind), e.Object.ID
	d.Deleted = e.Object.Action == plan.Create
	known := newNames(r.Catalogue, r.Names)
	for i := range e.Fields {
		f := &e.Fields[i]
		d.Fields = append(d.Fields, DriftEventField{
			Event: string(f.Kind), FieldDocument: fieldDocuments(e.Object.Kind, []plan.FieldChange{f.FieldChange}, known)[0],
		})
	}
	return d
}

// NewDriftUnknown is the Document for a network of which nothing is known since
// a time, and why.
func NewDriftUnknown(r *drift.Report, since time.Time, reason string) DriftEventDocument {
	d := newDriftEvent(r, driftUnknown, since)
	d.Reason = reason
	return d
}

// NewDriftKnown is the Document for a network of which everything is known again.
func NewDriftKnown(r *drift.Report, at time.Time) DriftEventDocument {
	return newDriftEvent(r, driftKnown, at)
}
