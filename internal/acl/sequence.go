package acl

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Target is what roles and users of ours are to be.
type Target struct {
	// Roles and Users are all that are wanted, by name.
	Roles map[string]map[kv.Range]kv.Access
	Users map[string][]string
	// Passwords are where those of new users are.
	Passwords map[string]*kv.PasswordSource
	// Credentials say of users that are there what becomes of their password.
	Credentials map[string]Credential
	// GoneRoles and GoneUsers are ours and not wanted any more.
	GoneRoles, GoneUsers []string
	// EnforceNamed says that Enforce says whether authentication is on.
	EnforceNamed, Enforce bool
}

// Credential is what becomes of the password of a user that is there.
type Credential string

// What may become of it.
const (
	// Kept: nothing.
	Kept Credential = ""
	// Cleared: nobody has it any more. Rights stay, at every moment.
	Cleared Credential = "cleared"
	// Given: another one is set.
	Given Credential = "given"
	// Remade: the user is deleted and added again, which has no rights in
	// between: only for while authentication is off. etcd gives no password to a
	// user that was added without one.
	Remade Credential = "remade"
)

// Sequence is the calls that make a cluster's authentication what is wanted:
// those before the data is written, and those after. What is so already is not
// sent again, since each call moves the revision and ends sessions.
//
// At no point a subject has a right that it has neither at the start nor at the
// end. That is why a role is given to a new holder only once it has lost what
// it is to lose, and gains only once it has lost who is to leave it:
//
//	before  add roles, grant to roles that nobody leaves, add users, set their passwords, give roles that lose nothing
//	after   turn authentication off
//	        take roles that gain from who leaves them, grant to those
//	        revoke from roles with new holders, give those
//	        revoke the rest, take the rest of the roles, delete users, delete roles
//	        clear and set passwords, make users again
//	        turn authentication on
//
// What a role keeps is never revoked, so what a subject has at both ends by one
// role it has throughout.
func Sequence(live *kv.Auth, want Target) (before, after []kv.AuthOp) {
	s := &sequencer{live: live, want: want}
	s.compare()
	before = slices.Concat(s.addRoles, pick(s.grants, s.left, false), s.addUsers, s.passwords, pick(s.give, s.losing, false))
	if want.EnforceNamed && !want.Enforce && live.Enabled {
		after = append(after, kv.AuthOp{Kind: kv.DisableAuth})
	}
	joined := roles(pick(s.give, s.losing, true))
	after = slices.Concat(after,
		pick(s.take, s.gaining, true), pick(s.grants, s.left, true),
		pick(s.revokes, joined, true), pick(s.give, s.losing, true),
		pick(s.revokes, joined, false), pick(s.take, s.gaining, false),
		s.deleteUsers, s.deleteRoles, s.credentials())
	if want.EnforceNamed && want.Enforce && !live.Enabled {
		after = append(after, kv.AuthOp{Kind: kv.EnableAuth})
	}
	return before, after
}

type sequencer struct {
	live *kv.Auth
	want Target

	addRoles, grants, revokes, deleteRoles       []kv.AuthOp
	addUsers, passwords, give, take, deleteUsers []kv.AuthOp
	// losing are the roles with a revocation, gaining those with a grant, left
	// those that somebody leaves who holds them now.
	losing, gaining, left map[string]bool
}

