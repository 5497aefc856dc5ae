package drift

import (
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Report is the drift of one network at one revision.
type Report struct {
	// Catalogue says which kinds and fields there are.
	Catalogue *schema.Catalogue `json:"-"`

	ClusterID string `json:"cluster_id"`
	Network   string `json:"network"`
	Prefix    string `json:"prefix"`
	Revision  int64  `json:"revision"`
	// Serial, AppliedAt and AppliedBy are of the last apply.
	Serial    int64     `json:"serial"`
	AppliedAt time.Time `json:"applied_at"`
	AppliedBy string    `json:"applied_by"`
	Commit    string    `json:"commit,omitempty"`
	// Objects are those that drifted, by address; each field has Last (what
	// was applied), Old (what is live) and Revision.
	Objects []plan.Change `json:"objects,omitempty"`
	// Names maps the identities that fields refer to, to addresses.
	Names map[string]string `json:"names,omitempty"`
	// Unmanaged lists what others created.
	Unmanaged []plan.Unmanaged `json:"unmanaged,omitempty"`
	// Checked counts the objects and fields that were compared.
	CheckedObjects int `json:"checked_objects"`
	CheckedFields  int `json:"checked_fields"`
	// IgnoredFields counts the drifted fields that rules took out.
	IgnoredFields int `json:"ignored_fields,omitempty"`
	// UncheckedFields counts the sensitive fields that could not be compared:
	// the user may not read the key of digests.
	UncheckedFields int `json:"unchecked_fields,omitempty"`
	// Warnings are for the reader; they are not drift.
	Warnings diag.List `json:"warnings,omitempty"`
	// AccessUnchecked says that roles and users were applied and could not be
	// read: only an administrator may.
	AccessUnchecked bool `json:"access_unchecked,omitempty"`
	// Configuration is how the one at hand stands to what was applied; it is no
	// drift. Empty where nobody looked.
	Configuration Configuration `json:"configuration,omitempty"`
	// Since says of drifted fields after which apply they left it, by object and
	// field, as far as that is known.
	Since []Since `json:"since,omitempty"`
	// compared are the objects that were looked at, for rules that match none.
	compared []compared
}

// Configuration is how a configuration stands to the one that was last applied.
type Configuration string

// The ways.
const (
	// Same: it is the one that was applied, with the same values.
	Same Configuration = "same"
	// Ahead: it is another one; a plan says what it would change, if anything.
	Ahead Configuration = "ahead"
	// Unknown: there is none, it can't be read, or it is of another network.
	Unknown Configuration = "unknown"
)

// Drifted reports whether anything left what was applied. Unmanaged objects
// are not drift.
func (r *Report) Drifted() bool { return len(r.Objects) > 0 }
