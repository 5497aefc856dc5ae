package kv

// Fits reports whether the call can be made as it is meant: what it is about is
// there, and what it changes is as it was.
func (o AuthOp) Fits(a *Auth) bool {
	permissions, role := a.Roles[o.Role]
	_, user := a.Users[o.User]
	switch o.Kind {
	case AddRole, AddUser, EnableAuth, DisableAuth:
		return !o.Holds(a)
	case DeleteRole:
		return role
	case GrantPermission, RevokePermission:
		return role && permissions[o.Range()] == o.Was
	case SetPassword, ClearPassword, DeleteUser, RevokeRole:
		return user
	case GrantRole:
		return user && (role || o.Role == RootName)
	}
	return false
}

// Inverse is the call that takes this one back. A password that was set goes
// with the user that was added for it; one that is cleared is never taken back.
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
	case SetPassword, ClearPassword:
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
	case SetPassword, ClearPassword:
	case DisableAuth:
		a.Enabled = false
	}
	a.Revision++
}
