package render

import (
	"slices"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
)

// DriftDocument is how the live network differs from what was last applied.
type DriftDocument struct {
	Head
	Network   string `json:"network"`
	Prefix    string `json:"prefix"`
	ClusterID string `json:"cluster_id"`
	// Revision is the cluster's that was read.
	Revision int64 `json:"revision"`
	// Serial, AppliedAt, AppliedBy and Commit are of the last apply.
	Serial    int64     `json:"serial"`
	AppliedAt time.Time `json:"applied_at"`
	AppliedBy string    `json:"applied_by"`
	Commit    string    `json:"commit,omitempty"`
	Drifted   bool      `json:"drifted"`
	// CheckedObjects and CheckedFields count what was compared.
	CheckedObjects int `json:"checked_objects"`
	CheckedFields  int `json:"checked_fields"`
	DriftedFields  int `json:"drifted_fields"`
	// IgnoredFields counts the drifted fields that rules took out.
	IgnoredFields int `json:"ignored_fields,omitempty"`
	// UncheckedFields counts the sensitive fields that could not be compared,
	// AccessUnchecked says that roles and users could not: for lack of rights.
	UncheckedFields int  `json:"unchecked_fields,omitempty"`
	AccessUnchecked bool `json:"access_unchecked,omitempty"`
	// Objects are those that drifted, by address. Of a field, last is what was
	// applied, old is live, new is what the next apply would restore.
	Objects   []ChangeDocument    `json:"objects"`
	Unmanaged []UnmanagedDocument `json:"unmanaged"`
	// Since says of drifted fields after which apply they left it, as far as that
	// is known.
	Since []SinceDocument `json:"since,omitempty"`
	// Configuration says whether that at PATH is the one that was last applied:
	// "same", "ahead" or "unknown".
	Configuration string `json:"configuration,omitempty"`
	// Rescue says that an apply which turned authentication on has left its rescue
	// user in etcd, an administrator: it is among the objects.
	Rescue bool `json:"rescue_user,omitempty"`
	// Warnings are for the reader; they are not drift.
	Warnings diag.List `json:"warnings,omitempty"`
	// Journal is that of an apply that is under way or was interrupted.
	Journal *JournalDocument `json:"journal,omitempty"`
	// Restored says that the cluster was restored from a snapshot since the
	// last apply.
	Restored *RestoredDocument `json:"restored_cluster,omitempty"`
}

// NewDrift makes the Document of a drift report.
func NewDrift(r *drift.Report) DriftDocument {
	d := DriftDocument{
		Head: head("drift"), Network: r.Network, Prefix: r.Prefix, ClusterID: r.ClusterID, Revision: r.Revision,
		Serial: r.Serial, AppliedAt: r.AppliedAt.UTC(), AppliedBy: r.AppliedBy, Commit: r.Commit, Drifted: r.Drifted(),
		CheckedObjects: r.CheckedObjects, CheckedFields: r.CheckedFields, UncheckedFields: r.UncheckedFields, AccessUnchecked: r.AccessUnchecked,
		Objects: changeDocuments(r.Objects, newNames(r.Catalogue, r.Names)), Unmanaged: unmanagedDocuments(r.Unmanaged),
		Since: sinceDocuments(r.Since), Configuration: string(r.Configuration), Warnings: r.Warnings, IgnoredFields: r.IgnoredFields,
		Rescue: slices.ContainsFunc(r.Objects, plan.IsRescue),
	}
	for i := range d.Objects {
		d.DriftedFields += len(d.Objects[i].Fields)
	}
	return d
}
