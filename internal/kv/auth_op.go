package kv

import "fmt"

// AuthOpKind is what one call of etcd's authentication service does.
type AuthOpKind string

// The calls. Each is idempotent in what it leaves, but not in the revision.
const (
	AddRole          AuthOpKind = "add-role"
	DeleteRole       AuthOpKind = "delete-role"
	GrantPermission  AuthOpKind = "grant-permission"
	RevokePermission AuthOpKind = "revoke-permission"
	AddUser          AuthOpKind = "add-user"
	SetPassword      AuthOpKind = "set-password"
	// ClearPassword leaves a user none that anybody has: every login is refused.
	// Rights stay as they are.
	ClearPassword AuthOpKind = "clear-password"
	DeleteUser    AuthOpKind = "delete-user"
	GrantRole     AuthOpKind = "grant-role"
	RevokeRole    AuthOpKind = "revoke-role"
	EnableAuth    AuthOpKind = "enable-auth"
	DisableAuth   AuthOpKind = "disable-auth"
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
	// Password says that an added user has one, and where the one is that is
	// set. A user that is added without is known by the common name of its
	// certificate only. One that is added with it can't log in before it is set.
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
	case AddUser, SetPassword, ClearPassword, DeleteUser:
		return string(o.Kind) + " " + o.User
	case GrantRole:
		return fmt.Sprintf("%s %s to user %s", o.Kind, o.Role, o.User)
	case RevokeRole:
		return fmt.Sprintf("%s %s from user %s", o.Kind, o.Role, o.User)
	case EnableAuth, DisableAuth:
	}
	return string(o.Kind)
}

// Holds reports whether the cluster already is as the call leaves it. Which
// password a user has nobody can read: it never holds.
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
	case SetPassword, ClearPassword:
	}
	return false
}
