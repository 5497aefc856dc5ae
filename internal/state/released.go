package state

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
)

// Released is what stays known of an object that has no record any more: it was
// given back to others, or went. What was applied to it as sensitive may still
// be there, or come back.
type Released struct {
	// Parent is the user's id of a device.
	Parent string `json:"parent,omitempty"`
	// Serial is that of the apply which dropped the record.
	Serial int64 `json:"serial"`
	// Marked holds the keyed digest of each such value, by name of its field.
	Marked map[string]string `json:"marked"`
}

// releasedDir lies below the records, so that whoever reads those reads it. No
// kind of objects has its name.
const releasedDir = "released/"

// Released is the key of an object's [Released].
func (l Layout) Released(kind addr.Kind, id string) string {
	return l.ObjectsPrefix() + releasedDir + string(kind) + "/" + id
}

// Object is the object that a key below the records is about; released says
// that the key is not a record, but a [Released].
func (l Layout) Object(key string) (id ID, released, ok bool) {
	rest, ok := strings.CutPrefix(key, l.ObjectsPrefix())
	if !ok {
		return ID{}, false, false
	}
	rest, released = strings.CutPrefix(rest, releasedDir)
	kind, name, _ := strings.Cut(rest, "/")
	return ID{Kind: addr.Kind(kind), ID: name}, released, true
}

// EncodeReleased is the value of a released object's key.
func EncodeReleased(r *Released) (string, error) { return encode(r) }

// DecodeReleased reads the value of a released object's key.
func DecodeReleased(value string) (*Released, error) {
	var r Released
	if err := decode(value, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

// ReleasedDigest is the digest of what was applied as sensitive to a key of an
// object that has no record any more; empty for any other key.
func (st *State) ReleasedDigest(layout keys.Layout, key string) string {
	if len(st.Released) == 0 {
		return ""
	}
	at, ok := layout.Locate(key)
	if !ok {
		return ""
	}
	kinds := nodeKinds(at.Space)
	for _, kind := range kinds {
		if st.Records[ID{Kind: kind, ID: at.ID}] != nil {
			return ""
		}
	}
	for _, kind := range kinds {
		r := st.Released[ID{Kind: kind, ID: at.ID}]
		if r == nil {
			continue
		}
		for name, digest := range r.Marked {
			if layout.FieldKey(kind, at.ID, r.Parent, name) == key {
				return digest
			}
		}
	}
	return ""
}

// nodeKinds are the kinds that objects of a space have.
func nodeKinds(space addr.Kind) []addr.Kind {
	if space == keys.Node {
		return []addr.Kind{addr.Core, addr.Entry}
	}
	return []addr.Kind{space}
}
