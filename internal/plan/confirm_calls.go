package plan

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// confirmCalls: of roles and users just that is changed which is shown.
func (c *confirmer) confirmCalls() error {
	made := &callsMade{access: map[kv.AuthOp]kv.Access{}, held: map[kv.AuthOp]bool{}, count: map[kv.AuthOp]int{}}
	if c.plan.Access != nil {
		for _, op := range slices.Concat(c.plan.Access.Grants, c.plan.Access.Revokes) {
			if !c.shows(op) {
				return unsound("it makes the call %q, which none of its changes does", op.String())
			}
			made.add(op)
		}
	}
	for id, change := range c.changed {
		if state.IsACL(id.Kind) && !c.makes(change, made) {
			return unsound("it shows a change of %s, and does not make it", change.Address)
		}
	}
	return nil
}

// callsMade are what calls lead to: the access of each role to each range, the
// roles that users hold, and how often each other call is made.
type callsMade struct {
	access map[kv.AuthOp]kv.Access
	held   map[kv.AuthOp]bool
	count  map[kv.AuthOp]int
}

func (m *callsMade) add(op kv.AuthOp) {
	switch op.Kind {
	case kv.GrantPermission, kv.RevokePermission:
		m.access[kv.AuthOp{Role: op.Role, Key: op.Key, End: op.End}] = op.Access
	case kv.GrantRole, kv.RevokeRole:
		m.held[kv.AuthOp{User: op.User, Role: op.Role}] = op.Kind == kv.GrantRole
	default:
		m.count[kv.AuthOp{Kind: op.Kind, User: op.User, Role: op.Role}]++
	}
}

func (m *callsMade) has(kind kv.AuthOpKind, user, role string) bool {
	return m.count[kv.AuthOp{Kind: kind, User: user, Role: role}] > 0
}

// shows reports whether a call is one of a field that its role or user shows.
func (c *confirmer) shows(op kv.AuthOp) bool {
	switch op.Kind {
	case kv.EnableAuth, kv.DisableAuth:
		f := fieldOf(c.changed[state.ID{Kind: addr.ACL, ID: Authentication}], enforceField)
		return f != nil && f.writes() && (op.Kind == kv.EnableAuth) == (textOf(f.New) == "true")
	case kv.AddRole, kv.DeleteRole, kv.GrantPermission, kv.RevokePermission:
		id, ours := acl.RoleID(c.plan.Network, op.Role)
		change := c.changed[state.ID{Kind: addr.ACLRole, ID: id}]
		return ours && change != nil && showsOfRole(change, op)
	default:
		change := c.changed[state.ID{Kind: addr.ACLUser, ID: op.User}]
		return change != nil && c.showsOfUser(change, op)
	}
}

func showsOfRole(change *Change, op kv.AuthOp) bool {
	f := fieldOf(change, grantName(op.Range()))
	switch op.Kind {
	case kv.AddRole:
		return change.Action == Create
	case kv.DeleteRole:
		return change.Action == Delete
	case kv.RevokePermission:
		return f != nil && f.Action == Delete
	default:
		if !f.gives() {
			return false
		}
		was, is := accessOf(f.Old), accessOf(f.New)
		return (op.Access == is || op.Access == was|is) && (op.Was == was || op.Was == was|is)
	}
}

func (c *confirmer) showsOfUser(change *Change, op kv.AuthOp) bool {
	f, remade := fieldOf(change, roleField+op.Role), c.remade(change)
	gets := change.Action == Create || remade
	switch op.Kind {
	case kv.GrantRole:
		return f.gives() || gets && c.holdsAfter(op.User, op.Role)
	case kv.RevokeRole:
		return f != nil && f.Action == Delete
	case kv.AddUser:
		return gets && c.isSource(op)
	case kv.SetPassword:
		return (gets || passwordIs(change, "set")) && c.isSource(op)
	case kv.ClearPassword:
		return passwordIs(change, "none")
	case kv.DeleteUser:
		return change.Action == Delete || remade
	default:
		return false
	}
}

// passwordIs reports whether a change shows that a password is set, or that there is
// none any more.
func passwordIs(change *Change, is string) bool {
	f := fieldOf(change, passwordField)
	return f != nil && textOf(f.New) == is
}

// isSource reports whether a call takes the password from where the record says.
func (c *confirmer) isSource(op kv.AuthOp) bool {
	return sourceText(op.Password) == sourceText(sourceOf(c.saidAfter(op.User)))
}

// remade reports whether a user is deleted and made again, to get a password.
func (c *confirmer) remade(change *Change) bool {
	if !passwordIs(change, "set") {
		return false
	}
	said, doubtful := saidOfPassword(c.state.ACL[state.ID{Kind: change.Kind, ID: change.ID}])
	return !mayBeGiven(said, doubtful)
}

// makesAnew reports whether calls delete a user and make it again, with all its roles.
func (c *confirmer) makesAnew(name string, made *callsMade) bool {
	for field := range c.recordAfter(name).Declared {
		if role, ok := strings.CutPrefix(field, roleField); ok && !made.held[kv.AuthOp{User: name, Role: role}] {
			return false
		}
	}
	return made.has(kv.DeleteUser, name, "") && made.has(kv.AddUser, name, "")
}

// recordAfter is the record of a user after the apply; empty where it has none.
func (c *confirmer) recordAfter(user string) *state.Record {
	text, _ := c.after(c.state.Layout.Record(addr.ACLUser, user))
	r, err := state.DecodeRecord(text)
	if err != nil {
		return &state.Record{}
	}
	return r
}

func (c *confirmer) holdsAfter(user, role string) bool {
	_, holds := c.recordAfter(user).Declared[roleField+role]
	return holds
}

func (c *confirmer) saidAfter(user string) string {
	said, _ := saidOfPassword(c.recordAfter(user))
	return said
}

// makes reports whether calls do all that a change shows.
func (c *confirmer) makes(change *Change, made *callsMade) bool {
	name := nameOf(c.plan.Network, state.ID{Kind: change.Kind, ID: change.ID})
	switch {
	case change.Action == Delete && change.Kind == addr.ACLRole:
		return made.has(kv.DeleteRole, "", name)
	case change.Action == Delete && change.Kind == addr.ACLUser:
		return made.has(kv.DeleteUser, name, "")
	case change.Action == Create && !c.creates(change.Kind, name, made), c.remade(change) && !c.makesAnew(name, made):
		return false
	}
	for i := range change.Fields {
		if f := &change.Fields[i]; f.writes() && !madeOf(change.Kind, name, f, made) {
			return false
		}
	}
	return true
}

// creates reports whether calls make a role, or a user with its password.
func (c *confirmer) creates(kind addr.Kind, name string, made *callsMade) bool {
	switch kind {
	case addr.ACLRole:
		return made.has(kv.AddRole, "", name)
	case addr.ACLUser:
		return made.has(kv.AddUser, name, "") && (sourceOf(c.saidAfter(name)) == nil || made.has(kv.SetPassword, name, ""))
	default:
		return true
	}
}

func madeOf(kind addr.Kind, name string, f *FieldChange, made *callsMade) bool {
	switch {
	case kind == addr.ACLRole:
		r := anyRangeOf(f.Name)
		access, ok := made.access[kv.AuthOp{Role: name, Key: r.Key, End: r.End}]
		return ok && access == accessOf(f.New)
	case kind != addr.ACLUser:
		return made.has(kv.EnableAuth, "", "") || made.has(kv.DisableAuth, "", "")
	case f.Name != passwordField:
		holds, ok := made.held[kv.AuthOp{User: name, Role: strings.TrimPrefix(f.Name, roleField)}]
		return ok && holds == (f.Action != Delete)
	case textOf(f.New) == "set":
		return made.has(kv.SetPassword, name, "")
	default:
		return made.has(kv.ClearPassword, name, "")
	}
}

// confirmGranted: the record of a role or user says what is shown, and of all else
// what it said.
func (c *confirmer) confirmGranted(key string, change *Change, r *state.Record) error {
	want := map[string]string{}
	if was := c.state.ACL[state.ID{Kind: change.Kind, ID: change.ID}]; was != nil {
		for name, text := range was.Declared {
			want[name] = text
		}
	}
	for i := range change.Fields {
		switch f := &change.Fields[i]; {
		case f.Name == passwordField:
		case f.New == nil:
			delete(want, f.Name)
		default:
			want[f.Name] = f.New.Text
		}
	}
	if len(want) != len(r.Declared) {
		return unsound("the record %s says something else than is shown", key)
	}
	for name, text := range want {
		if got, ok := r.Declared[name]; !ok || got != text {
			return unsound("the record %s says something else of %s than is shown", key, name)
		}
	}
	return nil
}

// gives reports whether a field, which may be none, gets a value.
func (c *FieldChange) gives() bool { return c != nil && (c.Action == Create || c.Action == Update) }

func fieldOf(change *Change, name string) *FieldChange {
	if change == nil {
		return nil
	}
	i := slices.IndexFunc(change.Fields, func(f FieldChange) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &change.Fields[i]
}

func textOf(v *Value) string {
	if v == nil {
		return ""
	}
	return v.Text
}

func accessOf(v *Value) kv.Access {
	access, _ := kv.ParseAccess(textOf(v))
	return access
}
