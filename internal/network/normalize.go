package network

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
)

// Normalize brings every value into its canonical form, fills in defaults and
// sorts the objects by address. A value that has no canonical form is a
// diagnostic, and is left as it is.
func (n *Network) Normalize() diag.List {
	z := &normalizer{}
	z.network(n)
	for i := range n.Cells {
		c := &n.Cells[i]
		z.domain(c.Addr, "domain", &c.Domain)
		defaultStatus(&c.Status)
	}
	for i := range n.Cores {
		c := &n.Cores[i]
		z.node(&c.Node)
		z.uuid(c.Addr, &c.UUID)
	}
	for i := range n.Entries {
		z.node(&n.Entries[i].Node)
	}
	for i := range n.Routes {
		r := &n.Routes[i]
		defaultStatus(&r.Status)
		z.tls(r.Addr, &r.TLS)
	}
	for i := range n.Users {
		z.user(&n.Users[i])
	}
	n.sort()
	return z.found
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

type normalizer struct{ found diag.List }

func (z *normalizer) network(n *Network) {
	if n.Prefix == "" {
		n.Prefix = DefaultPrefix
	}
	n.Prefix = "/" + strings.Trim(n.Prefix, "/") + "/"
	if n.MaxCoresPerEntry == 0 {
		n.MaxCoresPerEntry = DefaultMaxCoresPerEntry
	}
}

func (z *normalizer) node(n *Node) {
	z.ip(n.Addr, &n.IP)
	z.domain(n.Addr, "domain", &n.Domain)
	defaultStatus(&n.Status)
	z.tls(n.Addr, &n.TLS)
}

func (z *normalizer) user(u *User) {
	if !u.Username.Named && u.Username.Value == "" {
		z.username(u)
	}
	defaultStatus(&u.Status)
	if u.HashTelegramID.Named {
		u.HashTelegramID.Value = strings.ToLower(u.HashTelegramID.Value)
	}
	for i := range u.Devices {
		d := &u.Devices[i]
		z.uuid(d.Addr, &d.UUID)
		defaultStatus(&d.Status)
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
		return
	}
	z.found = append(z.found, problem(u.Addr, "username", "A user of a block with count needs a username",
		"The label would be the same for every one of them, and a username is unique.",
		`Set username, for example "${var.prefix}-${count.index}", or use for_each.`))
}

func defaultStatus(t *Text) {
	if t.Value == "" && !t.Named {
		t.Value = Active
	}
}
