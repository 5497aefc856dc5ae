package plan

import (
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Plan is everything that an apply does, decided.
type Plan struct {
	// Catalogue says which kinds and fields there are. No file holds it: who
	// reads one says it.
	Catalogue *schema.Catalogue `json:"-"`
	// Tool is the version of sigilform that made the plan.
	Tool string `json:"tool"`
	// Mode is "apply", "destroy" or "rollback".
	Mode      Mode      `json:"mode"`
	CreatedAt time.Time `json:"created_at"`

	Connection Connection `json:"connection"`
	ClusterID  string     `json:"cluster_id"`
	Network    string     `json:"network"`
	Prefix     string     `json:"prefix"`
	// Generation is that of the head; a first apply chooses it.
	Generation string `json:"generation"`
	// Revision is that of the snapshot.
	Revision int64 `json:"revision"`
	// Serial is that of the head the plan starts from, 0 before the first
	// apply. The apply writes Serial+1.
	Serial int64 `json:"serial"`
	// HeadRevision is the ModRevision of the head, 0 before the first apply.
	HeadRevision int64 `json:"head_revision"`
	// HeadApply is the apply that wrote that head.
	HeadApply string `json:"head_apply,omitempty"`
	// LogIndex is how long the cluster's own log was, at least; 0 where that is
	// not known.
	LogIndex uint64 `json:"log_index,omitempty"`
	// Restored is the cluster whose state the plan continues, where the cluster
	// was restored from a snapshot. Then the head is written even if nothing
	// else changes, and the generation is a new one.
	Restored string `json:"restored,omitempty"`
	// ConfigDigest is over the configuration's files and values.
	ConfigDigest string `json:"config_digest"`
	// Commit is the source commit, empty where there is none.
	Commit string `json:"commit,omitempty"`
	// Origin is the saved snapshot that the plan was made of; nil for a plan of
	// the network itself. Only the latter can be saved and applied.
	Origin *Origin `json:"origin,omitempty"`

	// Changes are sorted: deletions, updates, creations, state-only ones, each by address.
	Changes []Change `json:"changes,omitempty"`
	// Unmanaged lists live objects that no file declares and no record owns.
	Unmanaged []Unmanaged `json:"unmanaged,omitempty"`
	// Conflicts are why the plan can't be applied (exit code 3).
	Conflicts []Conflict `json:"conflicts,omitempty"`
	// Policies is what the rules and valves say of this plan, by name; those
	// that passed too.
	Policies []PolicyResult `json:"policies,omitempty"`
	// Warnings are for the reader; they stop nothing.
	Warnings diag.List `json:"warnings,omitempty"`
	// Names maps the identities that changes refer to, to addresses. It is for
	// the reader and drives nothing.
	Names map[string]string `json:"names,omitempty"`
	// Objects counts the wanted objects, InSync those without any change.
	Objects int `json:"objects"`
	InSync  int `json:"in_sync"`
	// Outputs are the configuration's outputs, sensitive ones left out.
	Outputs map[string]string `json:"outputs,omitempty"`

	// Data and State are the writes: those into the network's keys, and those
	// below sigilform's own prefix but for head and history, which apply adds.
	Data   []kv.Op    `json:"data,omitempty"`
	State  []kv.Op    `json:"state,omitempty"`
	Guards []kv.Guard `json:"guards,omitempty"`
	// Handovers are the unique values that move from one object to another.
	Handovers []Handover `json:"handovers,omitempty"`
	// Beside are the values of keys that the plan does not write, and together with
	// which what it writes is unique, by key: the cell of a number.
	Beside map[string]string `json:"beside,omitempty"`
	// Fallen are the values of those keys that fall with an object and refer to
	// another by their value, by key.
	Fallen map[string]string `json:"fallen,omitempty"`
	// Access is what the plan does about the cluster's authentication; nil where
	// that is none of its business.
	Access *Access `json:"access,omitempty"`
	// Rescue says that the rescue user is among the cluster's users, whether the
	// network has to do with those or not: a danger.
	Rescue bool `json:"rescue_user,omitempty"`
	// Secrets are the old values of sensitive fields, by key, for the history.
	Secrets map[string]string `json:"secrets,omitempty"`
	// Before are the records of the changed objects as they are, by key, for the
	// history.
	Before map[string]string `json:"before,omitempty"`
	// RolledBackTo is the serial whose state a rollback brings back.
	RolledBackTo int64 `json:"rolled_back_to,omitempty"`
	// Keep is how many applies the history keeps.
	Keep int `json:"keep,omitempty"`

	// Intent is the digest of what changes, without generated values, stamps
	// and revisions: two plans of the same change have the same.
	Intent string `json:"intent"`
}

// Mode says what a plan is for.
type Mode string

// The modes.
const (
	ModeApply   Mode = "apply"
	ModeDestroy Mode = "destroy"
	// ModeRollback brings back what was applied as of an earlier serial.
	ModeRollback Mode = "rollback"
)

// Connection is how to reach the cluster again, without secrets.
type Connection struct {
	// Embedded is the folder of the embedded server, absolute; empty for a
	// cluster.
	Embedded   string   `json:"embedded,omitempty"`
	Endpoints  []string `json:"endpoints,omitempty"`
	Username   string   `json:"username,omitempty"`
	CAFile     string   `json:"ca_file,omitempty"`
	CertFile   string   `json:"cert_file,omitempty"`
	KeyFile    string   `json:"key_file,omitempty"`
	ServerName string   `json:"server_name,omitempty"`
}

// Action is what happens to an object.
type Action string

// The actions on an object. Adopt, Forget and Record write sigilform's state only.
const (
	Delete Action = "delete"
	Update Action = "update"
	Create Action = "create"
	// Adopt: the object is there and equal; from now on it is ours.
	Adopt Action = "adopt"
	// Forget: the object is gone already, or no longer enforced.
	Forget Action = "forget"
	// Record: the network already is as wanted; the record follows.
	Record Action = "record"
)

// StateOnly reports whether the action leaves the network's own keys alone.
func (a Action) StateOnly() bool { return a == Adopt || a == Forget || a == Record }

// Reason says why, where it is not the obvious "the configuration changed".
type Reason string

// The reasons.
const (
	// Changed is the obvious one.
	Changed Reason = ""
	// Drift: someone else changed or deleted it; the plan restores it.
	Drift Reason = "drift"
	// Both: the configuration changed, and someone else did too.
	Both Reason = "changed here and outside"
	// Adopted: an object of others becomes ours.
	Adopted Reason = "adopted"
	// TakenOver: a value of others is replaced on our object.
	TakenOver Reason = "taken over"
	// Restored: an initial field was missing on a living object.
	Restored Reason = "restored"
	// Converged: someone else already made the same change.
	Converged Reason = "already so"
	// Renamed: the same object under another address.
	Renamed Reason = "renamed"
	// Replaced: the address stays, the identity changes.
	Replaced Reason = "replaced"
	// Follows: the deletion follows from that of another object.
	Follows Reason = "follows"
	// Released: the object was there before it was adopted, and is others' again.
	Released Reason = "left to others again"
)

// Change is what happens to one object.
type Change struct {
	Address string    `json:"address"`
	Kind    addr.Kind `json:"kind"`
	ID      string    `json:"id"`
	Action  Action    `json:"action"`
	Reason  Reason    `json:"reason,omitempty"`
	// GeneratedID says that the plan chose the identity.
	GeneratedID bool `json:"generated_id,omitempty"`
	// Was is the former address of a renamed object.
	Was string `json:"was,omitempty"`
	// Fields are sorted by name. Stamps are in them, marked so.
	Fields []FieldChange `json:"fields,omitempty"`
	// Unchanged counts the object's wanted fields that stay as they are.
	Unchanged int `json:"unchanged,omitempty"`
	// Falls lists keys of others that go with a deleted object: operational
	// ones and unmanaged objects below it.
	Falls []string `json:"falls,omitempty"`
	// Protected says that the object has prevent_destroy, and the plan would
	// delete it.
	Protected bool `json:"protected,omitempty"`
	// Notes say in words what a change of the authentication allows and takes, and
	// how an object is treated from then on: what is protected, left alone, or not
	// sensitive any more.
	Notes []string `json:"notes,omitempty"`
}

// FieldChange is what happens to one field.
type FieldChange struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Row    Row    `json:"row"`
	Action Action `json:"action"`
	Reason Reason `json:"reason,omitempty"`
	// Old is live before, New after the apply; Last is the last applied value,
	// given where it differs from both ends or the reason is drift.
	Old  *Value `json:"old,omitempty"`
	New  *Value `json:"new,omitempty"`
	Last *Value `json:"last,omitempty"`
	// Generated says that New was chosen by the plan, Stamp that it is a time.
	Generated bool `json:"generated,omitempty"`
	Stamp     bool `json:"stamp,omitempty"`
	// Member says that the field is a member of a set: it has no text.
	Member bool `json:"member,omitempty"`
	// Revision is the ModRevision of the key in the snapshot, 0 where absent.
	Revision int64 `json:"revision,omitempty"`
}

