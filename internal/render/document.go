package render

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// ChangeDocument is what happens to one object.
type ChangeDocument struct {
	Address string `json:"address"`
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Action  string `json:"action"`
	Reason  string `json:"reason,omitempty"`
	// GeneratedID says that the plan chose the identity.
	GeneratedID bool   `json:"generated_id,omitempty"`
	Was         string `json:"was,omitempty"`
	// Fields are sorted by name.
	Fields []FieldDocument `json:"fields"`
	// Unchanged counts the object's fields that stay as they are.
	Unchanged int `json:"unchanged,omitempty"`
	// Falls lists keys of others that go with a deleted object.
	Falls []string `json:"falls,omitempty"`
	// Notes say in words what a change of roles and users allows and takes, and
	// how an object is treated from then on.
	Notes []string `json:"notes,omitempty"`
}

// FieldDocument is what happens to one field.
type FieldDocument struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Action string `json:"action"`
	Reason string `json:"reason,omitempty"`
	// Row names the row of the three-way comparison: desired, last, live.
	Row string `json:"row,omitempty"`
	// Old is live before, New after, Last what was last applied.
	Old  *ValueDocument `json:"old,omitempty"`
	New  *ValueDocument `json:"new,omitempty"`
	Last *ValueDocument `json:"last,omitempty"`
	// Generated says that the plan chose the value, Stamp that it is a time
	// that goes with another field, Member that it is a member of a set.
	Generated bool `json:"generated,omitempty"`
	Stamp     bool `json:"stamp,omitempty"`
	Member    bool `json:"member,omitempty"`
	// Revision is that at which the key last moved.
	Revision int64 `json:"revision,omitempty"`
	// saysKind says that the value is the object's kind.
	saysKind bool
}

// ValueDocument is one value: its text, or where it is sensitive a fingerprint.
type ValueDocument struct {
	Text        *string `json:"text,omitempty"`
	Sensitive   bool    `json:"sensitive,omitempty"`
	Fingerprint string  `json:"fingerprint,omitempty"`
	// Address is that of the object which the value names, where it is known.
	Address string `json:"address,omitempty"`
}

// UnmanagedDocument is a live object of others.
type UnmanagedDocument struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Title   string `json:"title,omitempty"`
	Keys    int    `json:"keys"`
	Remains bool   `json:"remains,omitempty"`
}

// action and reason are the typed forms.
func (c *ChangeDocument) action() plan.Action { return plan.Action(c.Action) }
func (f *FieldDocument) action() plan.Action  { return plan.Action(f.Action) }
func (f *FieldDocument) reason() plan.Reason  { return plan.Reason(f.Reason) }

// names knows which values refer to objects, and the addresses of those by
// identity.
type names struct {
	layout    keys.Layout
	addresses map[string]string
}

func newNames(c *schema.Catalogue, addresses map[string]string) names {
	return names{layout: keys.NewLayout(c, ""), addresses: addresses}
}

func changeDocuments(changes []plan.Change, known names) []ChangeDocument {
	out := make([]ChangeDocument, len(changes))
	for i := range changes {
		c := &changes[i]
		out[i] = ChangeDocument{
			Address: c.Address, Kind: string(c.Kind), ID: c.ID, Action: string(c.Action), Reason: string(c.Reason),
			GeneratedID: c.GeneratedID, Was: c.Was, Unchanged: c.Unchanged, Falls: c.Falls, Notes: c.Notes, Fields: fieldDocuments(c.Kind, c.Fields, known),
		}
	}
	return out
}

func fieldDocuments(kind addr.Kind, fields []plan.FieldChange, known names) []FieldDocument {
	out := make([]FieldDocument, len(fields))
	for i := range fields {
		f := &fields[i]
		out[i] = FieldDocument{
			Name: f.Name, Key: f.Key, Action: string(f.Action), Reason: string(f.Reason), Row: string(f.Row),
			Generated: f.Generated, Stamp: f.Stamp, Member: f.Member, Revision: f.Revision, saysKind: known.layout.SaysKind(kind, f.Name),
			Old: valueDocument(kind, f, f.Old, known), New: valueDocument(kind, f, f.New, known), Last: valueDocument(kind, f, f.Last, known),
		}
	}
	return out
}

// valueDocument leaves the text of a sensitive value out, should it have one.
func valueDocument(kind addr.Kind, f *plan.FieldChange, v *plan.Value, known names) *ValueDocument {
	switch {
	case v == nil:
		return nil
	case v.Sensitive:
		return &ValueDocument{Sensitive: true, Fingerprint: v.Fingerprint}
	}
	return &ValueDocument{Text: &v.Text, Address: known.of(kind, f.Name, v.Text)}
}

// of is the address of the object that a field's value or member names.
func (n names) of(kind addr.Kind, field, text string) string {
	to, id := n.layout.RefersTo(kind, field, text)
	if to == "" {
		return ""
	}
	return n.addresses[id]
}

// historyDocuments are the changes of a recorded apply. What the record does
// not tell follows from the fields' names.
func historyDocuments(catalogue *schema.Catalogue, changes []state.HistoryChange) []ChangeDocument {
	layout := keys.NewLayout(catalogue, "")
	out := make([]ChangeDocument, len(changes))
	for i := range changes {
		c := &changes[i]
		out[i] = ChangeDocument{
			Address: c.Address, Kind: c.Kind, ID: c.ID, Action: c.Action, Reason: c.Reason, Was: c.Was, Falls: c.Falls,
			Fields: make([]FieldDocument, len(c.Fields)),
		}
		for j, f := range c.Fields {
			out[i].Fields[j] = FieldDocument{
				Name: f.Name, Key: f.Key, Action: f.Action, Reason: f.Reason, Old: historyValue(f.Old), New: historyValue(f.New),
				Stamp:  layout.ClassOf(addr.Kind(c.Kind), f.Name) == schema.Stamp,
				Member: layout.Set(addr.Kind(c.Kind), f.Name) != "", saysKind: layout.SaysKind(addr.Kind(c.Kind), f.Name),
			}
		}
	}
	return out
}

func historyValue(v *state.HistoryValue) *ValueDocument {
	switch {
	case v == nil:
		return nil
	case v.Sensitive:
		return &ValueDocument{Sensitive: true, Fingerprint: v.Fingerprint}
	}
	return &ValueDocument{Text: &v.Text}
}

func unmanagedDocuments(l []plan.Unmanaged) []UnmanagedDocument {
	out := make([]UnmanagedDocument, len(l))
	for i, u := range l {
		out[i] = UnmanagedDocument{Kind: string(u.Kind), ID: u.ID, Title: u.Title, Keys: u.Keys, Remains: u.Remains}
	}
	return out
}

// diagnosticDocuments makes no list null, and none longer than anybody reads.
func diagnosticDocuments(l diag.List) diag.List { return list(l.Bounded()) }
