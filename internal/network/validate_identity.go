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
	v    *validator
	what string
	seen map[string]claim
}

func (v *validator) claims(what string) *claims {
	return &claims{v: v, what: what, seen: map[string]claim{}}
}

func (c *claims) add(a addr.Addr, attribute, value string) {
	if value == "" {
		return
	}
	first, taken := c.seen[value]
	if !taken {
		c.seen[value] = claim{by: a, attribute: attribute}
		return
	}
	d := problem(a, attribute, fmt.Sprintf("Two objects have the %s %s", c.what, value),
		fmt.Sprintf("%s has it already, and it must be unique.", first.by), "Change one of the two.")
	c.v.add(also(d, first.by, first.attribute, "first given here"))
}

func (v *validator) identities() {
	ips, domains, uuids := v.claims("IP"), v.claims("domain"), v.claims("UUID")
	cellDomains, numbers := v.claims("domain"), v.claims("number in its cell,")
	for i := range v.Cells {
		cellDomains.add(v.Cells[i].Addr, "domain", v.Cells[i].Domain.Value)
	}
	for i := range v.Cores {
		c := &v.Cores[i]
		ips.add(c.Addr, "ip", c.IP.Value)
		domains.add(c.Addr, "domain", c.Domain.Value)
		uuids.add(c.Addr, "uuid", c.UUID.Value)
		if cell := v.cellsAt[c.Cell.To]; cell != nil && c.Number.Named {
			numbers.add(c.Addr, "number", strconv.FormatUint(c.Number.Value, 10)+" of "+cell.Domain.Value)
		}
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		ips.add(e.Addr, "ip", e.IP.Value)
		domains.add(e.Addr, "domain", e.Domain.Value)
	}
	v.routeIdentities()
	v.userIdentities(uuids)
}

func (v *validator) routeIdentities() {
	pairs := v.claims("route")
	for i := range v.Routes {
		r := &v.Routes[i]
		if r.Entry.Named && r.Core.Named {
			pairs.add(r.Addr, "core", fmt.Sprintf("from %s to %s", r.Entry.To, r.Core.To))
		}
	}
}

func (v *validator) userIdentities(uuids *claims) {
	usernames, ids := v.claims("username"), v.claims("user id")
	for i := range v.Users {
		u := &v.Users[i]
		usernames.add(u.Addr, "username", u.Username.Value)
		if u.ID.Named {
			ids.add(u.Addr, "id", strconv.FormatUint(u.ID.Value, 10))
			if u.ID.Value == 0 {
				v.refuse(u.Addr, "id", "A user's id can't be 0", "Ids begin with 1.", "")
			}
		}
		for j := range u.Devices {
			uuids.add(u.Devices[j].Addr, "uuid", u.Devices[j].UUID.Value)
		}
	}
}
