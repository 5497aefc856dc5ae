package network

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Normalize brings every value into its canonical form, fills in defaults and
// sorts the objects by address. A value that has no canonical form is a
// diagnostic, and is left as it is.
func (n *Network) Normalize() diag.List {
	z := &normalizer{}
	z.network(n)
	c := n.Catalogue
	n.Each(func(kind addr.Kind, o Object) {
		if u, ok := o.(*User); ok && !u.Username.Named && u.Username.Value == "" {
			z.username(u)
		}
		leaves := c.Kind(kind).Leaves()
		for i := range leaves {
			if t := o.Slot(&leaves[i], false).Text; t != nil {
				z.text(o.Address(), &leaves[i], t)
			}
		}
	})
	n.sort()
	return append(z.found, z.tally.Rest()...)
}

// text brings one value into its form, or gives it its default.
func (z *normalizer) text(a addr.Addr, f *schema.Field, t *Text) {
	if t.Value == "" && !t.Named {
		t.Value = f.Default
	}
	switch {
	case f.Check == schema.IP:
		z.ip(a, f.Name, t)
	case !t.Named:
	case f.Check == schema.Domain:
		z.domain(a, f, t)
	case f.Check == schema.UUID:
		z.uuid(a, f, t)
	default:
		t.Value = f.Canonical(t.Value)
	}
}

func (n *Network) sort() {
	slices.SortFunc(n.Cells, func(a, b Cell) int { return addr.Compare(a.Addr, b.Addr) })
	slices.SortFunc(n.Cores, func(a, b Core) int { return addr.Compare(a.Addr, b.Addr) })
	slices.SortFunc(n.Entries, func(a, b Entry) int { return addr.Compare(a.Addr, b.Addr) })
	slices.SortFunc(n.Routes, func(a, b Route) int { return addr.Compare(a.Addr, b.Addr) })
	slices.SortFunc(n.Users, func(a, b User) int { return addr.Compare(a.Addr, b.Addr) })
	slices.SortFunc(n.ACL.Roles, func(a, b ACLRole) int { return addr.Compare(a.Addr, b.Addr) })
	slices.SortFunc(n.ACL.Users, func(a, b ACLUser) int { return addr.Compare(a.Addr, b.Addr) })
	n.ACL.normalize()
	for i := range n.Users {
		slices.SortFunc(n.Users[i].Devices, func(a, b Device) int { return cmp.Compare(a.Name, b.Name) })
	}
}

type normalizer struct {
	found diag.List
	tally diag.Tally
}

func (z *normalizer) add(d diag.Diagnostic) {
	if d, ok := z.tally.Admit(d); ok {
		z.found = append(z.found, d)
	}
}

func (z *normalizer) network(n *Network) {
	if n.Prefix == "" {
		n.Prefix = DefaultPrefix
	}
	n.Prefix = "/" + strings.Trim(n.Prefix, "/") + "/"
	if n.MaxCoresPerEntry == 0 {
		n.MaxCoresPerEntry = DefaultMaxCoresPerEntry
	}
}

// username defaults to the label, and with for_each to the key. A number of
// count makes no name: those must be given.
func (z *normalizer) username(u *User) {
	u.Username.Value = u.Addr.Name
	if !u.Addr.Key.IsSet() {
		return
	}
	u.Username.Value = u.Addr.Key.Text()
	if strings.HasPrefix(u.Addr.Key.String(), "[\"") {
		if u.Username.Value == "" {
			z.add(problem(u.Addr, "username", "The username is empty",
				"The key of for_each is the username, and this one is an empty text.",
				"Leave the empty key out, for example with compact(…), or set username."))
		}
		return
	}
	z.add(problem(u.Addr, "username", "A user of a block with count needs a username",
		"The label would be the same for every one of them, and a username is unique.",
		`Set username, for example "${var.prefix}-${count.index}", or use for_each.`))
}
