package kv

import (
	"fmt"
	"strings"
)

// Access is what a permission allows: the sum of Read and Write.
type Access uint8

// The accesses. There is no permission without one.
const (
	Read      Access = 1
	Write     Access = 2
	ReadWrite        = Read | Write
)

// Allows reports whether the access holds all of what is wanted.
func (a Access) Allows(want Access) bool { return a&want == want }

// String is "read", "write" or "readwrite".
func (a Access) String() string {
	switch a {
	case Read:
		return "read"
	case Write:
		return "write"
	case ReadWrite:
		return "readwrite"
	}
	return "none"
}

// ParseAccess reads what [Access.String] writes.
func ParseAccess(text string) (Access, bool) {
	for _, a := range []Access{Read, Write, ReadWrite} {
		if a.String() == text {
			return a, true
		}
	}
	return 0, false
}

// Range is a range of keys as a permission of etcd names it: the key alone
// where End is empty, all keys from Key on where End is [Beyond], else those
// from Key up to End, which is not in it.
type Range struct{ Key, End string }

// Beyond as the end of a range means that it has none.
const Beyond = "\x00"

// Below is the range of all keys that begin with a prefix.
func Below(prefix string) Range {
	end := []byte(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return Range{Key: prefix, End: string(end[:i+1])}
		}
	}
	return Range{Key: prefix, End: Beyond}
}

// Prefix is the prefix that the range is below; ok is false for any other range.
func (r Range) Prefix() (prefix string, ok bool) { return r.Key, r.End != "" && Below(r.Key) == r }

// Contains reports whether a key is in the range.
func (r Range) Contains(key string) bool {
	if r.End == "" {
		return key == r.Key
	}
	return key >= r.Key && (r.End == Beyond || key < r.End)
}

// Covers reports whether all keys of another range are in this one.
func (r Range) Covers(other Range) bool {
	switch {
	case other.End == "":
		return r.Contains(other.Key)
	case r.End == "":
		return false
	case r.End == Beyond:
		return other.Key >= r.Key
	}
	return other.Key >= r.Key && other.End != Beyond && other.End <= r.End
}

// String is the key, the prefix with a star, or both ends.
func (r Range) String() string {
	if _, ok := r.Prefix(); ok {
		return r.Key + "*"
	}
	switch r.End {
	case "":
		return r.Key
	case Beyond:
		return fmt.Sprintf("[%q, …)", r.Key)
	}
	return fmt.Sprintf("[%q, %q)", r.Key, r.End)
}

// Compare orders ranges by where they begin, then by where they end.
func (r Range) Compare(other Range) int {
	if c := strings.Compare(r.Key, other.Key); c != 0 {
		return c
	}
	return strings.Compare(r.End, other.End)
}

// RootName is the name of etcd's own administrator, and of the role that makes
// a user one.
const RootName = "root"

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

// AuthOpKind is what one call of etcd's authentication service does.
type AuthOpKind string

// The calls. Each is idempotent in what it leaves, but not in the revision.
const (
	AddRole          AuthOpKind = "add-role"
	DeleteRole       AuthOpKind = "delete-role"
	GrantPermission  AuthOpKind = "grant-permission"
	RevokePermission AuthOpKind = "revoke-permission"
	AddUser          AuthOpKind = "add-user"
	DeleteUser       AuthOpKind = "delete-user"
	GrantRole        AuthOpKind = "grant-role"
	RevokeRole       AuthOpKind = "revoke-role"
	EnableAuth       AuthOpKind = "enable-auth"
	DisableAuth      AuthOpKind = "disable-auth"
)

// AuthOp is one call. It holds no password, only where one is to be found.
type AuthOp struct {
	Kind AuthOpKind `json:"do"`
	Role string     `json:"role,omitempty"`
	User string     `json:"user,omitempty"`
	// Key and End are the range of a permission.
	Key string `json:"key,omitempty"`
	End string `json:"end,omitempty"`
	// Access is what a permission allows after a grant, Was what it allowed
	// before the call: 0 where there was none.
	Access Access `json:"access,omitempty"`
	Was    Access `json:"was,omitempty"`
	// Password says that an added user has one. Without it the user is known by
	// the common name of its certificate only.
	Password *PasswordSource `json:"password,omitempty"`
}

