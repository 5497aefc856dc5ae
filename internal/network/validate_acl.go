package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// administrators are the roles that reach sigilform's own keys.
func administrators() []string { return []string{"drift", "planner", "root"} }

// acl checks roles, grants and subjects.
func (v *validator) acl() {
	if v.ACL.Declared && v.ACL.Auth != "" && v.ACL.Auth != "cert" && v.ACL.Auth != "password" {
		v.refuse(v.ACL.Addr, "auth", fmt.Sprintf("%s is not a way to authenticate", quoted(v.ACL.Auth)), "", `Write "cert" or "password".`)
	}
	if len(v.ACL.Roles)+len(v.ACL.Users) == 0 {
		return
	}
	known := v.declared()
	roleNames, userNames := v.claims("Two roles have the name %s"), v.claims("Two ACL users have the name %s")
	roles := map[string]bool{}
	for _, r := range BuiltinRoles() {
		roles[r] = true
	}
	for i := range v.ACL.Roles {
		r := &v.ACL.Roles[i]
		roleNames.add(r.Addr, "", Text{Value: r.Name})
		roles[r.Name] = true
		v.role(r, known)
	}
	variables := v.claims("Two ACL users have their passwords in %s")
	for i := range v.ACL.Users {
		variables.add(v.ACL.Users[i].Addr, "password_env", Text{Value: v.ACL.Users[i].PasswordEnv})
		userNames.add(v.ACL.Users[i].Addr, "", Text{Value: v.ACL.Users[i].Name})
		v.subject(&v.ACL.Users[i], roles)
	}
}

func (v *validator) role(r *ACLRole, known map[addr.Addr]bool) {
	v.name(r.Addr, "", "name of a role", Text{Value: r.Name, Named: true})
	if slices.Contains(BuiltinRoles(), r.Name) {
		v.refuse(r.Addr, "", fmt.Sprintf("The role %q is built in", r.Name), "It has its own grants.", "Give the role another name.")
	}
	for _, g := range r.Grants {
		v.grant(r, g, known)
	}
}

func (v *validator) grant(r *ACLRole, g Grant, known map[addr.Addr]bool) {
	if g.Access != "read" && g.Access != "write" && g.Access != "readwrite" {
		v.refuse(r.Addr, "grant.access", fmt.Sprintf("%s is not a kind of access", quoted(g.Access)), "", `Write "read", "write" or "readwrite".`)
	}
	if len(g.On) == 0 {
		v.refuse(r.Addr, "grant.on", "The grant covers nothing", "", "Name objects, collections or keys in on.")
	}
	for _, t := range g.On {
		v.target(r, t, known)
	}
}

func (v *validator) target(r *ACLRole, t Target, known map[addr.Addr]bool) {
	switch {
	case !t.Object.IsZero():
		if !known[t.Object] {
			v.refuse(r.Addr, "grant.on", fmt.Sprintf("There is no %s", t.Object), fmt.Sprintf("A grant of %s covers it.", r.Addr), "")
		}
	case t.Collection != "":
		if !slices.Contains(v.Catalogue.Collections(), t.Collection) {
			v.refuse(r.Addr, "grant.on", fmt.Sprintf("%s is not a collection", quoted(t.Collection)), "", "Write one of "+strings.Join(slices.Sorted(slices.Values(v.Catalogue.Collections())), ", ")+".")
		}
	case slices.Contains(v.Catalogue.Collections(), t.Key) || strings.HasSuffix(t.Key, "*"):
		v.refuse(r.Addr, "grant.on", fmt.Sprintf("%s is not a key", quoted(t.Key)), "A key that ends in a slash covers all keys that begin so.",
			fmt.Sprintf("Write %q.", strings.TrimRight(t.Key, "/*")+"/"))
	case !belowPrefix(t.Key):
		v.refuse(r.Addr, "grant.on", fmt.Sprintf("%s is not a key below the network's prefix", quoted(t.Key)),
			"A grant covers keys of the network only, written without the prefix; nobody but Root, planner and drift reaches sigilform's own keys.",
			`Write for example "nodes/192.0.2.1/status", or "routes/" for all keys that begin so.`)
	}
}

// belowPrefix reports whether a key of a grant is written relative to the
// network's prefix. No text leads out of it: what is granted is the prefix
// followed by the text. One that looks as if it should is refused.
func belowPrefix(key string) bool {
	if key == "" || !oneLine(key) || len(key) > maxNameBytes {
		return false
	}
	parts := strings.Split(strings.TrimSuffix(key, "/"), "/")
	return !slices.ContainsFunc(parts, func(p string) bool { return p == "" || p == "." || p == ".." })
}

// declared are the addresses of everything that may be named.
func (v *validator) declared() map[addr.Addr]bool {
	if v.known == nil {
		v.known = map[addr.Addr]bool{}
		v.Each(func(_ addr.Kind, o Object) { v.known[o.Address()] = true })
	}
	return v.known
}
