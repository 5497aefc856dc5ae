package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// CompareApplied compares what was last applied to an object of ours with what
// is live (nil where no key is left): the same comparison as a plan's, with
// what was applied in the place of what is desired. The change has no fields
// where nothing drifted; compared counts the fields that were looked at.
func CompareApplied(layout keys.Layout, r *state.Record, live *keys.Live, digestKey string) (c Change, compared int) {
	o := &object{
		layout: layout, record: r, last: LastApplied(layout, r), ignore: r.Ignore,
		sets:   slices.Sorted(maps.Keys(r.Sets)),
		digest: func(name, value string) string { return digest(digestKey, r, name, value) },
	}
	if digestKey == "" {
		// Who may not read the key of digests compares no sensitive field.
		for name := range r.Secret {
			delete(o.last, name)
		}
	}
	o.setLive(layout.As(live, r.Kind))
	c = Change{Address: r.Address, Kind: r.Kind, ID: r.ID, Action: Update, Reason: Drift}
	if !o.exists() {
		c.Action = Create
	}
	names := o.appliedNames()
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		seen[name] = true
		if change, ok := o.compareApplied(name); ok {
			c.Fields = append(c.Fields, change)
		}
	}
	c.Fields = append(c.Fields, o.extraMembers(seen)...)
	slices.SortFunc(c.Fields, func(a, b FieldChange) int { return compareNames(a.Name, b.Name) })
	return c, len(names)
}

func digest(key string, r *state.Record, name, value string) string {
	return state.FieldDigest(key, state.ID{Kind: r.Kind, ID: r.ID}, name, value)
}

// appliedNames are the fields that sigilform answers for: what it enforces,
// and initial fields, sensitive ones too, with what derives from them, which
// must be there but may have any value.
func (o *object) appliedNames() []string {
	names := slices.Collect(maps.Keys(o.last))
	for name := range o.record.Initial {
		if _, enforced := o.last[name]; !enforced {
			names = append(names, name)
		}
	}
	for name := range o.record.Marked {
		if o.layout.Essential(o.record.Kind, name) {
			names = append(names, name) // its first value is known by its digest only
		}
	}
	for _, name := range o.layout.DerivedFields(o.record.Kind) {
		if _, enforced := o.last[name]; !enforced {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), o.ignores)
}

func (o *object) compareApplied(name string) (FieldChange, bool) {
	f := o.fieldNamed(name)
	if !f.last.Present {
		if f.live.Present {
			return FieldChange{}, false
		}
		f.last = o.mustBeThere(name)
	}
	f.desired = f.last
	if f.key == "" {
		f.key = o.layout.FieldKey(o.record.Kind, o.record.ID, o.record.Parent, name)
	}
	return classified(f)
}

// mustBeThere is the value that an absent field had at first, or that derives
// from the status which the object has now.
func (o *object) mustBeThere(name string) Optional {
	if digest, marked := o.record.Marked[name]; marked {
		return Some(digest)
	}
	if !slices.Contains(o.layout.DerivedFields(o.record.Kind), name) {
		return o.firstValue(name)
	}
	value, ok := o.layout.Derive(o.record.Kind, name, func(source string) (string, bool) {
		if source != o.layout.Status(o.record.Kind) {
			value, declared := o.record.Declared[source]
			return value, declared
		}
		status := o.knownStatus(o.record.Kind)
		return status, status != ""
	})
	return Optional{Present: ok, Text: value}
}
