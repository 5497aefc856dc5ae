package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Access is what a plan knows and does about the cluster's authentication.
type Access struct {
	// Live says that the cluster's own roles and users were compared. Without
	// the rights for that, what was last applied was taken for what is there.
	Live bool `json:"live"`
	// Revision is that of the authentication when it was read, 0 where it was
	// not.
	Revision uint64 `json:"revision,omitempty"`
	// Grants are the calls before the data is written, Revokes those after it.
	Grants  []kv.AuthOp `json:"grants,omitempty"`
	Revokes []kv.AuthOp `json:"revokes,omitempty"`
	// Expected are the fingerprints of the roles and users that are ours or
	// wanted, as they were taken to be; see [acl.Fingerprints].
	Expected map[string]string `json:"expected,omitempty"`
	// Enabled says that authentication was taken to be on.
	Enabled bool `json:"enabled"`
	// ByCertificate says that authentication is on after the apply, and that users
	// are known by client certificates only.
	ByCertificate bool `json:"by_certificate,omitempty"`
	// OtherRoles and OtherUsers are those of others: left alone.
	OtherRoles []string `json:"other_roles,omitempty"`
	OtherUsers []string `json:"other_users,omitempty"`
}

// Calls is how many calls of the authentication the plan makes.
func (a *Access) Calls() int {
	if a == nil {
		return 0
	}
	return len(a.Grants) + len(a.Revokes)
}

// Enforces reports whether the plan turns authentication on.
func (p *Plan) Enforces() bool {
	return p.Access != nil && slices.ContainsFunc(p.Access.Revokes, func(o kv.AuthOp) bool { return o.Kind == kv.EnableAuth })
}

// AccessInput is what a plan needs to know of the cluster's authentication.
type AccessInput struct {
	// Live are its roles and users, nil where they could not be read. Where a plan
	// has nothing to do with them ([WantsAccess]), all that counts of them is
	// whether the rescue user is there.
	Live *kv.Auth
	// Self is the user of the connection, empty where it has none.
	Self string
	// LogsIn says that the connection gives a password for it, and no certificate.
	LogsIn bool
	// DisableAuth allows to turn authentication off.
	DisableAuth bool
}

// Authentication is the identity of the one record that says whether it is on.
const Authentication = "authentication"

// WantsAccess reports whether a plan has to do with the authentication: the
// configuration declares it, or something of it was applied.
func WantsAccess(in *Input) bool {
	a := &in.Network.ACL
	declared := in.Mode == ModeApply && (a.Declared || len(a.Roles)+len(a.Users) > 0)
	return declared || len(in.State.ACL) > 0 || in.Past != nil && len(in.Past.ACL) > 0
}

// planAccess compares what is wanted of the authentication, what was last
// applied, and what is there, and orders the calls that make it so.
func (m *maker) planAccess() {
	live := m.in.Access.Live
	if HasRescue(live) {
		m.plan.Rescue = true
		m.plan.Warnings = append(m.plan.Warnings, RescueWarning())
	}
	if !WantsAccess(&m.in) {
		return
	}
	m.plan.Access = &Access{Live: live != nil}
	if live == nil {
		live = AppliedAuth(m.in.State)
	} else {
		m.plan.Access.Revision = live.Revision
	}
	m.plan.Access.Enabled = live.Enabled
	if m.keepsAuthentication(live) {
		m.plan.Access = nil // nothing of it is touched
		return
	}
	a := &accessMaker{maker: m, live: live}
	wanted := m.wantedAccess()
	m.plan.Objects += len(wanted)
	for i := range wanted {
		a.wanted(&wanted[i])
	}
	a.unwanted(wanted)
	a.others(wanted)
	a.expect(wanted)
	a.target.Passwords, a.target.Credentials = map[string]*kv.PasswordSource{}, map[string]acl.Credential{}
	for i := range wanted {
		a.aim(&wanted[i])
	}
	for i := range a.released {
		a.aim(&a.released[i])
	}
	a.warnOfPasswords()
	a.checkSelf()
	a.checkCredentials(wanted)
	m.plan.Access.Grants, m.plan.Access.Revokes = acl.Sequence(live, a.target)
	a.refuseOddRanges()
}

// accessMaker carries the parts of a plan of the authentication.
type accessMaker struct {
	*maker
	live   *kv.Auth
	target acl.Target
	// released are those that a rollback gives back to others.
	released []principal
	// lost says of passwords that a rollback does not bring back.
	lost []string
}

// wanted decides what happens to one role, user or switch.
func (a *accessMaker) wanted(w *principal) {
	w.record = a.in.State.ACL[w.id()]
	w.live = liveFields(a.live, w.Kind, w.Name)
	fields := w.compare()
	// A role with a name of ours that has no record is what an undone apply
	// left: it is ours to mend.
	foreign := w.record == nil && w.live != nil && w.Kind == addr.ACLUser
	if foreign && !a.in.Adopt {
		if differing := refusedFields(fields); len(differing) > 0 {
			a.conflict(foreignUser(w, differing))
		}
	}
	if f, ok := w.passwordChange(w.credential()); ok {
		fields = append(fields, f)
		slices.SortFunc(fields, func(a, b FieldChange) int { return cmp.Compare(a.Name, b.Name) })
	}
	recorded := a.recordAccess(w)
	if len(fields) == 0 && !recorded && w.live != nil {
		a.plan.InSync++
		return
	}
	c := Change{Address: w.Address, Kind: w.Kind, ID: w.ID, Fields: fields, Action: w.action(fields)}
	switch {
	case foreign:
		c.Reason = Adopted
	case w.record != nil && w.record.Address != w.Address:
		c.Was, c.Reason = w.record.Address, Renamed
	case w.record != nil && c.Action == Create:
		c.Reason = Drift
	default:
		c.Reason = sharedReason(fields)
	}
	a.word(&c, w)
	a.changes = append(a.changes, c)
}

