package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// credentials is a network with the users root and dana, of which dana's record
// says something of its password; "-" is no record at all.
func (s *scenario) credentials(byPassword, enabled bool, recorded string) option {
	s.Helper()
	acl := network.ACL{Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: network.ByCertificate}
	for _, name := range []string{"root", "dana"} {
		u := network.ACLUser{Addr: addr.New(addr.ACLUser, name, addr.NoKey), Name: name, Roles: []string{"root"}}
		if byPassword {
			acl.Auth, u.PasswordEnv = network.ByPassword, "NEW"
		}
		acl.Users = append(acl.Users, u)
	}
	return func(in *plan.Input) {
		if in.Network != nil {
			in.Network.ACL = acl
		}
		in.Access.Live = &kv.Auth{Enabled: enabled, Revision: 7, Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{"root": {"root"}, "dana": {"root"}}}
		record := func(name, password string) {
			r := &state.Record{Kind: addr.ACLUser, ID: name, Address: "acl_user." + name, Declared: map[string]string{"roles.root": ""}}
			if password != "" {
				r.Initial = map[string]string{"password": password}
			}
			in.State.ACL[state.ID{Kind: addr.ACLUser, ID: name}] = r
		}
		in.State.ACL = map[state.ID]*state.Record{}
		settled := "none"
		if byPassword {
			settled = "env NEW"
		}
		record("root", settled)
		if recorded != "-" {
			record("dana", recorded)
		}
	}
}

// TestCredentials: what becomes of a password follows from what is wanted and what
// the record says of it. Records of earlier versions say nothing where a user is
// known by a certificate, and those versions left passwords standing.
func TestCredentials(t *testing.T) {
	s := start(t)
	clearing := []kv.AuthOp{{Kind: kv.ClearPassword, User: "dana"}}
	source := &kv.PasswordSource{Env: "NEW"}
	set := []kv.AuthOp{{Kind: kv.SetPassword, User: "dana", Password: source}}
	remade := []kv.AuthOp{
		{Kind: kv.DeleteUser, User: "dana"}, {Kind: kv.AddUser, User: "dana", Password: source}, set[0], {Kind: kv.GrantRole, User: "dana", Role: "root"},
	}
	for _, c := range []struct {
		byPassword      bool
		recorded, after string
		want            []kv.AuthOp
	}{
		{false, "none", "none", nil},
		{false, "cleared env OLD", "cleared env OLD", nil},
		{false, "env OLD", "cleared env OLD", clearing},
		{false, "file old.txt", "cleared file old.txt", clearing},
		{false, "", "cleared", clearing},
		{false, "-", "cleared", clearing},
		{true, "env OLD", "env NEW", nil},
		{true, "-", "env NEW", nil},
		{true, "cleared env OLD", "env NEW", set},
		{true, "cleared", "env NEW", set},
		{true, "none", "env NEW", remade},
		{true, "", "env NEW", remade},
		// After an apply that was abandoned within the call nobody knows: the call is made again.
		{false, "unsure env OLD", "cleared env OLD", clearing},
		{false, "unsure cleared env OLD", "cleared env OLD", clearing},
		{false, "unsure none", "none", clearing},
		{false, "unsure", "cleared", clearing},
		{true, "unsure env OLD", "env NEW", set},
		{true, "unsure cleared env OLD", "env NEW", set},
		{true, "unsure", "env NEW", set},
		{true, "unsure none", "env NEW", remade},
	} {
		p := s.plan(s.credentials(c.byPassword, false, c.recorded))
		if diff := cmp.Diff(c.want, p.Access.Revokes); diff != "" || len(p.Access.Grants) > 0 || len(p.Conflicts) > 0 {
			t.Errorf("%+v: %v\n%s", c, p.Conflicts, diff)
		}
		if c.recorded == c.after {
			continue
		}
		for _, op := range p.State {
			if strings.HasSuffix(op.Key, "/acl_user/dana") {
				if r, err := state.DecodeRecord(op.Value); err != nil || r.Initial["password"] != c.after {
					t.Errorf("%+v: the record says %v, %v", c, r, err)
				}
			}
		}
		found := c.after == "env NEW" && c.recorded != c.after
		said := slices.ContainsFunc(p.Changes, func(change plan.Change) bool { return toldOfDana(&change, len(c.want) > 0, found) })
		if !said {
			t.Errorf("%+v is not told in words: %+v", c, p.Changes)
		}
	}
}

// toldOfDana reports whether a change tells of its user's password, if it changes, and
// of where it is found, if that is anew, and of nothing else.
func toldOfDana(c *plan.Change, changes, found bool) bool {
	want := 0
	for _, told := range []bool{changes, found} {
		if told {
			want++
		}
	}
	return c.ID == "dana" && len(c.Notes) == want && slices.Contains(c.Notes, "its password is found in the environment variable NEW") == found
}

// TestCredentialConflicts: nobody is cut off, and nobody loses rights for a while.
func TestCredentialConflicts(t *testing.T) {
	s := start(t)
	s.conflict("can't give these users a password while authentication is on", s.credentials(true, true, "none"))
	byPassword := func(in *plan.Input) { in.Access.Self, in.Access.LogsIn = "dana", true }
	s.conflict(`logs in as "dana" with a password`, s.credentials(false, true, "env OLD"), byPassword)
	for name, fine := range map[string][]option{
		"cleared before": {s.credentials(true, true, "cleared env OLD")},
		"by certificate": {s.credentials(false, true, "env OLD"), func(in *plan.Input) { in.Access.Self = "dana" }},
		"not on":         {s.credentials(false, false, "env OLD"), byPassword},
	} {
		if p := s.plan(fine...); len(p.Conflicts) > 0 {
			t.Errorf("%s: %+v", name, p.Conflicts)
		}
	}
	if p := s.plan(s.credentials(false, true, "none")); !p.Access.ByCertificate {
		t.Error("users are known by certificates while authentication is on, and the plan does not say so")
	}
}

// TestRescueUserIsNamed: a plan and a drift report name a rescue user that is
// left, and leave it to a recovery.
func TestRescueUserIsNamed(t *testing.T) {
	s := start(t)
	left := func(in *plan.Input) { in.Access.Live.Users[kv.RescueUser] = []string{"root"} }
	p := s.plan(s.credentials(false, false, "none"), left)
	if !p.Rescue || len(p.Access.OtherUsers) > 0 || p.Access.Calls() > 0 || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Hint, "sigilform recover") {
		t.Errorf("got %+v, %+v", p.Access, p.Warnings)
	}
	st := s.state()
	s.credentials(false, false, "none")(&plan.Input{State: st})
	live := &kv.Auth{Users: map[string][]string{"root": {"root"}, "dana": {"root"}}}
	if found, _, _ := plan.CompareAccess(st, live); len(found) > 0 {
		t.Errorf("nothing is left: %+v", found)
	}
	live.Users[kv.RescueUser] = nil
	if found, _, _ := plan.CompareAccess(st, live); len(found) != 1 || found[0].ID != kv.RescueUser || len(found[0].Fields) != 1 {
		t.Errorf("got %+v", found)
	}
}
