package acl

import (
	"cmp"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Set is everything that a configuration's ACL means to etcd.
type Set struct {
	// Declared says that there is any block of the ACL.
	Declared bool
	// EnforceNamed says that the configuration says whether authentication is
	// on, Enforce whether it is.
	EnforceNamed, Enforce bool
	// Roles and Users are sorted by name.
	Roles []Role
	Users []User
}

// Role is one role of etcd.
type Role struct {
	// Address is that of its block; a built-in role of a node has the node's
	// as its key: acl_role.core["core.ams"].
	Address string
	// ID names it within the network, Name in etcd.
	ID, Name string
	// Subject is who the reader knows it by: "core.ams", "role support".
	Subject string
	// Grants are sorted by range; no range is in another with the same access.
	Grants []Grant
}

// Grant allows one access to a range of keys.
type Grant struct {
	kv.Range
	Access kv.Access
}

// User is one user of etcd.
type User struct {
	Address string
	Name    string
	// Roles are names in etcd, sorted.
	Roles []string
	// Password is where the password of a new user is found; nil for one that
	// is known by its certificate.
	Password *kv.PasswordSource
}

// Auth is the set in the form that a cluster's own roles and users have.
func (s *Set) Auth() *kv.Auth {
	out := &kv.Auth{Enabled: true, Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{}}
	for i := range s.Roles {
		out.Roles[s.Roles[i].Name] = Permissions(s.Roles[i].Grants)
	}
	for i := range s.Users {
		out.Users[s.Users[i].Name] = s.Users[i].Roles
	}
	return out
}

// Permissions are grants by their range.
func Permissions(grants []Grant) map[kv.Range]kv.Access {
	out := make(map[kv.Range]kv.Access, len(grants))
	for _, g := range grants {
		out[g.Range] |= g.Access
	}
	return out
}

// Grants are permissions in order.
func Grants(permissions map[kv.Range]kv.Access) []Grant {
	out := make([]Grant, 0, len(permissions))
	for r, access := range permissions {
		out = append(out, Grant{Range: r, Access: access})
	}
	slices.SortFunc(out, func(a, b Grant) int { return a.Compare(b.Range) })
	return out
}

// Role finds a role by its name in etcd.
func (s *Set) Role(name string) (*Role, bool) {
	i, ok := slices.BinarySearchFunc(s.Roles, name, func(r Role, n string) int { return cmp.Compare(r.Name, n) })
	if !ok {
		return nil, false
	}
	return &s.Roles[i], true
}

// smallest drops every grant that another one covers, and joins a read and a
// write of one range.
func smallest(grants []Grant) []Grant {
	joined := map[kv.Range]kv.Access{}
	for _, access := range []kv.Access{kv.Read, kv.Write} {
		for _, r := range outermost(grants, access) {
			joined[r] |= access
		}
	}
	return Grants(joined)
}

// outermost are the ranges with an access that lie in no other one. Keys and
// prefixes never overlap in part, so whatever is covered is covered by the
// last range that began before it and was kept.
func outermost(grants []Grant, access kv.Access) []kv.Range {
	var ranges []kv.Range
	for _, g := range grants {
		if g.Access.Allows(access) {
			ranges = append(ranges, g.Range)
		}
	}
	slices.SortFunc(ranges, func(a, b kv.Range) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(b.End, a.End))
	})
	var out []kv.Range
	for _, r := range ranges {
		if n := len(out); n == 0 || !out[n-1].Covers(r) {
			out = append(out, r)
		}
	}
	return out
}
