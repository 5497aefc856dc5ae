package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// nextRecord is the record of a wanted object after the apply.
func (o *object) nextRecord() *state.Record {
	if o.past != nil {
		return o.pastRecord()
	}
	w := o.want
	r := &state.Record{
		Kind: w.Kind, ID: w.ID, Address: w.Addr.String(), Parent: w.Parent,
		Declared: map[string]string{}, Secret: map[string]string{}, Initial: map[string]string{},
		Protected: w.Protected, Ignore: w.Ignore,
	}
	for _, set := range w.Sets {
		if r.Sets == nil {
			r.Sets = map[string][]string{}
		}
		r.Sets[set] = o.keptMembers(set)
	}
	for i := range w.Fields {
		o.recordField(r, &w.Fields[i])
	}
	for _, members := range r.Sets {
		slices.Sort(members)
	}
	o.mark(r)
	return r
}

func (o *object) recordField(r *state.Record, w *keys.Field) {
	switch {
	case w.Class == schema.Stamp, w.Class == schema.Operational:
		return
	case w.Class == schema.Derived && !w.Sensitive:
		return // computed from its source, which a digest would not allow
	}
	if o.ignores(w.Name) {
		o.keepRecorded(r, w)
		return
	}
	switch {
	case w.Set != "":
		r.Sets[w.Set] = append(r.Sets[w.Set], strings.TrimPrefix(w.Name, w.Set+"."))
	case enforced(w) && w.Sensitive:
		r.Secret[w.Name] = o.digest(w.Name, w.Value)
	case enforced(w):
		r.Declared[w.Name] = w.Value
	case !w.Sensitive:
		r.Initial[w.Name] = o.initialValue(w)
	case o.record.SensitiveDigest(w.Name) == "":
		o.markAs(r, w.Name, o.digest(w.Name, w.Value)) // what the network has instead may repeat it
	}
}

// keepRecorded carries over what was applied to a field that is left alone.
func (o *object) keepRecorded(r *state.Record, w *keys.Field) {
	if o.record == nil {
		return
	}
	if v, ok := o.record.Declared[w.Name]; ok {
		r.Declared[w.Name] = v
	}
	if v, ok := o.record.Secret[w.Name]; ok {
		r.Secret[w.Name] = v
	}
	if v, ok := o.record.Initial[w.Name]; ok {
		r.Initial[w.Name] = v
	}
}

// keptMembers are the recorded members of a set that are left alone.
func (o *object) keptMembers(set string) []string {
	kept := []string{}
	if o.record == nil {
		return kept
	}
	for _, member := range o.record.Sets[set] {
		if o.ignores(set + "." + member) {
			kept = append(kept, member)
		}
	}
	return kept
}

// initialValue is the first value of an initial field: the one recorded, else
// the one that the network has, else the one that this apply writes.
func (o *object) initialValue(w *keys.Field) string {
	if first := o.firstValue(w.Name); first.Present {
		return first.Text
	}
	if l, ok := o.liveFields[w.Name]; ok {
		return l.Value
	}
	return w.Value
}