func (s *sequencer) compare() {
	for _, name := range slices.Sorted(maps.Keys(s.want.Roles)) {
		s.role(name, s.live.Roles[name], s.want.Roles[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.want.Users)) {
		s.user(name)
	}
	s.losing, s.gaining = roles(s.revokes), roles(s.grants)
	for _, name := range slices.Sorted(slices.Values(s.want.GoneUsers)) {
		s.goneUser(name)
	}
	for _, name := range slices.Sorted(slices.Values(s.want.GoneRoles)) {
		if _, ok := s.live.Roles[name]; ok {
			s.deleteRoles = append(s.deleteRoles, kv.AuthOp{Kind: kv.DeleteRole, Role: name})
		}
	}
	s.left = roles(s.take)
	s.cheapFirst()
}

// cheapFirst gives small roles before large ones: with each call etcd makes the
// permissions of every user anew, of those who have a role by then.
func (s *sequencer) cheapFirst() {
	slices.SortStableFunc(s.give, func(a, b kv.AuthOp) int { return len(s.want.Roles[a.Role]) - len(s.want.Roles[b.Role]) })
}

// role compares one role's permissions. A narrowing is a grant to etcd, and
// must find its range: other permissions that begin with the same key go first.
func (s *sequencer) role(name string, live, want map[kv.Range]kv.Access) {
	if _, ok := s.live.Roles[name]; !ok {
		s.addRoles = append(s.addRoles, kv.AuthOp{Kind: kv.AddRole, Role: name})
	}
	for _, g := range Grants(want) {
		was := live[g.Range]
		switch {
		case was == g.Access:
		case g.Access.Allows(was):
			s.grants = append(s.grants, permission(kv.GrantPermission, name, g.Range, was, g.Access))
		case was.Allows(g.Access):
			s.revokes = append(s.revokes, permission(kv.GrantPermission, name, g.Range, was, g.Access))
		default: // read becomes write, or the other way round: both for a while
			s.grants = append(s.grants, permission(kv.GrantPermission, name, g.Range, was, was|g.Access))
			s.revokes = append(s.revokes, permission(kv.GrantPermission, name, g.Range, was|g.Access, g.Access))
		}
	}
	var gone []kv.AuthOp
	for _, g := range Grants(live) {
		if want[g.Range] == 0 {
			gone = append(gone, permission(kv.RevokePermission, name, g.Range, g.Access, 0))
		}
	}
	narrowed := slices.IndexFunc(s.revokes, func(o kv.AuthOp) bool { return o.Role == name })
	if narrowed < 0 {
		narrowed = len(s.revokes)
	}
	s.revokes = slices.Insert(s.revokes, narrowed, gone...)
}

func (s *sequencer) user(name string) {
	held, ok := s.live.Users[name]
	if !ok {
		password := s.want.Passwords[name]
		s.addUsers = append(s.addUsers, kv.AuthOp{Kind: kv.AddUser, User: name, Password: password})
		if password != nil {
			s.passwords = append(s.passwords, kv.AuthOp{Kind: kv.SetPassword, User: name, Password: password})
		}
	}
	for _, role := range s.want.Users[name] {
		if !slices.Contains(held, role) {
			s.give = append(s.give, kv.AuthOp{Kind: kv.GrantRole, User: name, Role: role})
		}
	}
	for _, role := range held {
		if !slices.Contains(s.want.Users[name], role) {
			s.take = append(s.take, kv.AuthOp{Kind: kv.RevokeRole, User: name, Role: role})
		}
	}
}

// credentials are the calls about the passwords of users that are there. A user
// that is made again gets its roles once they are what they are to be.
func (s *sequencer) credentials() []kv.AuthOp {
	var cleared, remove, add, set, give []kv.AuthOp
	for _, name := range slices.Sorted(maps.Keys(s.want.Credentials)) {
		password := s.want.Passwords[name]
		switch s.want.Credentials[name] {
		case Cleared:
			cleared = append(cleared, kv.AuthOp{Kind: kv.ClearPassword, User: name})
		case Remade:
			remove = append(remove, kv.AuthOp{Kind: kv.DeleteUser, User: name})
			add = append(add, kv.AuthOp{Kind: kv.AddUser, User: name, Password: password})
			for _, role := range s.want.Users[name] {
				give = append(give, kv.AuthOp{Kind: kv.GrantRole, User: name, Role: role})
			}
			fallthrough
		case Given:
			set = append(set, kv.AuthOp{Kind: kv.SetPassword, User: name, Password: password})
		case Kept:
		}
	}
	return slices.Concat(cleared, remove, add, set, give)
}

// goneUser loses everything with its deletion, but what its roles gain before.
func (s *sequencer) goneUser(name string) {
	held, ok := s.live.Users[name]
	if !ok {
		return
	}
	for _, role := range held {
		if s.gaining[role] {
			s.take = append(s.take, kv.AuthOp{Kind: kv.RevokeRole, User: name, Role: role})
		}
	}
	s.deleteUsers = append(s.deleteUsers, kv.AuthOp{Kind: kv.DeleteUser, User: name})
}

func permission(kind kv.AuthOpKind, role string, r kv.Range, was, access kv.Access) kv.AuthOp {
	return kv.AuthOp{Kind: kind, Role: role, Key: r.Key, End: r.End, Was: was, Access: access}
}

// roles are those that the calls are about.
func roles(ops []kv.AuthOp) map[string]bool {
	out := map[string]bool{}
	for _, o := range ops {
		out[o.Role] = true
	}
	return out
}

// pick are the calls whose role is, or is not, among some.
func pick(ops []kv.AuthOp, among map[string]bool, in bool) []kv.AuthOp {
	var out []kv.AuthOp
	for _, o := range ops {
		if among[o.Role] == in {
			out = append(out, o)
		}
	}
	return out
}
