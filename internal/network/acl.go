package network

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// ACL is who may read and write what in etcd.
type ACL struct {
	// Declared says that there is an acl block; Addr is its address.
	Declared bool
	Addr     addr.Addr
	Enforce  bool
	// EnforceNamed says that the block says whether etcd enforces it.
	EnforceNamed bool
	// Auth is how subjects prove who they are: [ByCertificate], the default, or
	// [ByPassword].
	Auth  string
	Roles []ACLRole
	Users []ACLUser
}

// ACLRole is a named set of grants.
type ACLRole struct {
	Addr   addr.Addr
	Name   string
	Grants []Grant
}

// Grant allows one access on targets.
type Grant struct {
	// Access is "read", "write" or "readwrite".
	Access string
	On     []Target
}

// Target is one thing that a grant covers. Exactly one of Object, Collection
// and Key is set.
type Target struct {
	// Object is a typed reference, with Field where it ends in an attribute.
	Object addr.Addr
	Field  string
	// Collection is a word for a whole kind: "network", "nodes", "cells",
	// "topology", "paths", "users", "routes".
	Collection string
	// Key is a key below the network's prefix, or a prefix of keys when it
	// ends in a slash.
	Key string
}

// ACLUser binds roles to a subject. At most one of Core, Entry and Person is set.
type ACLUser struct {
	Addr   addr.Addr
	Name   string
	Roles  []string
	Core   Ref
	Entry  Ref
	Person string
	// PasswordEnv and PasswordFile say where the password of a new user is.
	PasswordEnv, PasswordFile string
}

// The ways to authenticate.
const (
	ByCertificate = "cert"
	ByPassword    = "password"
)

// passwordVariable begins the names of the variables that passwords are in
// where nothing else is said.
//
//nolint:gosec // the name of a variable, no password
const passwordVariable = "SIGILFORM_ACL_PASSWORD_"

// normalize sorts what has no order, and says where passwords are.
func (a *ACL) normalize() {
	if a.Auth == "" {
		a.Auth = ByCertificate
	}
	for i := range a.Users {
		u := &a.Users[i]
		slices.Sort(u.Roles)
		u.Roles = slices.Compact(u.Roles)
		if a.Auth == ByPassword && u.PasswordEnv == "" && u.PasswordFile == "" {
			u.PasswordEnv = PasswordVariable(u.Name)
		}
	}
}

// PasswordVariable is where the password of a user is where nothing else is said.
func PasswordVariable(user string) string { return passwordVariable + variableName(user) }

// variableName is a name as a part of that of a variable.
func variableName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// BuiltinRoles are the roles that exist without a block.
func BuiltinRoles() []string { return []string{"core", "drift", "entry", "planner", "root"} }
