package acl_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestSequenceOfPasswords spells out the calls about passwords, of new users and
// of those that are there, and their place among the others.
func TestSequenceOfPasswords(t *testing.T) {
	t.Parallel()
	type perms = map[kv.Range]kv.Access
	secret := func(name string) *kv.PasswordSource { return &kv.PasswordSource{Env: name} }
	key := kv.Range{Key: "/a"}
	live := &kv.Auth{
		Enabled: true,
		Roles:   map[string]perms{"r": {key: kv.Read}, "s": {}},
		Users:   map[string][]string{"cleared": {"r"}, "given": {"r"}, "kept": {"r"}, "remade": {"r"}, "gone": {"r"}},
	}
	before, after := acl.Sequence(live, acl.Target{
		Roles: map[string]perms{"r": {key: kv.Read}, "s": {}},
		Users: map[string][]string{
			"cleared": {"r"}, "given": {"r"}, "kept": {"r"}, "remade": {"r", "s"}, "fresh": {"s"}, "certain": nil,
		},
		Passwords:    map[string]*kv.PasswordSource{"fresh": secret("A"), "given": secret("B"), "remade": secret("C"), "kept": secret("D")},
		Credentials:  map[string]acl.Credential{"cleared": acl.Cleared, "given": acl.Given, "kept": acl.Kept, "remade": acl.Remade},
		GoneUsers:    []string{"gone", "unknown"},
		GoneRoles:    []string{"unknown"},
		EnforceNamed: true,
	})
	wantBefore := []kv.AuthOp{
		{Kind: kv.AddUser, User: "certain"},
		{Kind: kv.AddUser, User: "fresh", Password: secret("A")},
		{Kind: kv.SetPassword, User: "fresh", Password: secret("A")},
		{Kind: kv.GrantRole, User: "fresh", Role: "s"},
		{Kind: kv.GrantRole, User: "remade", Role: "s"},
	}
	wantAfter := []kv.AuthOp{
		{Kind: kv.DisableAuth},
		{Kind: kv.DeleteUser, User: "gone"},
		{Kind: kv.ClearPassword, User: "cleared"},
		{Kind: kv.DeleteUser, User: "remade"},
		{Kind: kv.AddUser, User: "remade", Password: secret("C")},
		{Kind: kv.SetPassword, User: "given", Password: secret("B")},
		{Kind: kv.SetPassword, User: "remade", Password: secret("C")},
		{Kind: kv.GrantRole, User: "remade", Role: "r"},
		{Kind: kv.GrantRole, User: "remade", Role: "s"},
	}
	if diff := cmp.Diff(wantBefore, before); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantAfter, after); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// TestSequenceOfOrder holds the order where more than one would be lawful: by
// name, small roles before large ones, and what a narrowing has to find first.
func TestSequenceOfOrder(t *testing.T) {
	t.Parallel()
	type perms = map[kv.Range]kv.Access
	a, b, below := kv.Range{Key: "/a"}, kv.Range{Key: "/b"}, kv.Below("/a")
	live := &kv.Auth{
		Roles: map[string]perms{"gone1": {}, "gone2": {}, "narrow": {a: kv.ReadWrite, below: kv.Read}},
		Users: map[string][]string{"old1": nil, "old2": nil},
	}
	before, after := acl.Sequence(live, acl.Target{
		Roles:     map[string]perms{"large": {a: kv.Read, b: kv.Read}, "small": {a: kv.Read}, "narrow": {a: kv.Read}},
		Users:     map[string][]string{"u1": {"large", "small"}, "u2": {"large", "small"}},
		GoneRoles: []string{"gone2", "gone1"}, GoneUsers: []string{"old2", "old1"},
	})
	want := []string{
		"add-role large", "add-role small",
		"grant-permission read /a to role large", "grant-permission read /b to role large", "grant-permission read /a to role small",
		"add-user u1", "add-user u2",
		"grant-role small to user u1", "grant-role small to user u2", "grant-role large to user u1", "grant-role large to user u2",
		"revoke-permission /a* from role narrow", "grant-permission read /a to role narrow",
		"delete-user old1", "delete-user old2", "delete-role gone1", "delete-role gone2",
	}
	if diff := cmp.Diff(want, spelled(slices.Concat(before, after))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSequenceOfMoments holds what comes before what, where a subject leaves a role
// that gains, and where one access takes another's place.
func TestSequenceOfMoments(t *testing.T) {
	t.Parallel()
	type perms = map[kv.Range]kv.Access
	a, b := kv.Range{Key: "/a"}, kv.Range{Key: "/b"}
	for name, x := range map[string]struct {
		live          *kv.Auth
		want          acl.Target
		before, after []string
	}{
		"a user leaves a role that gains": {
			&kv.Auth{Roles: map[string]perms{"r": {}}, Users: map[string][]string{"u": {"r"}}},
			acl.Target{Roles: map[string]perms{"r": {a: kv.Read}}, Users: map[string][]string{"u": nil}},
			nil,
			[]string{"revoke-role r from user u", "grant-permission read /a to role r"},
		},
		"a user with a role that gains goes": {
			&kv.Auth{Roles: map[string]perms{"r": {}, "s": {}}, Users: map[string][]string{"u": {"r", "s"}}},
			acl.Target{Roles: map[string]perms{"r": {a: kv.Read}, "s": {}}, GoneUsers: []string{"u"}},
			nil,
			[]string{"revoke-role r from user u", "grant-permission read /a to role r", "delete-user u"},
		},
		"one access in place of another": {
			&kv.Auth{Roles: map[string]perms{"r": {a: kv.Read}}},
			acl.Target{Roles: map[string]perms{"r": {a: kv.Write}}},
			[]string{"grant-permission readwrite /a to role r"},
			[]string{"grant-permission write /a to role r"},
		},
		"each role by itself": {
			&kv.Auth{Roles: map[string]perms{"r": {a: kv.ReadWrite}, "s": {a: kv.ReadWrite, b: kv.Read}}},
			acl.Target{Roles: map[string]perms{"r": {a: kv.Read}, "s": {a: kv.Read}}},
			nil,
			[]string{"grant-permission read /a to role r", "revoke-permission /b from role s", "grant-permission read /a to role s"},
		},
		"what is not named is not turned off": {&kv.Auth{Enabled: true}, acl.Target{}, nil, nil},
		"what is not named is not turned on":  {&kv.Auth{}, acl.Target{Enforce: true}, nil, nil},
		"what is on is not turned on":         {&kv.Auth{Enabled: true}, acl.Target{EnforceNamed: true, Enforce: true}, nil, nil},
		"what is off is not turned off":       {&kv.Auth{}, acl.Target{EnforceNamed: true}, nil, nil},
		"turned on last":                      {&kv.Auth{}, acl.Target{EnforceNamed: true, Enforce: true, Users: map[string][]string{"u": nil}}, []string{"add-user u"}, []string{"enable-auth"}},
	} {
		before, after := acl.Sequence(x.live, x.want)
		if diff := cmp.Diff(x.before, spelled(before)); diff != "" {
			t.Errorf("%s, before (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(x.after, spelled(after)); diff != "" {
			t.Errorf("%s, after (-want +got):\n%s", name, diff)
		}
	}
}

func spelled(ops []kv.AuthOp) []string {
	var out []string
	for _, op := range ops {
		out = append(out, op.String())
	}
	return out
}