// PasswordSource is where a password is found when it is needed. Exactly one
// of its fields is set.
type PasswordSource struct {
	Env  string `json:"env,omitempty"`
	File string `json:"file,omitempty"`
}

// Range is the range of a permission.
func (o AuthOp) Range() Range { return Range{Key: o.Key, End: o.End} }

// String is the call as etcdctl would spell it, nearly.
func (o AuthOp) String() string {
	switch o.Kind {
	case GrantPermission:
		return fmt.Sprintf("%s %s %s to role %s", o.Kind, o.Access, o.Range(), o.Role)
	case RevokePermission:
		return fmt.Sprintf("%s %s from role %s", o.Kind, o.Range(), o.Role)
	case AddRole, DeleteRole:
		return string(o.Kind) + " " + o.Role
	case AddUser, DeleteUser:
		return string(o.Kind) + " " + o.User
	case GrantRole:
		return fmt.Sprintf("%s %s to user %s", o.Kind, o.Role, o.User)
	case RevokeRole:
		return fmt.Sprintf("%s %s from user %s", o.Kind, o.Role, o.User)
	case EnableAuth, DisableAuth:
	}
	return string(o.Kind)
}

// Holds reports whether the cluster already is as the call leaves it.
func (o AuthOp) Holds(a *Auth) bool {
	perms, role := a.Roles[o.Role]
	roles, user := a.Users[o.User]
	switch o.Kind {
	case AddRole:
		return role
	case DeleteRole:
		return !role
	case GrantPermission:
		return perms[o.Range()] == o.Access
	case RevokePermission:
		return perms[o.Range()] == 0
	case AddUser:
		return user
	case DeleteUser:
		return !user
	case GrantRole:
		return contains(roles, o.Role)
	case RevokeRole:
		return !contains(roles, o.Role)
	case EnableAuth:
		return a.Enabled
	case DisableAuth:
		return !a.Enabled
	}
	return false
}

// Inverse is the call that takes this one back.
func (o AuthOp) Inverse() AuthOp {
	back := o
	back.Access, back.Was, back.Password = o.Was, o.Access, nil
	switch o.Kind {
	case AddRole:
		back.Kind = DeleteRole
	case DeleteRole:
		back.Kind = AddRole
	case GrantPermission, RevokePermission:
		back.Kind = GrantPermission
		if o.Was == 0 {
			back.Kind = RevokePermission
		}
	case AddUser:
		back.Kind = DeleteUser
	case DeleteUser:
		back.Kind = AddUser
	case GrantRole:
		back.Kind = RevokeRole
	case RevokeRole:
		back.Kind = GrantRole
	case EnableAuth:
		back.Kind = DisableAuth
	case DisableAuth:
		back.Kind = EnableAuth
	}
	return back
}

// Apply changes a description of the cluster as the call changes the cluster.
func (o AuthOp) Apply(a *Auth) {
	switch o.Kind {
	case AddRole:
		a.Roles[o.Role] = map[Range]Access{}
	case DeleteRole:
		delete(a.Roles, o.Role)
		for u, roles := range a.Users {
			a.Users[u] = without(roles, o.Role)
		}
	case GrantPermission:
		a.Roles[o.Role][o.Range()] = o.Access
	case RevokePermission:
		delete(a.Roles[o.Role], o.Range())
	case AddUser:
		a.Users[o.User] = nil
	case DeleteUser:
		delete(a.Users, o.User)
	case GrantRole:
		a.Users[o.User] = with(a.Users[o.User], o.Role)
	case RevokeRole:
		a.Users[o.User] = without(a.Users[o.User], o.Role)
	case EnableAuth:
		a.Enabled = true
		return
	case DisableAuth:
		a.Enabled = false
	}
	a.Revision++
}
