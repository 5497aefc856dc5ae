package network

import (
	"fmt"
	"strconv"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// claim is who has an identity, and in which attribute.
type claim struct {
	by        addr.Addr
	attribute string
}

// claims finds identities that two objects have.
type claims struct {
	v *validator
	// format is the summary of a finding, with %s for the identity.
	format string
	seen   map[claimed]claim
}

// claimed is an identity, and the object below which it is one.
type claimed struct {
	below addr.Addr
	value string
}

func (v *validator) claims(format string) *claims {
	return &claims{v: v, format: format, seen: map[claimed]claim{}}
}

func (c *claims) add(a addr.Addr, attribute string, t Text) {
	c.addWithin(addr.Addr{}, a, attribute, t)
}

func (c *claims) addWithin(below, a addr.Addr, attribute string, t Text) {
	if t.Value == "" {
		return
	}
	at := claimed{below: below, value: t.Value}
	first, taken := c.seen[at]
	if !taken {
		c.seen[at] = claim{by: a, attribute: attribute}
		return
	}
	value := t.Value
	if t.Sensitive {
		value = hidden
	}
	d := problem(a, attribute, fmt.Sprintf(c.format, value),
		fmt.Sprintf("%s has it already, and it must be unique.", first.by), "Change one of the two.")
	c.v.add(also(d, first.by, first.attribute, "first given here"))
}

// decimal is a number as it is written and shown.
func decimal(n Number) Text {
	return Text{Value: strconv.FormatUint(n.Value, 10), Named: n.Named, Sensitive: n.Sensitive}
}

// shownInKeys refuses a sensitive value that becomes a part of keys.
func (v *validator) shownInKeys(a addr.Addr, attribute string, sensitive bool) {
	if sensitive {
		v.refuse(a, attribute, fmt.Sprintf("%s can't be sensitive here", attribute),
			"It becomes a part of keys, and keys are shown: in plans, in errors, and by every client of etcd.",
			"Give it openly, or with nonsensitive().")
	}
}

// maxNumber is the largest number that every program reads exactly, also one
// that reads numbers as JSON does.
const maxNumber = 1<<53 - 1

func (v *validator) number(a addr.Addr, attribute string, n Number) {
	if n.Named && n.Value > maxNumber {
		v.refuse(a, attribute, fmt.Sprintf("%s is too large", attribute),
			fmt.Sprintf("Programs agree on numbers up to %d.", maxNumber), "")
	}
}

// unique is a field whose values are compared with those of others.
type unique struct {
	schema.Holder
	*claims
}

// identities checks what must be unique.
func (v *validator) identities() {
	of := map[addr.Kind][]unique{}
	for _, all := range v.Catalogue.Uniques() {
		c := v.claims(all[0].Field.Unique.Clash)
		for _, h := range all {
			of[h.Kind] = append(of[h.Kind], unique{h, c})
		}
	}
	var parent Object
	v.Each(func(kind addr.Kind, o Object) {
		if v.Catalogue.Kind(kind).Parent == "" {
			parent = o
		}
		for i := range of[kind] {
			v.unique(&of[kind][i], o, parent)
		}
	})
	v.routePairs()
}

// unique adds what an object has of what only one may have; its parent is itself,
// where it has none.
func (v *validator) unique(u *unique, o, parent Object) {
	value := plain(o.Slot(u.Field, false))
	if u.Within != nil && value.Value != "" {
		within := v.within(o.Slot(u.Within, false))
		if within == "" {
			return
		}
		value.Value += " in the " + u.Within.Name + " " + within
	}
	below, attribute := addr.Addr{}, u.Field.Name
	if u.Field.Unique.Below {
		below = parent.Address()
	}
	if u.Field.Label {
		attribute = ""
	}
	u.addWithin(below, o.Address(), attribute, value)
}

// plain is a value as it is compared and shown; of a number that is not given
// none.
func plain(s Slot) Text {
	switch {
	case s.Text != nil:
		return *s.Text
	case s.Number != nil && s.Number.Named:
		return decimal(*s.Number)
	}
	return Text{}
}

// within is the value within which another one is unique: of a reference the
// identity of what it leads to.
func (v *validator) within(s Slot) string {
	if s.Ref == nil {
		return plain(s).Value
	}
	if v.identity == nil {
		v.identity = map[addr.Addr]string{}
		v.Each(func(kind addr.Kind, o Object) {
			if parts := v.Catalogue.Kind(kind).Parts(); len(parts) == 1 {
				v.identity[o.Address()] = plain(o.Slot(parts[0], false)).Value
			}
		})
	}
	return v.identity[s.Ref.To]
}

func (v *validator) routePairs() {
	pairs := v.claims("Two routes lead %s")
	for i := range v.Routes {
		r := &v.Routes[i]
		if r.Entry.Named && r.Core.Named {
			pairs.add(r.Addr, "core", Text{Value: fmt.Sprintf("from %s to %s", r.Entry.To, r.Core.To)})
		}
	}
}
