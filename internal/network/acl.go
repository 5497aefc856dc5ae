package network

import "github.com/sigilgate/sigilform/internal/addr"

// ACL is who may read and write what. It is checked now; a later release
// compiles it to etcd's roles.
type ACL struct {
	// Declared says that there is an acl block; Addr is its address.
	Declared bool
	Addr     addr.Addr
	Enforce  bool
	// EnforceNamed says that the block says whether etcd enforces it.
	EnforceNamed bool
	// Auth is how subjects prove who they are: "cert" or "password".
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

// BuiltinRoles are the roles that exist without a block.
func BuiltinRoles() []string { return []string{"core", "drift", "entry", "planner", "root"} }
