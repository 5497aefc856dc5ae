package schema

import "github.com/sigilgate/sigilform/internal/addr"

// Unique says that at most one object of the network has the value of a field
// at a time. What is checked, compared with the live network, guarded and handed
// over at one revision follows from it. A route's pair is unique too, by the path
// of its keys; two blocks for one pair are found where routes are checked.
type Unique struct {
	// Noun is what people call the value; empty where any number of objects may
	// have it. Fields of one noun share their values.
	Noun string
	// Clash is the finding about two objects that have it, with %s for the value.
	Clash string
	// Within names the field of the object among those of whose value it is
	// unique; Below says that it is among those below one parent. Neither: in the
	// whole network.
	Within string
	Below  bool
}

// Holder is a field that holds a unique value.
type Holder struct {
	Kind  addr.Kind
	Field *Field
	// Within is the field that [Unique] names, nil where it names none.
	Within *Field
}

// Same reports whether another holder's value is in the same key of an object.
func (h Holder) Same(other Holder) bool {
	a, b := h.Field, other.Field
	return a.Unique.Noun == b.Unique.Noun && a.Identity == b.Identity && a.Base == b.Base && a.Key == b.Key
}

// Uniques are the fields that hold unique values, those of one noun together, as
// they come.
func (c *Catalogue) Uniques() [][]Holder {
	var out [][]Holder
	of := map[string]int{}
	for i := range c.kinds {
		k := &c.kinds[i]
		for j := range k.Fields {
			f := &k.Fields[j]
			noun := f.Unique.Noun
			if noun == "" {
				continue
			}
			if _, known := of[noun]; !known {
				of[noun] = len(out)
				out = append(out, nil)
			}
			within, _ := k.Field(f.Unique.Within)
			out[of[noun]] = append(out[of[noun]], Holder{Kind: k.Name, Field: f, Within: within})
		}
	}
	return out
}