// refusedFields are those that would take something from a user of others.
func refusedFields(fields []FieldChange) []FieldChange {
	var out []FieldChange
	for _, f := range fields {
		if f.Row == RowTakeOver || f.Action == Delete {
			out = append(out, f)
		}
	}
	return out
}

func foreignUser(w *principal, differing []FieldChange) Conflict {
	return Conflict{
		Address: w.Address,
		Summary: fmt.Sprintf("Someone else created the etcd user %q, and it has other roles", w.Name),
		Detail:  "The cluster already has this user, sigilform did not create it, and the plan would take roles from it.",
		Hint:    "Give the user another name, or take it over with --adopt.",
		Fields:  differing,
	}
}

// recordAccess writes the record where it differs from the one there is.
func (a *accessMaker) recordAccess(w *principal) bool {
	text, err := state.EncodeRecord(w.next())
	if err != nil {
		return false
	}
	key := a.in.State.Layout.Record(w.Kind, w.ID)
	if a.entry(key).Value == text {
		return false
	}
	a.states.put(key, text)
	return true
}

// unwanted decides what happens to what is ours and not wanted any more.
func (a *accessMaker) unwanted(wanted []principal) {
	keep := map[state.ID]bool{}
	for i := range wanted {
		keep[wanted[i].id()] = true
	}
	for _, id := range slices.SortedFunc(maps.Keys(a.in.State.ACL), state.CompareIDs) {
		r := a.in.State.ACL[id]
		if keep[id] {
			continue
		}
		a.states.delete(a.in.State.Layout.Record(id.Kind, id.ID))
		w := principal{Kind: id.Kind, ID: id.ID, Name: nameOf(a.plan.Network, id), Address: r.Address, record: r}
		w.live = liveFields(a.live, w.Kind, w.Name)
		if a.isGivenBack(&w) {
			a.release(&w)
			continue
		}
		c := Change{Address: r.Address, Kind: id.Kind, ID: id.ID, Action: Delete, Fields: w.compare()}
		switch {
		case id.Kind == addr.ACL && a.in.Access.DisableAuth && a.live.Enabled && r.Declared[enforceField] == "true" && a.turnedOn():
			a.target.EnforceNamed = true // what we turned on goes off with the rest, where that is said
		case id.Kind == addr.ACL:
			c.Action = Forget // whether authentication is on is not our business any more
			c.Fields = nil
		case w.live == nil:
			c.Action, c.Reason, c.Fields = Forget, Drift, nil
		case id.Kind == addr.ACLRole:
			a.target.GoneRoles = append(a.target.GoneRoles, w.Name)
		default:
			a.target.GoneUsers = append(a.target.GoneUsers, w.Name)
		}
		a.word(&c, &w)
		a.changes = append(a.changes, c)
	}
}

// others lists the roles and users that are neither ours nor wanted.
func (a *accessMaker) others(wanted []principal) {
	if !a.plan.Access.Live {
		return
	}
	known := map[state.ID]bool{{Kind: addr.ACLUser, ID: kv.RescueUser}: true}
	for i := range wanted {
		known[state.ID{Kind: wanted[i].Kind, ID: wanted[i].Name}] = true
	}
	for id := range a.in.State.ACL {
		known[state.ID{Kind: id.Kind, ID: nameOf(a.plan.Network, id)}] = true
	}
	for name := range a.live.Roles {
		if !known[state.ID{Kind: addr.ACLRole, ID: name}] {
			a.plan.Access.OtherRoles = append(a.plan.Access.OtherRoles, name)
		}
	}
	for name := range a.live.Users {
		if !known[state.ID{Kind: addr.ACLUser, ID: name}] {
			a.plan.Access.OtherUsers = append(a.plan.Access.OtherUsers, name)
		}
	}
	slices.SortFunc(a.plan.Access.OtherRoles, cmp.Compare)
	slices.SortFunc(a.plan.Access.OtherUsers, cmp.Compare)
}

// expect notes how everything that the plan is about was taken to be.
func (a *accessMaker) expect(wanted []principal) {
	var roles, users []string
	note := func(kind addr.Kind, name string) {
		switch kind {
		case addr.ACLRole:
			roles = append(roles, name)
		case addr.ACLUser:
			users = append(users, name)
		default:
		}
	}
	for i := range wanted {
		note(wanted[i].Kind, wanted[i].Name)
	}
	for id := range a.in.State.ACL {
		note(id.Kind, nameOf(a.plan.Network, id))
	}
	a.plan.Access.Expected = acl.Fingerprints(a.live, roles, users)
}

// aim makes a wanted role or user a part of what the calls lead to.
func (a *accessMaker) aim(w *principal) {
	switch w.Kind {
	case addr.ACLRole:
		if a.target.Roles == nil {
			a.target.Roles = map[string]map[kv.Range]kv.Access{}
		}
		a.target.Roles[w.Name] = acl.Permissions(w.Grants)
	case addr.ACLUser:
		if a.target.Users == nil {
			a.target.Users = map[string][]string{}
		}
		a.target.Users[w.Name] = w.Roles
		a.target.Passwords[w.Name] = w.Password
		a.target.Credentials[w.Name] = w.credential()
	default:
		a.target.EnforceNamed, a.target.Enforce = true, w.Enforce
	}
}
