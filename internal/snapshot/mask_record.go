package snapshot

import (
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// record is a record of what was applied, without what the configuration marks
// as sensitive since. What was applied as sensitive it holds as digests already.
// ok is false for a record that this version does not know.
func (k *masker) record(e kv.Entry) (text string, ok bool, err error) {
	id, released, _ := state.NewLayout(k.Network).Object(e.Key)
	if released {
		return e.Value, k.State.Released[id] != nil, nil // digests only
	}
	r := k.State.Records[id]
	if r == nil {
		return e.Value, k.State.ACL[id] != nil, nil // those of the authentication have names only
	}
	out, changed := *r, false
	for _, values := range []*map[string]string{&out.Declared, &out.Initial} {
		masked, some := k.values(id, *values)
		*values, changed = masked, changed || some
	}
	if !changed {
		return e.Value, true, nil
	}
	text, err = state.EncodeRecord(&out)
	return text, true, err
}

// values masks the sensitive ones of a record.
func (k *masker) values(id state.ID, values map[string]string) (out map[string]string, changed bool) {
	out = make(map[string]string, len(values))
	for name, value := range values {
		if out[name] = value; !k.layout.Open(id.Kind, name, value) && (k.marked[id][name] || state.LooksMasked(value)) {
			out[name], changed = k.mask(id, name, value), true
		}
	}
	return out, changed
}
