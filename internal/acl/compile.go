package acl

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// Own are those of sigilform's own keys that a built-in role reads. The two
// prefixes end in a slash.
type Own struct{ Head, Objects, Networks, DigestKey, PlanKey string }

// Compile turns the ACL of a normalised and valid network into roles, users and
// ranges. A grant may name an object whose identity only a plan chooses: where
// it is not chosen yet, that is an error that says so. It is linear in the size
// of the network and of what comes out.
func Compile(n *network.Network, layout keys.Layout, own Own) (*Set, diag.List) {
	c := &compiler{network: n, layout: layout, own: own, topology: newTopology(n), roles: map[string]Role{}}
	out := &Set{
		Declared:     n.ACL.Declared || len(n.ACL.Roles)+len(n.ACL.Users) > 0,
		EnforceNamed: n.ACL.EnforceNamed, Enforce: n.ACL.Enforce,
	}
	for i := range n.ACL.Roles {
		c.declared(&n.ACL.Roles[i])
	}
	for i := range n.ACL.Users {
		out.Users = append(out.Users, c.user(&n.ACL.Users[i]))
	}
	for _, r := range c.roles {
		out.Roles = append(out.Roles, r)
	}
	slices.SortFunc(out.Roles, func(a, b Role) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Users, func(a, b User) int { return cmp.Compare(a.Name, b.Name) })
	return out, c.diags
}

type compiler struct {
	network  *network.Network
	layout   keys.Layout
	own      Own
	topology *topology
	// roles are by id.
	roles map[string]Role
	diags diag.List
	// checks says that only what is wrong is wanted, also of objects whose keys
	// nobody knows yet.
	checks bool
}

// Check finds what is wrong with the grants of a network, whatever its objects'
// identities will be.
func Check(n *network.Network, layout keys.Layout) diag.List {
	c := &compiler{network: n, layout: layout, topology: newTopology(n), roles: map[string]Role{}, checks: true}
	for i := range n.ACL.Roles {
		c.declared(&n.ACL.Roles[i])
	}
	return c.diags
}

func (c *compiler) user(u *network.ACLUser) User {
	out := User{Address: u.Addr.String(), Name: u.Name}
	for _, role := range u.Roles {
		out.Roles = append(out.Roles, c.roleOf(u, role))
	}
	slices.Sort(out.Roles)
	out.Roles = slices.Compact(out.Roles)
	switch {
	case u.PasswordFile != "":
		out.Password = &kv.PasswordSource{File: u.PasswordFile}
	case u.PasswordEnv != "":
		out.Password = &kv.PasswordSource{Env: u.PasswordEnv}
	}
	return out
}

// roleOf is the name in etcd of a user's role; a built-in one comes to be when
// the first user has it.
func (c *compiler) roleOf(u *network.ACLUser, role string) string {
	switch role {
	case root:
		return kv.RootName
	case core:
		return c.nodeRole(core, u.Core.To, c.coreGrants)
	case entry:
		return c.nodeRole(entry, u.Entry.To, c.entryGrants)
	case planner:
		return c.add(planner, planner, addr.New(addr.ACLRole, planner, addr.NoKey).String(), func() []Grant { return c.observerGrants(true) })
	case drifter:
		return c.add(drifter, drifter, addr.New(addr.ACLRole, drifter, addr.NoKey).String(), func() []Grant { return c.observerGrants(false) })
	}
	return RoleName(c.network.Name, declaredID(role))
}

func (c *compiler) nodeRole(role string, node addr.Addr, grants func(addr.Addr) []Grant) string {
	address := addr.New(addr.ACLRole, role, addr.StringKey(node.String())).String()
	return c.add(nodeID(role, c.topology.ips[node]), node.String(), address, func() []Grant { return grants(node) })
}

// add makes a role once.
func (c *compiler) add(id, subject, address string, grants func() []Grant) string {
	name := RoleName(c.network.Name, id)
	if _, ok := c.roles[id]; !ok {
		c.roles[id] = Role{Address: address, ID: id, Name: name, Subject: subject, Grants: smallest(grants())}
	}
	return name
}

func (c *compiler) declared(r *network.ACLRole) {
	c.add(declaredID(r.Name), "role "+r.Name, r.Addr.String(), func() []Grant {
		var out []Grant
		for _, g := range r.Grants {
			access, ok := kv.ParseAccess(g.Access)
			if !ok {
				continue // validation has refused it
			}
			for _, t := range g.On {
				for _, keys := range c.target(r.Addr, t) {
					out = append(out, Grant{Range: keys, Access: access})
				}
			}
		}
		return out
	})
}

func (c *compiler) fail(a addr.Addr, of addr.Addr) {
	c.diags = append(c.diags, diag.Diagnostic{
		Severity: diag.Error, Address: a.String(), Attribute: "grant.on",
		Summary: fmt.Sprintf("The keys of %s are not known yet", of),
		Detail:  "Its identity is chosen by the plan that creates it.",
		Hint:    "Give it an id or uuid in its block; or once it is applied, ask with --live.",
	})
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }
