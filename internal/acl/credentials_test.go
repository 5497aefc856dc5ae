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
	var got []string
	for _, op := range slices.Concat(before, after) {
		got = append(got, op.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
