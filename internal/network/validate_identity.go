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
	seen   map[string]claim
}

func (v *validator) claims(format string) *claims {
	return &claims{v: v, format: format, seen: map[string]claim{}}
}

func (c *claims) add(a addr.Addr, attribute string, t Text) {
	if t.Value == "" {
		return
	}
	first, taken := c.seen[t.Value]
	if !taken {
		c.seen[t.Value] = claim{by: a, attribute: attribute}
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

func (v *validator) identities() {
	ips, domains, uuids := v.claims("Two nodes have the IP %s"), v.claims("Two nodes have the domain %s"), v.claims("Two objects have the UUID %s")
	cellDomains, numbers := v.claims("Two cells have the domain %s"), v.claims("Two Cores have the number %s")
	for i := range v.Cells {
		cellDomains.add(v.Cells[i].Addr, "domain", v.Cells[i].Domain)
		v.shownInKeys(v.Cells[i].Addr, "domain", v.Cells[i].Domain.Sensitive)
	}
	for i := range v.Cores {
		c := &v.Cores[i]
		ips.add(c.Addr, "ip", c.IP)
		v.shownInKeys(c.Addr, "ip", c.IP.Sensitive)
		domains.add(c.Addr, "domain", c.Domain)
		uuids.add(c.Addr, "uuid", c.UUID)
		v.number(c.Addr, "number", c.Number)
		if cell := v.cellsAt[c.Cell.To]; cell != nil && c.Number.Named {
			place := decimal(c.Number)
			place.Value += " in the cell " + cell.Domain.Value
			numbers.add(c.Addr, "number", place)
		}
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		ips.add(e.Addr, "ip", e.IP)
		v.shownInKeys(e.Addr, "ip", e.IP.Sensitive)
		domains.add(e.Addr, "domain", e.Domain)
	}
	v.routeIdentities()
	v.userIdentities(uuids)
}

func (v *validator) routeIdentities() {
	pairs := v.claims("Two routes lead %s")
	for i := range v.Routes {
		r := &v.Routes[i]
		if r.Entry.Named && r.Core.Named {
			pairs.add(r.Addr, "core", Text{Value: fmt.Sprintf("from %s to %s", r.Entry.To, r.Core.To)})
		}
	}
}

func (v *validator) userIdentities(uuids *claims) {
	usernames, ids := v.claims("Two users have the username %s"), v.claims("Two users have the id %s")
	for i := range v.Users {
		u := &v.Users[i]
		usernames.add(u.Addr, "username", u.Username)
		if u.ID.Named {
			ids.add(u.Addr, "id", decimal(u.ID))
			v.userID(u)
		}
		for j := range u.Devices {
			d := &u.Devices[j]
			uuids.add(d.Addr, "uuid", d.UUID)
			v.shownInKeys(d.Addr, "uuid", d.UUID.Sensitive)
		}
	}
}

func (v *validator) userID(u *User) {
	v.shownInKeys(u.Addr, "id", u.ID.Sensitive)
	v.number(u.Addr, "id", u.ID)
	if u.ID.Value == 0 {
		v.refuse(u.Addr, "id", "A user's id can't be 0", "Ids begin with 1.", "Leave id out to have one chosen.")
	}
}
