package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// collections are the words that stand for a whole kind of keys.
func collections() []string {
	return []string{"cells", "network", "nodes", "paths", "routes", "topology", "users"}
}

// acl checks roles, grants and subjects. Their application comes later.
func (v *validator) acl() {
	if v.ACL.Declared && v.ACL.Auth != "" && v.ACL.Auth != "cert" && v.ACL.Auth != "password" {
		v.refuse(v.ACL.Addr, "auth", fmt.Sprintf("%s is no way to authenticate", quoted(v.ACL.Auth)), "", `Write "cert" or "password".`)
	}
	roles := map[string]bool{}
	for _, r := range BuiltinRoles() {
		roles[r] = true
	}
	for i := range v.ACL.Roles {
		r := &v.ACL.Roles[i]
		if slices.Contains(BuiltinRoles(), r.Name) {
			v.refuse(r.Addr, "", fmt.Sprintf("The role %q is built in", r.Name), "It has its own grants.", "Give the role another name.")
		}
		roles[r.Name] = true
		for _, g := range r.Grants {
			v.grant(r, g)
		}
	}
	for i := range v.ACL.Users {
		v.subject(&v.ACL.Users[i], roles)
	}
}

func (v *validator) grant(r *ACLRole, g Grant) {
	if g.Access != "read" && g.Access != "write" && g.Access != "readwrite" {
		v.refuse(r.Addr, "grant.access", fmt.Sprintf("%s is no access", quoted(g.Access)), "", `Write "read", "write" or "readwrite".`)
	}
	if len(g.On) == 0 {
		v.refuse(r.Addr, "grant.on", "The grant covers nothing", "", "Name objects, collections or keys in on.")
	}
	for _, t := range g.On {
		v.target(r, t)
	}
}

func (v *validator) target(r *ACLRole, t Target) {
	switch {
	case !t.Object.IsZero():
		if !v.declares(t.Object) {
			v.refuse(r.Addr, "grant.on", fmt.Sprintf("There is no %s", t.Object), fmt.Sprintf("A grant of %s covers it.", r.Addr), "")
		}
	case t.Collection != "":
		if !slices.Contains(collections(), t.Collection) {
			v.refuse(r.Addr, "grant.on", fmt.Sprintf("%s is no collection", quoted(t.Collection)), "", "Write one of "+strings.Join(collections(), ", ")+".")
		}
	case t.Key == "" || strings.HasPrefix(t.Key, "/") || strings.Contains(t.Key, "..") || !plainText(t.Key):
		v.refuse(r.Addr, "grant.on", fmt.Sprintf("%s is no key below the network's prefix", quoted(t.Key)),
			"A grant covers keys of the network only, written without the prefix; nobody but Root, planner and drift reaches sigilform's own keys.",
			`Write for example "nodes/192.0.2.1/status", or "routes/" for all keys that begin so.`)
	}
}

// declares reports whether the configuration declares an object.
func (v *validator) declares(a addr.Addr) bool {
	switch a.Kind {
	case addr.Core:
		return v.cores[a] != nil
	case addr.Entry:
		return v.entries[a] != nil
	case addr.Cell:
		return v.cellsAt[a] != nil
	case addr.Route:
		return slices.ContainsFunc(v.Routes, func(r Route) bool { return r.Addr == a })
	case addr.User:
		return slices.ContainsFunc(v.Users, func(u User) bool { return u.Addr == a })
	default:
		return false
	}
}

func (v *validator) subject(u *ACLUser, roles map[string]bool) {
	if len(u.Roles) == 0 {
		v.refuse(u.Addr, "roles", fmt.Sprintf("%s has no role", u.Addr), "Without a role it may do nothing.", "")
	}
	for _, r := range u.Roles {
		if !roles[r] {
			v.refuse(u.Addr, "roles", fmt.Sprintf("There is no role %q", r), "",
				"Declare it with acl_role, or use one of the built-in "+strings.Join(BuiltinRoles(), ", ")+".")
		}
	}
	given := 0
	for _, is := range []bool{u.Core.Named, u.Entry.Named, u.Person != ""} {
		if is {
			given++
		}
	}
	if given > 1 {
		v.refuse(u.Addr, "", fmt.Sprintf("%s is more than one subject", u.Addr), "", "Keep one of core, entry and person.")
	}
	if u.Core.Named {
		v.core(u.Addr, "core", u.Core.To)
	}
	if u.Entry.Named && v.entries[u.Entry.To] == nil {
		v.dangling(u.Addr, "entry", u.Entry.To, addr.Entry)
	}
}
