package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// wantedAccess is what the authentication is to hold, sorted by kind and
// identity: compiled from the configuration, or as it was applied in the past.
func (m *maker) wantedAccess() []principal {
	var out []principal
	switch m.in.Mode {
	case ModeApply:
		set, found := acl.Compile(m.resolved, m.layout, OwnKeys(m.in.State.Layout))
		m.diags = append(m.diags, found...)
		out = principals(set)
	case ModeRollback:
		for id, r := range m.in.Past.ACL {
			out = append(out, remembered(m.plan.Network, id, r))
		}
	case ModeDestroy:
	}
	slices.SortFunc(out, func(a, b principal) int { return state.CompareIDs(a.id(), b.id()) })
	return out
}

// OwnKeys are those of sigilform's own keys that roles of observers read.
func OwnKeys(l state.Layout) acl.Own {
	return acl.Own{Head: l.Head(), Objects: l.ObjectsPrefix(), Networks: state.NetworksPrefix, DigestKey: l.DigestKey(), PlanKey: l.PlanKey()}
}

func principals(set *acl.Set) []principal {
	var out []principal
	for i := range set.Roles {
		r := &set.Roles[i]
		out = append(out, principal{Kind: addr.ACLRole, Address: r.Address, ID: r.ID, Name: r.Name, Grants: r.Grants, Wanted: true})
	}
	for i := range set.Users {
		u := &set.Users[i]
		out = append(out, principal{
			Kind: addr.ACLUser, Address: u.Address, ID: u.Name, Name: u.Name, Roles: u.Roles, Password: u.Password, Wanted: true,
		})
	}
	if set.EnforceNamed {
		out = append(out, principal{Kind: addr.ACL, Address: addr.New(addr.ACL, "", addr.NoKey).String(), ID: Authentication, Enforce: set.Enforce, Wanted: true})
	}
	return out
}

// remembered is a role or user as its record has it.
func remembered(network string, id state.ID, r *state.Record) principal {
	p := principal{Kind: id.Kind, ID: id.ID, Name: nameOf(network, id), Address: r.Address, Wanted: true}
	switch id.Kind {
	case addr.ACLRole:
		p.Grants = grantsOf(r)
	case addr.ACLUser:
		p.Roles = rolesOf(r)
		p.Password = passwordOf(r)
	default:
		p.Enforce = r.Declared[enforceField] == "true"
	}
	return p
}

func grantsOf(r *state.Record) []acl.Grant {
	permissions := map[kv.Range]kv.Access{}
	for name, text := range r.Declared {
		if access, ok := kv.ParseAccess(text); ok {
			permissions[rangeOf(name)] = access
		}
	}
	return acl.Grants(permissions)
}

func rolesOf(r *state.Record) []string {
	out := make([]string, 0, len(r.Declared))
	for _, name := range slices.Sorted(maps.Keys(r.Declared)) {
		out = append(out, strings.TrimPrefix(name, roleField))
	}
	return out
}

func passwordOf(r *state.Record) *kv.PasswordSource {
	said, _ := saidOfPassword(r)
	return sourceOf(said)
}

// AppliedAuth is the authentication as it was last applied: what the records
// say, in the form that a cluster's own has.
func AppliedAuth(st *state.State) *kv.Auth {
	out := &kv.Auth{Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{}}
	for id, r := range st.ACL {
		switch id.Kind {
		case addr.ACLRole:
			out.Roles[nameOf(st.Layout.NetworkName(), id)] = acl.Permissions(grantsOf(r))
		case addr.ACLUser:
			out.Users[id.ID] = rolesOf(r)
		default:
			out.Enabled = r.Declared[enforceField] == "true"
		}
	}
	return out
}