// Value is one value of a field as it may be shown. A sensitive value has only
// a keyed fingerprint.
type Value struct {
	Text        string `json:"text,omitempty"`
	Sensitive   bool   `json:"sensitive,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Unmanaged is a live object of others.
type Unmanaged struct {
	Kind addr.Kind `json:"kind"`
	ID   string    `json:"id"`
	// Title is what a person knows it by: a domain, a username, a device's name.
	Title string `json:"title,omitempty"`
	Keys  int    `json:"keys"`
	// Remains says that only keys without a marker are left of it.
	Remains bool `json:"remains,omitempty"`
}

// Conflict is why a plan can't be applied.
type Conflict struct {
	Address string `json:"address,omitempty"`
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`
	// Fields are the differing fields of a foreign object.
	Fields []FieldChange `json:"fields,omitempty"`
}

// Layout spells the network's keys. It is made anew each time: ask once, not for each
// change.
func (p *Plan) Layout() keys.Layout { return keys.NewLayout(p.Catalogue, p.Prefix) }

// HasChanges reports whether the plan writes anything.
func (p *Plan) HasChanges() bool {
	return len(p.Data)+len(p.State)+p.Access.Calls() > 0 || p.Restored != ""
}

// Counts is how many objects each action touches, and how many fields drifted.
type Counts struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Delete int `json:"delete"`
	Adopt  int `json:"adopt"`
	Forget int `json:"forget"`
	Record int `json:"record"`
	// Drift counts the objects with a field that someone else changed.
	Drift int `json:"drift"`
}
