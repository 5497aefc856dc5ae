package kv

import "maps"

// RootName is the name of etcd's own administrator, and of the role that makes
// a user one.
const RootName = "root"

// RescueUser is an administrator of sigilform's own that is there only while
// authentication is turned on: with it that can be undone where nothing else can.
const RescueUser = "sigilform-rescue"

// Auth is a cluster's authentication as it is: who there is, and who may what.
type Auth struct {
	Enabled bool `json:"enabled"`
	// Revision moves with each change of users, roles or permissions by one.
	// Turning authentication on does not move it, turning it off does.
	Revision uint64 `json:"revision"`
	// Roles maps each role to its permissions, Users each user to its roles,
	// sorted.
	Roles map[string]map[Range]Access `json:"roles,omitempty"`
	Users map[string][]string         `json:"users,omitempty"`
}

// Clone is a copy that shares nothing that changes.
func (a *Auth) Clone() *Auth {
	out := *a
	out.Users = maps.Clone(a.Users)
	out.Roles = make(map[string]map[Range]Access, len(a.Roles))
	for name, permissions := range a.Roles {
		out.Roles[name] = maps.Clone(permissions)
	}
	return &out
}
