package network

import (
	"fmt"
	"strconv"

	"github.com/sigilgate/sigilform/internal/addr"
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

// identities checks what must be unique.
func (v *validator) identities() {
	for _, u := range Uniques() {
		c := v.claims(u.Clash)
		for _, h := range u.Holders {
			for _, x := range v.held(h) {
				c.addWithin(x.below, x.by, x.attribute, x.value)
			}
		}
	}
	v.routePairs()
}

// held is one object's value of what is unique.
type held struct {
	by        addr.Addr
	attribute string
	value     Text
	// below is the parent within which the value is unique, if it is.
	below addr.Addr
}

// held lists what the objects of a kind hold in a field, in their order.
func (v *validator) held(h Holder) []held {
	var out []held
	add := func(a addr.Addr, t Text) { out = append(out, held{by: a, attribute: h.Field, value: t}) }
	switch h.Kind {
	case addr.Cell:
		for i := range v.Cells {
			add(v.Cells[i].Addr, v.Cells[i].Domain)
		}
	case addr.Core:
		for i := range v.Cores {
			add(v.Cores[i].Addr, v.coreText(&v.Cores[i], h.Field))
		}
	case addr.Entry:
		for i := range v.Entries {
			add(v.Entries[i].Addr, nodeText(&v.Entries[i].Node, h.Field))
		}
	case addr.User:
		for i := range v.Users {
			add(v.Users[i].Addr, userText(&v.Users[i], h.Field))
		}
	case addr.Device:
		out = v.heldByDevices(h)
	default:
	}
	return out
}

func (v *validator) heldByDevices(h Holder) []held {
	var out []held
	for i := range v.Users {
		u := &v.Users[i]
		for j := range u.Devices {
			x := held{by: u.Devices[j].Addr, attribute: h.Field, value: u.Devices[j].UUID}
			if h.Field == "name" {
				x.attribute, x.value = "", Text{Value: u.Devices[j].Name} // the label of the block
			}
			if h.Below {
				x.below = u.Addr
			}
			out = append(out, x)
		}
	}
	return out
}

func nodeText(n *Node, field string) Text {
	if field == "ip" {
		return n.IP
	}
	return n.Domain
}

// coreText is a Core's value; its number is one within its cell.
func (v *validator) coreText(c *Core, field string) Text {
	switch field {
	case "uuid":
		return c.UUID
	case "number":
		cell := v.cellsAt[c.Cell.To]
		if cell == nil || !c.Number.Named {
			return Text{}
		}
		place := decimal(c.Number)
		place.Value += " in the cell " + cell.Domain.Value
		return place
	}
	return nodeText(&c.Node, field)
}

func userText(u *User, field string) Text {
	switch {
	case field == "username":
		return u.Username
	case u.ID.Named:
		return decimal(u.ID)
	}
	return Text{}
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
