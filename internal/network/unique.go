package network

import "github.com/sigilgate/sigilform/internal/addr"

// Unique is one kind of value that at most one object of a network has at a
// time. [Uniques] is the only list of them: what is checked, compared with the
// live network, guarded and handed over at one revision follows from it.
type Unique struct {
	// Noun is what people call the value, Clash the finding about two objects
	// that have it, with %s for the value.
	Noun, Clash string
	// Holders say in which field each kind of object has it.
	Holders []Holder
}

// Holder is a field that holds a unique value.
type Holder struct {
	Kind addr.Kind
	// Field is the attribute's name, as files have it; that of a device's label
	// is "name".
	Field string
	// Identity says that the value is not in a field, but in the path of the
	// object's keys.
	Identity bool
	// Within says that the value is unique among the objects that have the same
	// value in this field only; Below, among those below one parent.
	Within string
	Below  bool
}

// Uniques lists what is unique. A route's pair is, too, by the path of its
// keys; two blocks for one pair are found where routes are checked.
func Uniques() []Unique {
	return []Unique{
		{Noun: "IP", Clash: "Two nodes have the IP %s", Holders: []Holder{
			{Kind: addr.Core, Field: "ip", Identity: true}, {Kind: addr.Entry, Field: "ip", Identity: true},
		}},
		{Noun: "domain", Clash: "Two nodes have the domain %s", Holders: []Holder{
			{Kind: addr.Core, Field: "domain"}, {Kind: addr.Entry, Field: "domain"},
		}},
		{Noun: "number", Clash: "Two Cores have the number %s", Holders: []Holder{{Kind: addr.Core, Field: "number", Within: "cell"}}},
		{Noun: "UUID", Clash: "Two objects have the UUID %s", Holders: []Holder{
			{Kind: addr.Core, Field: "uuid"}, {Kind: addr.Device, Field: "uuid", Identity: true},
		}},
		{Noun: "domain of a cell", Clash: "Two cells have the domain %s", Holders: []Holder{{Kind: addr.Cell, Field: "domain", Identity: true}}},
		{Noun: "username", Clash: "Two users have the username %s", Holders: []Holder{{Kind: addr.User, Field: "username"}}},
		{Noun: "user id", Clash: "Two users have the id %s", Holders: []Holder{{Kind: addr.User, Field: "id", Identity: true}}},
		{Noun: "device name", Clash: "Two devices of one user have the name %s", Holders: []Holder{{Kind: addr.Device, Field: "name", Below: true}}},
	}
}
