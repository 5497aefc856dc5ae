package plan

import (
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// field is one field of one object with its three values, ready to classify.
type field struct {
	name      string
	key       string
	class     schema.Class
	set       string
	sensitive bool
	generated bool
	// masked says that values may stand masked in the snapshot.
	masked bool
	// desired, last and live are digests where the field is sensitive.
	desired, last, live Optional
	// value is what a put writes.
	value string
	// revision is the key's ModRevision, 0 where absent.
	revision int64
}

// change turns the field and what was decided into what a reader sees.
func (f *field) change(row Row, v verdict) FieldChange {
	c := FieldChange{
		Name: f.name, Key: f.key, Row: row, Action: v.action, Reason: v.reason,
		Generated: f.generated, Member: f.set != "", Revision: f.revision,
		Old: f.shown(f.live),
	}
	if v.action != Delete && v.action != Forget {
		c.New = f.shown(f.desired)
	}
	if v.reason == Drift || v.reason == Both || v.action == Forget {
		c.Last = f.shown(f.last)
	}
	return c
}

func (f *field) shown(o Optional) *Value {
	switch {
	case !o.Present:
		return nil
	case f.masked && state.LooksMasked(o.Text):
		return maskedValue(o.Text)
	case f.sensitive:
		return &Value{Sensitive: true, Fingerprint: state.Fingerprint(o.Text)}
	default:
		return &Value{Text: o.Text}
	}
}

// writes reports whether the change writes the field's key.
func (c *FieldChange) writes() bool {
	return c.Action == Create || c.Action == Update || c.Action == Delete
}
