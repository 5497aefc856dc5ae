package keys

import "slices"

// LiveRef is a live key that refers to another object.
type LiveRef struct {
	// Field is the name of the field, empty where the identity itself refers.
	Field string
	// Key is the key that refers, Marker that of the object referred to.
	Key, Marker string
}

// LiveRefs are the references of a live object to others: first those of its
// identity, then those of its fields.
func LiveRefs(o Live, l Layout) []LiveRef {
	k := l.index(o.Kind).kind
	var identity []string
	if k.Parent == "" || o.Parent != "" {
		for _, n := range l.identityRequires(k, Location{ID: o.ID, Parent: o.Parent}) {
			identity = append(identity, n.Key)
		}
	}
	var out []LiveRef
	for _, marker := range identity {
		out = append(out, LiveRef{Key: o.firstKey(), Marker: marker})
	}
	for i := range o.Fields {
		f := &o.Fields[i]
		for _, marker := range l.Names(f.Key, f.Value) {
			if marker != o.Marker && !slices.Contains(identity, marker) {
				out = append(out, LiveRef{Field: f.Name, Key: f.Key, Marker: marker})
			}
		}
	}
	return out
}

func (o *Live) firstKey() string {
	if len(o.Fields) == 0 {
		return o.Marker
	}
	if o.Exists {
		return o.Marker
	}
	return o.Fields[0].Key
}
