package snapshot

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// Masking says what is sensitive in a network.
type Masking struct {
	Network string
	Prefix  string
	// Catalogue says which kinds and fields there are.
	Catalogue *schema.Catalogue
	// State is what was applied, Wanted what the configuration wants.
	State  *state.State
	Wanted []keys.Object
	// Secrets are the sensitive values of the configuration, wherever others
	// may have written them.
	Secrets map[string]bool
	// Key is the key of the digests.
	Key string
}

// Mask copies what a plan reads of a snapshot, without a sensitive value, and
// counts those. Sensitive is what always is (credentials), what was applied as
// such, what the configuration marks, and its sensitive values where others
// wrote them.
func Mask(s *kv.Snapshot, m Masking) (out *kv.Snapshot, masked int, err error) {
	k := newMasker(m)
	out = &kv.Snapshot{ClusterID: s.ClusterID, Revision: s.Revision}
	own := state.NewLayout(m.Network)
	for _, e := range s.Entries {
		switch {
		case k.reads(e.Key):
			e.Value = k.value(e)
		case strings.HasPrefix(e.Key, own.ObjectsPrefix()):
			var known bool
			if e.Value, known, err = k.record(e); err != nil {
				return nil, 0, err
			}
			if !known {
				continue // a later version's
			}
		case e.Key == own.Head(), e.Key == own.DigestKey(), strings.HasPrefix(e.Key, state.NetworksPrefix):
		default:
			continue // others', and journal and lock: what a plan says of those is told apart
		}
		out.Entries = append(out.Entries, e)
	}
	return out, k.count, nil
}

// masker finds the sensitive fields of one network.
type masker struct {
	Masking
	layout keys.Layout
	// kinds tells an object of which kind the identity in a space is, as it is
	// planned; marked are the fields that the configuration marks.
	kinds  map[state.ID]addr.Kind
	marked map[state.ID]map[string]bool
	count  int
}

func newMasker(m Masking) *masker {
	k := &masker{
		Masking: m, layout: keys.NewLayout(m.Catalogue, m.Prefix),
		kinds: map[state.ID]addr.Kind{}, marked: map[state.ID]map[string]bool{},
	}
	for i := range m.Wanted {
		w := &m.Wanted[i]
		id := state.ID{Kind: w.Kind, ID: w.ID}
		k.kinds[state.ID{Kind: keys.Space(w.Kind), ID: w.ID}] = w.Kind
		for j := range w.Fields {
			if !w.Fields[j].Sensitive {
				continue
			}
			if k.marked[id] == nil {
				k.marked[id] = map[string]bool{}
			}
			k.marked[id][w.Fields[j].Name] = true
		}
	}
	for id := range m.State.Records {
		k.kinds[state.ID{Kind: keys.Space(id.Kind), ID: id.ID}] = id.Kind // what was applied counts first
	}
	return k
}

// reads reports whether a plan reads a key of the network.
func (k *masker) reads(key string) bool {
	return key == k.layout.UserIDCounter() || slices.ContainsFunc(k.layout.ReadPrefixes(), func(p string) bool { return strings.HasPrefix(key, p) })
}

// value is what the snapshot holds of a live key.
func (k *masker) value(e kv.Entry) string {
	if e.Key == k.layout.UserIDCounter() {
		return e.Value
	}
	at, ok := k.layout.Locate(e.Key)
	if !ok || k.unread(at, e) {
		return "" // no plan looks at it
	}
	id := state.ID{Kind: k.kindOf(at), ID: at.ID}
	f := k.layout.FieldOf(id.Kind, e)
	if !k.sensitive(id, f, e.Value) {
		return e.Value
	}
	return k.mask(id, f.Name, e.Value)
}

// kindOf is the kind that a live object is planned as.
func (k *masker) kindOf(at keys.Location) addr.Kind {
	if kind, ok := k.kinds[state.ID{Kind: at.Space, ID: at.ID}]; ok {
		return kind
	}
	return at.Space
}

// unread reports whether no plan reads the value: whatever kind the object is
// of, it is one that only nodes write.
func (k *masker) unread(at keys.Location, e kv.Entry) bool {
	kinds := []addr.Kind{at.Space}
	if at.Space == keys.Node {
		kinds = []addr.Kind{addr.Core, addr.Entry}
	}
	for _, kind := range kinds {
		if f := k.layout.FieldOf(kind, e); f.Class != schema.Operational {
			return false
		}
	}
	return true
}

// sensitive reports whether a live value must not be held.
func (k *masker) sensitive(id state.ID, f keys.LiveField, value string) bool {
	if k.layout.Open(id.Kind, f.Name, value) {
		return false
	}
	if state.LooksMasked(value) || k.layout.Sensitive(id.Kind, f.Name) || k.marked[id][f.Name] || k.State.ReleasedDigest(k.layout, f.Key) != "" {
		return true
	}
	r := k.State.Records[id]
	if r == nil {
		return k.Secrets[value] && k.layout.Words(id.Kind, f.Name)
	}
	return r.Hides(f.Name)
}

func (k *masker) mask(id state.ID, name, value string) string {
	k.count++
	return state.Masked(state.FieldDigest(k.Key, id, name, value))
}
