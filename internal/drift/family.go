package drift

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// familyID names the objects that have to be looked at together. Mostly that is
// one object; devices of one UUID share the keys of one route, whoever has them,
// and so are one family.
type familyID struct {
	space addr.Kind
	id    string
}

func familyOf(id state.ID) familyID { return familyID{space: keys.Space(id.Kind), id: id.ID} }

// kinds are those of the records that a family may have.
func (f familyID) kinds() []addr.Kind {
	if f.space == keys.Node {
		return []addr.Kind{addr.Core, addr.Entry}
	}
	return []addr.Kind{f.space}
}

// family is what is known of such objects: their live entries, and what the
// last comparison found.
type family struct {
	// entries are sorted by key.
	entries []kv.Entry
	// unmanaged are the objects of others in it.
	unmanaged []foreign
	// compared counts the fields of ours that were looked at.
	compared int
	// secrets are the live values of our sensitive fields.
	secrets []string
}

// foreign is an object of others, with the identity by which it is sorted.
type foreign struct {
	at    keys.Live
	shown plan.Unmanaged
}

func byKey(e kv.Entry, key string) int { return strings.Compare(e.Key, key) }

// set writes or removes one entry.
func (f *family) set(e *kv.Event) {
	i, found := slices.BinarySearchFunc(f.entries, e.Key, byKey)
	switch {
	case e.Deleted && found:
		f.entries = slices.Delete(f.entries, i, i+1)
	case e.Deleted:
	case found:
		f.entries[i] = e.Entry
	default:
		f.entries = slices.Insert(f.entries, i, e.Entry)
	}
}

// result is one record's comparison.
type result struct {
	id     state.ID
	change plan.Change
}

// compare looks at a family anew. It is what [Detect] does with all of them.
func (f *family) compare(layout keys.Layout, st *state.State, id familyID) (results []result) {
	lives := keys.Decode(layout, f.entries, st.Owner)
	f.unmanaged, f.compared, f.secrets = nil, 0, nil
	for i := range lives {
		if l := &lives[i]; !plan.OwnedBy(st, l) {
			at := keys.Live{Kind: l.Kind, ID: l.ID, Parent: l.Parent}
			f.unmanaged = append(f.unmanaged, foreign{at: at, shown: plan.UnmanagedOf(layout, st, l)})
			f.secrets = append(f.secrets, plan.LeftSecrets(layout, st, l)...)
		}
	}
	for _, kind := range id.kinds() {
		record := st.Records[state.ID{Kind: kind, ID: id.id}]
		if record == nil {
			continue
		}
		change, compared := plan.CompareApplied(layout, record, liveOf(lives, record.Parent), st.DigestKey)
		f.compared += compared
		for _, name := range record.Hidden() {
			key := layout.FieldKey(kind, id.id, record.Parent, name)
			if i, ok := slices.BinarySearchFunc(f.entries, key, byKey); ok {
				f.secrets = append(f.secrets, f.entries[i].Value)
			}
		}
		results = append(results, result{id: state.ID{Kind: kind, ID: id.id}, change: change})
	}
	return results
}

// liveOf finds the live object of a family by its parent.
func liveOf(lives []keys.Live, parent string) *keys.Live {
	for i := range lives {
		if lives[i].Parent == parent {
			return &lives[i]
		}
	}
	return nil
}
