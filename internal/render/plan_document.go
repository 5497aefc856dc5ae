package render

import (
	"maps"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
)

// PlanDocument is a plan as it may be shown: without operations, guards,
// secrets, or how to reach the cluster.
type PlanDocument struct {
	Head
	Tool       string    `json:"tool"`
	Mode       string    `json:"mode"`
	CreatedAt  time.Time `json:"created_at"`
	Network    string    `json:"network"`
	Prefix     string    `json:"prefix"`
	ClusterID  string    `json:"cluster_id"`
	Generation string    `json:"generation"`
	// Revision is the cluster's that was read, Serial the state's, 0 before
	// the first apply.
	Revision int64 `json:"revision"`
	Serial   int64 `json:"serial"`
	// Snapshot is the saved one that the plan was made of, instead of the
	// network itself.
	Snapshot *OriginDocument `json:"snapshot,omitempty"`
	// File is the saved file that the plan was read from, absent where it was made
	// now.
	File *PlanFileDocument `json:"file,omitempty"`
	// Continued is the cluster whose state the plan continues, where this one
	// was restored from a snapshot.
	Continued    string `json:"continued,omitempty"`
	ConfigDigest string `json:"config_digest"`
	Commit       string `json:"commit,omitempty"`
	Intent       string `json:"intent"`
	// HasChanges says that an apply would write, Applicable that nothing
	// stands in its way.
	HasChanges bool        `json:"has_changes"`
	Applicable bool        `json:"applicable"`
	Summary    PlanSummary `json:"summary"`
	// Changes are deletions, updates, creations, and those of the state only,
	// each by address.
	Changes   []ChangeDocument   `json:"changes"`
	Conflicts []ConflictDocument `json:"conflicts"`
	// Policies are what the valves and policies say, those that passed too.
	Policies  []PolicyDocument    `json:"policies"`
	Warnings  diag.List           `json:"warnings"`
	Unmanaged []UnmanagedDocument `json:"unmanaged"`
	Outputs   map[string]string   `json:"outputs,omitempty"`
	// Access is what the plan knows and does about etcd's authentication.
	Access *AccessDocument `json:"access,omitempty"`
	// Rescue says that an apply which turned authentication on has left its rescue
	// user in etcd, an administrator.
	Rescue bool `json:"rescue_user,omitempty"`
	// Journal is that of an apply that is under way or was interrupted.
	Journal *JournalDocument `json:"journal,omitempty"`
}

// PlanSummary counts objects.
type PlanSummary struct {
	ActionCounts
	Conflicts int `json:"conflicts"`
	Unmanaged int `json:"unmanaged"`
	// Objects counts those that the configuration declares, InSync those of
	// them without any change.
	Objects int           `json:"objects"`
	InSync  int           `json:"in_sync"`
	Kinds   []KindSummary `json:"kinds"`
}

// ActionCounts is how many objects each action touches.
type ActionCounts struct {
	Delete int `json:"delete"`
	Update int `json:"update"`
	Create int `json:"create"`
	Adopt  int `json:"adopt"`
	Forget int `json:"forget"`
	Record int `json:"record"`
	// Drift counts the objects that others changed or deleted.
	Drift int `json:"drift"`
}

// KindSummary counts the changed objects of one kind.
type KindSummary struct {
	Kind string `json:"kind"`
	ActionCounts
}

// ConflictDocument is why a plan can't be applied.
type ConflictDocument struct {
	Address string          `json:"address,omitempty"`
	Summary string          `json:"summary"`
	Detail  string          `json:"detail,omitempty"`
	Hint    string          `json:"hint,omitempty"`
	Fields  []FieldDocument `json:"fields"`
}

// NewPlan makes the Document of a plan.
func NewPlan(p *plan.Plan) PlanDocument {
	known := namesOf(p)
	d := PlanDocument{
		Head: head("plan"), Tool: p.Tool, Mode: string(p.Mode), CreatedAt: p.CreatedAt.UTC(),
		Network: p.Network, Prefix: p.Prefix, ClusterID: p.ClusterID, Generation: p.Generation,
		Revision: p.Revision, Serial: p.Serial, Snapshot: originDocument(p), Continued: p.Restored, ConfigDigest: p.ConfigDigest, Commit: p.Commit, Intent: p.Intent,
		HasChanges: p.HasChanges() || len(p.Changes) > 0, Applicable: len(p.Conflicts) == 0 && len(p.Denied()) == 0,
		Summary: planSummary(p), Changes: changeDocuments(p.Changes, known), Conflicts: make([]ConflictDocument, len(p.Conflicts)),
		Policies: policyDocuments(p.Policies), Warnings: diagnosticDocuments(p.Warnings), Unmanaged: unmanagedDocuments(p.Unmanaged), Outputs: p.Outputs, Access: accessDocument(p.Access), Rescue: p.Rescue,
	}
	for i, c := range p.Conflicts {
		d.Conflicts[i] = ConflictDocument{
			Address: c.Address, Summary: c.Summary, Detail: c.Detail, Hint: c.Hint, Fields: fieldDocuments(kindOf(c.Address), c.Fields, known),
		}
	}
	return d
}

// kindOf is the kind that an address says, empty where it is none.
func kindOf(address string) addr.Kind {
	a, err := addr.Parse(address)
	if err != nil {
		return ""
	}
	return a.Kind
}

// namesOf are the addresses that the plan knows: those of what it changes, and
// those that its changes refer to.
func namesOf(p *plan.Plan) names {
	known := newNames(p.Catalogue, make(map[string]string, len(p.Names)+len(p.Changes)))
	maps.Copy(known.addresses, p.Names)
	for i := range p.Changes {
		c := &p.Changes[i]
		if !known.layout.Referred(c.Kind) {
			continue
		}
		if _, ok := known.addresses[c.ID]; !ok || c.Action != plan.Delete {
			known.addresses[c.ID] = c.Address
		}
	}
	return known
}

func planSummary(p *plan.Plan) PlanSummary {
	s := PlanSummary{
		Conflicts: len(p.Conflicts), Unmanaged: len(p.Unmanaged), Objects: p.Objects, InSync: p.InSync, Kinds: []KindSummary{},
	}
	byKind := map[addr.Kind]*ActionCounts{}
	for i := range p.Changes {
		c := &p.Changes[i]
		s.add(c)
		if byKind[c.Kind] == nil {
			byKind[c.Kind] = &ActionCounts{}
		}
		byKind[c.Kind].add(c)
	}
	for _, kind := range addr.Kinds() {
		if n := byKind[kind]; n != nil {
			s.Kinds = append(s.Kinds, KindSummary{Kind: string(kind), ActionCounts: *n})
		}
	}
	return s
}

func (n *ActionCounts) add(c *plan.Change) {
	switch c.Action {
	case plan.Delete:
		n.Delete++
	case plan.Update:
		n.Update++
	case plan.Create:
		n.Create++
	case plan.Adopt:
		n.Adopt++
	case plan.Forget:
		n.Forget++
	case plan.Record:
		n.Record++
	}
	if c.Drifted() {
		n.Drift++
	}
}
